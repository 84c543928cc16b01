"""Pictures from museums: only free ones, within limits. A local server plays the museum."""

import json
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from library import fetching, sources
from library.models import Evidence, Style
from library.sources import MUSEUMS, SourceRefused, download, fetch_picture
from tests.common.test_storage import files_in
from tests.support.factories import make_code_style
from tests.support.museum import PICTURE, MuseumServer, met, open_museum


@pytest.fixture
def museum(monkeypatch: pytest.MonkeyPatch) -> Iterator[MuseumServer]:
    """Serve a museum on this machine."""
    with open_museum(monkeypatch) as server:
        yield server


class TestFetchPicture:
    def test_follows_a_record_of_the_met(self, museum: MuseumServer) -> None:
        fetched = fetch_picture(met(museum))
        assert fetched.data == PICTURE
        assert fetched.url == f"{museum.address}/wave.jpg"
        assert fetched.record_url == f"{museum.address}/met/45434"
        assert {agent for _path, agent in museum.asked} == {sources.AGENT}

    def test_follows_a_record_of_chicago(self, museum: MuseumServer) -> None:
        record = {
            "data": {"image_id": "abc", "is_public_domain": True},
            "config": {"iiif_url": f"{museum.address}/iiif/2"},
        }
        museum.pages["/artic/19339"] = json.dumps(record).encode()
        museum.pages["/iiif/2/abc/full/1686,/0/default.jpg"] = PICTURE
        assert fetch_picture({"from": "artic", "id": "19339"}).data == PICTURE

    def test_follows_a_record_of_the_commons(self, museum: MuseumServer) -> None:
        info = {
            "thumburl": f"{museum.address}/thumb.jpg",
            "extmetadata": {"LicenseShortName": {"value": "Public domain"}},
        }
        record = {"query": {"pages": {"1": {"imageinfo": [info]}}}}
        museum.pages["/commons/The%20Scream.jpg"] = json.dumps(record).encode()
        museum.pages["/thumb.jpg"] = PICTURE
        assert fetch_picture({"from": "commons", "id": "The Scream.jpg"}).data == PICTURE

    @pytest.mark.parametrize(
        "changes", [{"isPublicDomain": False}, {"primaryImage": ""}, {"primaryImage": None}]
    )
    def test_refuses_a_picture_that_is_not_free(
        self, museum: MuseumServer, changes: dict[str, Any]
    ) -> None:
        with pytest.raises(SourceRefused, match="no free picture"):
            fetch_picture(met(museum, **changes))
        assert [path for path, _agent in museum.asked] == ["/met/45434"]

    @pytest.mark.parametrize("record", [b"<html>", b"[]", b"{}", b"null", b"\xff"])
    def test_says_when_a_record_has_an_unexpected_format(
        self, museum: MuseumServer, record: bytes
    ) -> None:
        source = met(museum)
        museum.pages["/met/45434"] = record
        with pytest.raises(SourceRefused, match="unexpected format"):
            fetch_picture(source)

    @pytest.mark.parametrize("name", ["met", "artic", "commons"])
    def test_asks_museums_over_https(self, name: str) -> None:
        assert MUSEUMS[name].record.startswith("https://")


class TestDownload:
    def test_uses_only_https(self) -> None:
        with pytest.raises(SourceRefused, match="not an https address"):
            download("http://127.0.0.1:1/", max_bytes=10)
        with pytest.raises(SourceRefused, match="not an https address"):
            download("file:///etc/hostname", max_bytes=10)

    def test_follows_a_redirect(self, museum: MuseumServer) -> None:
        museum.pages |= {"/old": f"{museum.address}/new", "/new": b"here"}
        assert download(f"{museum.address}/old", max_bytes=10) == b"here"

    def test_does_not_follow_a_redirect_to_another_scheme(self, museum: MuseumServer) -> None:
        museum.pages["/old"] = "ftp://127.0.0.1/file"
        with pytest.raises(SourceRefused, match="not an https address"):
            download(f"{museum.address}/old", max_bytes=10)

    def test_stops_at_the_limit_of_bytes(self, museum: MuseumServer) -> None:
        museum.pages |= {"/ten": b"0123456789", "/more": b"0123456789a"}
        assert len(download(f"{museum.address}/ten", max_bytes=10)) == 10
        with pytest.raises(SourceRefused, match="is larger than"):
            download(f"{museum.address}/more", max_bytes=10)

    def test_stops_at_the_limit_of_time(self, museum: MuseumServer) -> None:
        museum.pages["/slow"] = 60.0
        begun = time.monotonic()
        with pytest.raises(SourceRefused, match="too slow"):
            download(f"{museum.address}/slow", max_bytes=10**9, seconds=0.3)
        assert time.monotonic() - begun < 30  # well before the page ends

    @pytest.mark.parametrize("path", ["/nothing", "/loop"])
    def test_says_when_there_is_no_answer(self, museum: MuseumServer, path: str) -> None:
        museum.pages["/loop"] = f"{museum.address}/loop"
        with pytest.raises(SourceRefused, match="does not respond") as refusal:
            download(museum.address + path, max_bytes=10)
        assert refusal.value.code == "museum_refuses"

    def test_says_when_there_is_no_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sources, "SCHEMES", ("http",))
        with pytest.raises(SourceRefused, match="does not respond") as refusal:
            download("http://127.0.0.1:9/", max_bytes=10)
        assert refusal.value.code == "museum_unreachable"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, media_root: Path) -> Path:
    """Return a folder of masterworks with two entries. One has an open-access picture."""
    assert media_root.is_dir()
    entries = [
        {"slug": "wave", "open_access": {"from": "met", "id": "45434"}},
        {"slug": "cafe", "open_access": None},
    ]
    (tmp_path / "manifest.json").write_text(json.dumps({"masterworks": entries}))
    monkeypatch.setattr(fetching.fetch_sources, "__kwdefaults__", {"slugs": (), "folder": tmp_path})
    return tmp_path


def fetch(*slugs: str) -> str:
    """Run the command, and return its output."""
    out = StringIO()
    call_command("fetch_sources", *slugs, stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
class TestFetchSources:
    def test_adds_the_picture_to_a_style_with_only_a_code(
        self, museum: MuseumServer, shelf: Path, media_root: Path
    ) -> None:
        make_code_style("wave")
        met(museum)
        assert fetch() == "wave: 300 × 200\n"
        wave = Style.objects.get()
        assert (wave.has_picture, wave.version, wave.shown_as) == (True, 2, "full")
        assert wave.code_sha256
        evidence = Evidence.objects.get()
        assert evidence.picture_sha256 == wave.image_sha256
        assert evidence.url == f"{museum.address}/wave.jpg"
        assert "/met/45434" in evidence.statement
        assert len(files_in(media_root)) == 3
        assert shelf.is_dir()

    def test_does_not_fetch_a_picture_that_exists(self, museum: MuseumServer, shelf: Path) -> None:
        make_code_style("wave")
        met(museum)
        fetch()
        museum.asked.clear()
        assert fetch() == ""
        assert museum.asked == []
        assert shelf.is_dir()

    def test_skips_a_style_without_an_open_access_picture(
        self, museum: MuseumServer, shelf: Path
    ) -> None:
        make_code_style("cafe")
        assert fetch() == ""
        assert museum.asked == []
        assert shelf.is_dir()

    @pytest.mark.parametrize("state", ["draft", "in_review", "withdrawn"])
    def test_leaves_out_what_the_library_does_not_show(
        self, museum: MuseumServer, shelf: Path, state: str
    ) -> None:
        style = make_code_style("wave")
        Style.objects.filter(pk=style.pk).update(state=state)
        met(museum)
        assert fetching.missing_pictures(shelf).fetchable == []
        assert fetch() == ""
        assert museum.asked == []

    def test_fetches_only_named_styles(self, museum: MuseumServer, shelf: Path) -> None:
        make_code_style("wave")
        met(museum)
        assert fetch("cafe") == ""
        assert museum.asked == []
        assert shelf.is_dir()

    @pytest.mark.parametrize("answer", [b"<html>", b"GIF89a", PICTURE[:2000]])
    def test_does_not_change_the_style_when_no_picture_comes(
        self, museum: MuseumServer, shelf: Path, media_root: Path, answer: bytes
    ) -> None:
        make_code_style("wave")
        met(museum)
        museum.pages["/wave.jpg"] = answer
        before = (files_in(media_root), list(Style.objects.values()))
        with pytest.raises(CommandError, match="1 could not be fetched"):
            fetch()
        assert (files_in(media_root), list(Style.objects.values())) == before
        assert not Evidence.objects.exists()
        assert shelf.is_dir()

    def test_continues_after_a_failure(self, museum: MuseumServer, shelf: Path) -> None:
        entries = [
            {"slug": "cafe", "open_access": {"from": "artic", "id": "1"}},
            {"slug": "wave", "open_access": {"from": "met", "id": "45434"}},
        ]
        (shelf / "manifest.json").write_text(json.dumps({"masterworks": entries}))
        for slug in ("cafe", "wave"):
            make_code_style(slug)
        met(museum)
        with pytest.raises(CommandError, match="1 could not"):
            fetch()
        assert [*Style.objects.exclude(image="").values_list("slug", flat=True)] == ["wave"]
