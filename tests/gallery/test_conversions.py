"""Downloads in another format and link previews: made once, by a child, and removed again."""

import io
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.http import Http404
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from common import conversions
from common.conversions import ALL_SIDES, Form, conversion_of
from common.sandbox import client, slots
from common.sandbox.slots import slot
from gallery import conversions as own
from gallery.conversions import make_conversion
from gallery.models import Artwork, ShareLink
from gallery.services import delete_artwork, keep_artwork, publish_artwork
from style_transfer.imaging.metadata.exif import COPYRIGHT
from tests.common.test_storage import files_in
from tests.support.factories import finished_job, make_style

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def artwork(media_root: Path, alice: User) -> Artwork:
    """Return a public artwork of alice."""
    assert media_root.is_dir()
    kept = keep_artwork(job=finished_job(alice, styles=[make_style()]))
    return publish_artwork(artwork=kept, license="CC0-1.0")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the tasks that children were asked for from here on."""
    tasks: list[str] = []
    really_run = client.run

    def run(task: str, *parts: bytes, **options: object) -> object:
        tasks.append(task)
        return really_run(task, *parts, **options)

    for module in (conversions, own):
        monkeypatch.setattr(module, "run", run)
    return tasks


def address(artwork: Artwork, form: str = "webp") -> str:
    """Return the address of a download in another format."""
    url = reverse("artwork-file", kwargs={"pk": artwork.pk, "variant": "full"})
    return f"{url}?download=1&format={form}"


def status_of(artwork: Artwork, form: str) -> int:
    """Return the status of a download, without reading its body."""
    answer = Client().get(address(artwork, form))
    answer.close()
    return answer.status_code


def test_are_made_once(artwork: Artwork, runs: list[str]) -> None:
    answers = [Client().get(address(artwork)) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.getvalue() for answer in answers}) == 1
    assert runs == ["convert"]


def test_are_made_once_for_links_with_the_credit(artwork: Artwork, runs: list[str]) -> None:
    link = reverse("artwork-file", kwargs={"pk": artwork.pk, "variant": "link-preview"})
    for license_, notice in (("CC0-1.0", "alice, CC0 1.0"), ("CC-BY-4.0", "alice, CC BY 4.0")):
        publish_artwork(artwork=artwork, license=license_)
        assert Client().head(link).status_code == 200
        answers = {Client().get(link).getvalue() for _ in range(3)}
        (data,) = answers
        picture = Image.open(io.BytesIO(data))
        assert (picture.format, picture.size) == ("JPEG", (artwork.width, artwork.height))
        assert picture.getexif()[COPYRIGHT] == notice
    assert runs == ["link_preview"] * 2


def test_are_not_made_for_a_head(artwork: Artwork, runs: list[str]) -> None:
    head = Client().head(address(artwork))
    assert runs == []
    assert head.status_code == 200
    got = Client().get(address(artwork))
    got.close()
    assert {**head.headers, "Content-Length": got["Content-Length"]} == {**got.headers}
    later = Client().head(address(artwork))
    assert later["Content-Length"] == got["Content-Length"]
    assert runs == ["convert"]


def test_are_not_sent_again_to_who_has_them(artwork: Artwork, runs: list[str]) -> None:
    etag = Client().head(address(artwork))["ETag"]
    assert Client().get(address(artwork), headers={"If-None-Match": etag}).status_code == 304
    assert Client().head(address(artwork), headers={"If-None-Match": etag}).status_code == 304
    assert runs == []


def test_ask_to_come_back_while_others_are_made(
    artwork: Artwork, monkeypatch: pytest.MonkeyPatch, runs: list[str]
) -> None:
    monkeypatch.setattr(slots, "PATIENCE_SECONDS", 0.0)
    api = f"/api/v1/artworks/{artwork.pk}/file/?download=1&format=webp"
    with slot("conversions", who="another artwork"):
        page, app = Client().get(address(artwork)), Client().get(api)
    for answer in (page, app):
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert app.json()["code"] == "busy"
    assert "The server is busy" in page.content.decode()
    assert runs == []
    assert status_of(artwork, "webp") == 200


def test_let_files_that_are_there_pass(
    artwork: Artwork, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    Client().get(address(artwork)).close()
    settings.SLOT_LINES = {"conversions": 0}
    assert status_of(artwork, "webp") == 200
    assert status_of(artwork, "png") == 200  # as it is stored
    assert status_of(artwork, "jpeg") == 503


@pytest.mark.parametrize("is_deleted", [True, False])
def test_go_with_their_picture(artwork: Artwork, *, is_deleted: bool) -> None:
    plain = files_in(Path(default_storage.path("artworks")))
    for form in ("webp", "jpeg"):
        Client().get(address(artwork, form)).close()
    link = reverse("artwork-file", kwargs={"pk": artwork.pk, "variant": "link-preview"})
    Client().get(link).close()
    assert len(files_in(Path(default_storage.path("artworks")))) == len(plain) + 3
    if is_deleted:
        delete_artwork(artwork=artwork)
        assert files_in(Path(default_storage.path("artworks"))) == []
    else:
        publish_artwork(artwork=artwork, license="CC-BY-4.0")
        assert len(files_in(Path(default_storage.path("artworks")))) == len(plain)


def test_leave_nothing_of_a_picture_that_is_removed(
    artwork: Artwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_run = client.run

    def run(*arguments: object, **options: object) -> object:
        made = really_run(*arguments, **options)  # type: ignore[arg-type]  # passed on unchanged
        delete_artwork(artwork=Artwork.objects.get())
        return made

    monkeypatch.setattr(conversions, "run", run)
    with pytest.raises(Http404):
        make_conversion(artwork, Form("webp"))
    assert files_in(Path(default_storage.path("artworks"))) == []


def test_are_named_after_their_picture() -> None:
    name = "artworks/ab/cd/abcd.png"
    assert conversion_of(name, Form("jpeg")) == "artworks/ab/cd/abcd-jpeg.jpg"
    large = Form("webp", 2048, caption=True)
    assert conversion_of(name, large) == "artworks/ab/cd/abcd-webp-2048-caption.webp"


def test_are_known_in_each_size_that_a_link_allows() -> None:
    assert set(ShareLink.Size.values) <= set(ALL_SIDES)


@pytest.fixture
def large(media_root: Path, alice: User) -> Artwork:
    """Return a public artwork of alice that is larger than the smaller downloads."""
    assert media_root.is_dir()
    job = finished_job(alice, size=(2400, 600), styles=[make_style()])
    return publish_artwork(artwork=keep_artwork(job=job, title="海"), license="CC-BY-4.0")


@pytest.mark.slow
def test_have_the_size_that_was_asked_for(large: Artwork, runs: list[str]) -> None:
    url = reverse("artwork-file", kwargs={"pk": large.pk, "variant": "full"})
    for size, expected in (("1080", (1080, 270)), ("2048", (2048, 512)), ("full", (2400, 600))):
        answer = Client().get(url, {"download": "1", "format": "jpeg", "size": size})
        with Image.open(io.BytesIO(answer.getvalue())) as picture:
            assert (picture.format, picture.size) == ("JPEG", expected)
            assert picture.getexif()[COPYRIGHT] == "alice, CC BY 4.0"
        ending = f"-{size}.jpg" if size != "full" else ".jpg"
        assert answer["Content-Disposition"].endswith(f"styleweb-%E6%B5%B7{ending}")
    assert runs == ["convert"] * 3


@pytest.mark.slow
def test_have_a_caption_below_the_same_pixels(large: Artwork) -> None:
    url = reverse("artwork-file", kwargs={"pk": large.pk, "variant": "full"})
    plain = Image.open(io.BytesIO(Client().get(url).getvalue()))
    answer = Client().get(url, {"download": "1", "format": "png", "caption": "1"})
    picture = Image.open(io.BytesIO(answer.getvalue()))
    assert picture.width == 2400
    assert picture.height > 640
    assert picture.crop((0, 0, 2400, 600)).tobytes() == plain.convert("RGB").tobytes()
    assert np.asarray(picture.crop((0, 600, *picture.size)).convert("L")).min() < 80


def test_are_never_larger_than_the_picture(artwork: Artwork, runs: list[str]) -> None:
    url = reverse("artwork-file", kwargs={"pk": artwork.pk, "variant": "full"})
    answer = Client().get(url, {"download": "1", "size": "2048"})
    with Image.open(io.BytesIO(answer.getvalue())) as picture:
        assert picture.size == (artwork.width, artwork.height)
    assert runs == []


@pytest.mark.parametrize(("name", "value"), [("size", "4096"), ("size", ""), ("format", "tiff")])
def test_do_not_exist_in_another_form(artwork: Artwork, name: str, value: str) -> None:
    query = {"download": "1", name: value}
    url = reverse("artwork-file", kwargs={"pk": artwork.pk, "variant": "full"})
    assert Client().get(url, query).status_code == 404
    api = Client().get(reverse("api-artwork-file", kwargs={"pk": artwork.pk}), query)
    assert (api.status_code, api.json()["errors"][0]["field"]) == (422, name)
