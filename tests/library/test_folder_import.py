"""Collections with a manifest: imported completely or not at all, and only with their rights."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from library.folder_import import REQUIRED, ImportRefused, load_styles_from_folder
from library.models import Artist, Style
from library.services import withdraw_style
from tests.common.test_storage import files_in
from tests.support import hostile
from tests.support.factories import make_picture, picture_bytes

pytestmark = pytest.mark.django_db(transaction=True)

WAVE: dict[str, Any] = {
    "file": "wave.png",
    "title": "The Great Wave",
    "artist": "Katsushika Hokusai",
    "license": "CC-PDM-1.0",
    "source_url": "https://example.org/wave",
    "year_from": "1831",
    "tags": "woodblock, sea; blue",
}
INK: dict[str, Any] = {**WAVE, "file": "ink.jpg", "title": "Ink", "slug": "black-ink"}


@pytest.fixture
def folder(tmp_path: Path, media_root: Path) -> Path:
    """Return a folder with two pictures and no manifest."""
    assert media_root.is_dir()
    made = tmp_path / "collection"
    made.mkdir()
    (made / "wave.png").write_bytes(picture_bytes(make_picture((120, 80), seed=1)))
    (made / "ink.jpg").write_bytes(picture_bytes(make_picture((120, 80), seed=2), "JPEG"))
    return made


def describe(folder: Path, *rows: dict[str, Any]) -> Path:
    """Write a manifest of `rows` into the folder."""
    (folder / "manifest.json").write_text(json.dumps({"styles": rows}), "utf-8")
    return folder


def refusals(folder: Path) -> tuple[str, ...]:
    """Return the reasons why the folder is refused. Check that nothing was imported."""
    with pytest.raises(ImportRefused) as refused:
        load_styles_from_folder(folder=folder, publish=True)
    assert not Style.objects.exists()
    assert not Artist.objects.exists()
    return refused.value.reasons


def test_imports_a_folder_as_drafts(folder: Path) -> None:
    loaded = load_styles_from_folder(folder=describe(folder, WAVE, INK))
    assert loaded.created == ["the-great-wave", "black-ink"]
    wave = Style.objects.get(slug="the-great-wave")
    assert wave.state == Style.State.DRAFT
    assert (wave.artist.name, wave.year_from) == ("Katsushika Hokusai", 1831)
    assert wave.tags == ["woodblock", "sea", "blue"]
    assert (wave.width, wave.height) == (120, 80)


def test_publishes_on_request(folder: Path) -> None:
    load_styles_from_folder(folder=describe(folder, WAVE), publish=True)
    assert Style.objects.published().count() == 1


def test_changes_nothing_the_second_time(folder: Path, media_root: Path) -> None:
    describe(folder, WAVE, INK)
    load_styles_from_folder(folder=folder)
    before = (files_in(media_root), list(Style.objects.order_by("pk").values()))
    loaded = load_styles_from_folder(folder=folder)
    assert loaded.unchanged == ["the-great-wave", "black-ink"]
    assert (loaded.created, loaded.updated) == ([], [])
    assert (files_in(media_root), list(Style.objects.order_by("pk").values())) == before


def test_makes_a_new_version_for_a_new_picture(folder: Path) -> None:
    load_styles_from_folder(folder=describe(folder, WAVE), publish=True)
    withdraw_style(style=Style.objects.get())
    (folder / "wave.png").write_bytes(picture_bytes(make_picture((90, 90), seed=5)))
    loaded = load_styles_from_folder(folder=folder, publish=True)
    style = Style.objects.get()
    assert loaded.updated == ["the-great-wave"]
    assert (style.version, style.width) == (2, 90)
    assert style.state == Style.State.WITHDRAWN


def test_reads_a_csv_file_of_a_spreadsheet(folder: Path) -> None:
    with (folder / "manifest.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, [*WAVE, "slug"])
        table.writeheader()
        table.writerows([WAVE, INK])
    assert load_styles_from_folder(folder=folder).created == ["the-great-wave", "black-ink"]


def test_reads_a_plain_list(folder: Path) -> None:
    (folder / "manifest.json").write_text(json.dumps([{**WAVE, "tags": ["sea", ""]}]))
    load_styles_from_folder(folder=folder)
    assert Style.objects.get().tags == ["sea"]


@pytest.mark.parametrize("field", REQUIRED)
@pytest.mark.parametrize("empty", ["", "  ", None])
def test_refuses_a_record_without_a_required_field(
    folder: Path, field: str, empty: str | None
) -> None:
    (reason,) = refusals(describe(folder, INK, {**WAVE, field: empty}))
    assert reason.startswith("2. ")
    assert field in reason


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"license": "CC-BY-ND-4.0"}, "license"),
        ({"license": "all-rights-reserved"}, "license"),
        ({"license": "free, I think"}, "license"),
        ({"file": "none.png"}, "folder"),
        ({"file": "../outside.png"}, "folder"),
        ({"file": "/etc/passwd"}, "folder"),
        ({"source_url": "javascript:alert(1)"}, "address"),
        ({"year_from": "about 1830"}, "Years"),
        ({"title": "浪"}, "slug"),
        ({"slug": "black-ink"}, "twice"),
    ],
)
def test_refuses_a_wrong_record(folder: Path, change: dict[str, str], word: str) -> None:
    (folder.parent / "outside.png").write_bytes(picture_bytes(make_picture()))
    (reason,) = refusals(describe(folder, INK, {**WAVE, **change}))
    assert word in reason


def test_refuses_a_link_to_a_file_outside(folder: Path) -> None:
    (folder.parent / "outside.png").write_bytes(picture_bytes(make_picture()))
    (folder / "wave.png").unlink()
    (folder / "wave.png").symlink_to(folder.parent / "outside.png")
    assert "folder" in refusals(describe(folder, WAVE))[0]


@pytest.mark.parametrize("name", ["text", "svg"])
def test_refuses_a_picture_that_validation_refuses(
    folder: Path, media_root: Path, name: str
) -> None:
    (folder / "wave.png").write_bytes(hostile.SPOOFS[name])
    (reason,) = refusals(describe(folder, INK, WAVE))
    assert "not supported" in reason
    assert files_in(media_root) == []


def test_names_all_errors_at_once(folder: Path) -> None:
    rows = [{**WAVE, "license": ""}, {**INK, "file": "none.jpg"}, {}]
    assert len(refusals(describe(folder, *rows))) == 2 + len(REQUIRED)


@pytest.mark.parametrize("text", ["", "{", "[1]", "{}", '"a"', '{"styles": 3}', "null"])
def test_refuses_a_manifest_that_cannot_be_read(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    assert refusals(folder)[0].startswith("manifest.json cannot be read: ")


def test_refuses_an_empty_or_missing_manifest(folder: Path) -> None:
    assert refusals(folder)[0].startswith("The folder has no manifest")
    assert refusals(describe(folder))[0].startswith("The manifest is empty")


def test_prints_what_the_command_did(folder: Path) -> None:
    out = StringIO()
    call_command("load_styles", describe(folder, WAVE), "--publish", stdout=out)
    assert out.getvalue() == "1 new, 0 changed, 0 as they were.\n"
    assert Style.objects.published().exists()


def test_names_every_refusal_in_the_command(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"Nothing was taken in\.\n1\. wave\.png"):
        call_command("load_styles", describe(folder, {**WAVE, "license": ""}))
