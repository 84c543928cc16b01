"""The styles that come with the project: they load once, and again if their picture changes."""

import hashlib
import io
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.uploads import accept_picture
from library import shipped_styles
from library.models import Evidence, Style
from library.records import Loaded
from library.services import save_style_picture, withdraw_style
from library.shipped_styles import SHIPPED, ManifestMismatch, load_shipped_styles
from tests.common.test_storage import files_in
from tests.support.factories import make_picture, picture_bytes

pytestmark = pytest.mark.django_db(transaction=True)


def render(folder: Path, slug: str, seed: int) -> dict[str, Any]:
    """Write a picture into the folder and return its entry for the manifest."""
    data = picture_bytes(make_picture((120, 90), seed=seed), "WEBP")
    (folder / f"{slug}.webp").write_bytes(data)
    return {
        "slug": slug,
        "file": f"{slug}.webp",
        "title": slug.title(),
        "technique": "Ink",
        "description": "Lines.",
        "tags": ["ink"],
        "palette_note": "black",
        "width": 120,
        "height": 90,
        "sha256": hashlib.sha256(data).hexdigest(),
        "seed": seed,
        "license": "CC0-1.0",
        "artist": "Styleweb",
        "script": f"artworks/{slug}.py",
        "made_on": 2026,
    }


def write_manifest(folder: Path, *entries: dict[str, Any]) -> None:
    """Write the manifest of the folder."""
    text = json.dumps({"version": 1, "artworks": entries})
    (folder / "manifest.json").write_text(text, "utf-8")


@pytest.fixture
def folder(tmp_path: Path, media_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with two shipped styles; the command also reads this folder."""
    assert media_root.is_dir()
    made = tmp_path / "shipped"
    made.mkdir()
    write_manifest(made, render(made, "ink", 1), render(made, "wash", 2))
    defaults = {"folder": made, "masterworks": tmp_path / "none"}
    monkeypatch.setattr(shipped_styles.load_shipped_styles, "__kwdefaults__", defaults)
    return made


def test_publishes_the_shipped_styles(folder: Path, media_root: Path) -> None:
    assert load_shipped_styles(folder=folder, masterworks=folder / "none").created == [
        "ink",
        "wash",
    ]
    ink = Style.objects.get(slug="ink")
    assert ink.state == Style.State.PUBLISHED
    assert (ink.artist.name, ink.license, ink.year_to) == ("Styleweb", "CC0-1.0", 2026)
    assert ink.accession_number == "artworks/ink.py, seed 1"
    assert ink.palette
    assert ink.placeholder
    assert (media_root / str(ink.image.name)).read_bytes() == (folder / "ink.webp").read_bytes()
    assert len(files_in(media_root)) == 4


def test_changes_nothing_the_second_time(folder: Path, media_root: Path) -> None:
    load_shipped_styles(folder=folder, masterworks=folder / "none")
    before = (files_in(media_root), list(Style.objects.order_by("pk").values()))
    assert load_shipped_styles(folder=folder, masterworks=folder / "none").unchanged == [
        "ink",
        "wash",
    ]
    assert (files_in(media_root), list(Style.objects.order_by("pk").values())) == before


def test_updates_a_style_that_was_rendered_again(folder: Path, media_root: Path) -> None:
    load_shipped_styles(folder=folder, masterworks=folder / "none")
    write_manifest(folder, render(folder, "ink", 9), render(folder, "wash", 2))
    loaded = load_shipped_styles(folder=folder, masterworks=folder / "none")
    assert (loaded.updated, loaded.unchanged) == (["ink"], ["wash"])
    versions = dict(Style.objects.values_list("slug", "version"))
    assert versions == {"ink": 2, "wash": 1}
    assert len(files_in(media_root)) == 4


def test_keeps_a_withdrawn_style_withdrawn(folder: Path) -> None:
    load_shipped_styles(folder=folder, masterworks=folder / "none")
    withdraw_style(style=Style.objects.get(slug="ink"))
    write_manifest(folder, render(folder, "ink", 9))
    load_shipped_styles(folder=folder, masterworks=folder / "none")
    assert Style.objects.get(slug="ink").state == Style.State.WITHDRAWN


def test_rejects_a_picture_that_the_manifest_does_not_describe(
    folder: Path, media_root: Path
) -> None:
    write_manifest(folder, {**render(folder, "ink", 1), "sha256": "0" * 64})
    with pytest.raises(ManifestMismatch, match=r"ink\.webp"):
        load_shipped_styles(folder=folder, masterworks=folder / "none")
    assert files_in(media_root) == []


def test_creates_nothing_from_an_empty_folder(tmp_path: Path) -> None:
    assert load_shipped_styles(folder=tmp_path, masterworks=tmp_path).created == []


def test_reports_what_the_command_did(folder: Path) -> None:
    out = StringIO()
    call_command("load_shipped_styles", stdout=out)
    assert out.getvalue() == "Shipped styles: 2 new, 0 changed, 0 as they were.\n"
    assert folder.is_dir()


def test_tells_how_to_fix_a_wrong_picture(folder: Path) -> None:
    write_manifest(folder, {**render(folder, "ink", 1), "sha256": "0" * 64})
    with pytest.raises(CommandError, match=r"Make ink\.webp again"):
        call_command("load_shipped_styles")


class TestCodes:
    def write(self, folder: Path, slug: str, code: bytes, **changes: str) -> None:
        """Write the code of a shipped artwork and its entry into the folder."""
        (folder / f"{slug}.code").write_bytes(code)
        entry = {
            "picture_sha256": hashlib.sha256((folder / f"{slug}.webp").read_bytes()).hexdigest(),
            "weights": "e" * 64,
            "code": f"{slug}.code",
            "code_sha256": hashlib.sha256(code).hexdigest(),
            **changes,
        }
        (folder / "codes.json").write_text(json.dumps({slug: entry}))

    def load(self, folder: Path) -> Loaded:
        return load_shipped_styles(folder=folder, masterworks=folder / "none")

    def test_are_loaded_with_the_picture(self, folder: Path, media_root: Path) -> None:
        self.write(folder, "ink", b"moments")
        assert self.load(folder).created == ["ink", "wash"]
        ink, wash = Style.objects.order_by("slug")
        assert (ink.version, ink.has_picture, ink.code_weights) == (1, True, "e" * 64)
        assert (media_root / str(ink.code.name)).read_bytes() == b"moments"
        assert not wash.code
        assert self.load(folder).unchanged == ["ink", "wash"]

    def test_are_added_to_a_published_style(self, folder: Path) -> None:
        self.load(folder)
        self.write(folder, "ink", b"moments")
        assert self.load(folder).updated == ["ink"]
        ink = Style.objects.get(slug="ink")
        assert (ink.version, ink.shown_as) == (2, "full")

    def test_are_ignored_for_an_older_rendering(self, folder: Path) -> None:
        self.write(folder, "ink", b"moments", picture_sha256="0" * 64)
        self.load(folder)
        assert not Style.objects.get(slug="ink").code

    def test_are_rejected_if_the_list_describes_others(
        self, folder: Path, media_root: Path
    ) -> None:
        self.write(folder, "ink", b"moments", code_sha256="0" * 64)
        with pytest.raises(ManifestMismatch, match=r"ink\.code"):
            self.load(folder)
        assert files_in(media_root) == []


def masterwork(folder: Path, slug: str, code: bytes = b"moments") -> dict[str, Any]:
    """Write a code and its pictures into the folder and return their entry for the manifest."""
    sample = picture_bytes(make_picture((96, 72)), "WEBP")
    swatch = picture_bytes(make_picture((64, 64), seed=3), "WEBP")
    (folder / f"{slug}-swatch.webp").write_bytes(swatch)
    (folder / f"{slug}.code").write_bytes(code)
    (folder / f"{slug}.webp").write_bytes(sample)
    return {
        "slug": slug,
        "title": "The Great Wave",
        "artist": {"name": "Katsushika Hokusai", "born": 1760, "died": 1849, "wikidata": "Q5586"},
        "date_text": "ca. 1831",
        "year_from": 1830,
        "year_to": 1832,
        "institution": "",
        "credit_line": "Bequest of Mrs. H. O. Havemeyer, 1929",
        "source_url": "https://example.org/wave",
        "technique": "Woodblock print",
        "tags": ["sea"],
        "license": "CC-PDM-1.0",
        "rights_statement": "http://rightsstatements.org/vocab/NoC-US/1.0/",
        "position": 50,
        "evidence": [{"statement": "He died in 1849.", "recorded_on": "2026-11-24"}],
        "code": f"{slug}.code",
        "code_sha256": hashlib.sha256(code).hexdigest(),
        "weights": "e" * 64,
        "sample": f"{slug}.webp",
        "sample_sha256": hashlib.sha256(sample).hexdigest(),
        "swatch": f"{slug}-swatch.webp",
        "swatch_sha256": hashlib.sha256(swatch).hexdigest(),
    }


def write_masterworks(folder: Path, *entries: dict[str, Any]) -> None:
    """Write the manifest of the folder of masterworks."""
    (folder / "manifest.json").write_text(json.dumps({"version": 1, "masterworks": entries}))


class TestMasterworks:
    def load(self, folder: Path) -> Loaded:
        return load_shipped_styles(folder=folder / "none", masterworks=folder)

    def test_are_loaded_with_their_code_and_sample(self, tmp_path: Path, media_root: Path) -> None:
        write_masterworks(tmp_path, masterwork(tmp_path, "wave"))
        assert self.load(tmp_path).created == ["wave"]
        wave = Style.objects.get()
        assert (wave.state, wave.has_picture, wave.position) == ("published", False, 50)
        assert (wave.artist.years, wave.artist.wikidata) == ("1760–1849", "Q5586")
        assert (wave.code_weights, wave.institution) == ("e" * 64, "")
        assert (media_root / str(wave.code.name)).read_bytes() == b"moments"
        assert (wave.shown_as, wave.width, wave.variants) == (
            "swatch",
            64,
            ["swatch", "proof", "thumb"],
        )
        evidence = Evidence.objects.get(style=wave)
        assert (evidence.recorded_by, evidence.recorded_at.year) == ("Styleweb", 2026)

    def test_do_not_change_the_second_time(self, tmp_path: Path, media_root: Path) -> None:
        write_masterworks(tmp_path, masterwork(tmp_path, "wave"))
        self.load(tmp_path)
        before = (files_in(media_root), list(Style.objects.values()))
        assert self.load(tmp_path).unchanged == ["wave"]
        assert (files_in(media_root), list(Style.objects.values())) == before

    def test_are_updated_with_their_code(self, tmp_path: Path, media_root: Path) -> None:
        write_masterworks(tmp_path, masterwork(tmp_path, "wave"))
        self.load(tmp_path)
        write_masterworks(tmp_path, masterwork(tmp_path, "wave", b"better moments"))
        assert self.load(tmp_path).updated == ["wave"]
        assert (Style.objects.get().version, Evidence.objects.count()) == (2, 1)
        assert len(files_in(media_root)) == 4

    def test_get_a_new_sample_of_the_same_code(self, tmp_path: Path, media_root: Path) -> None:
        entry = masterwork(tmp_path, "wave")
        write_masterworks(tmp_path, entry)
        self.load(tmp_path)
        sample = picture_bytes(make_picture((80, 120), seed=7), "WEBP")
        (tmp_path / "wave.webp").write_bytes(sample)
        digest = hashlib.sha256(sample).hexdigest()
        write_masterworks(tmp_path, {**entry, "sample_sha256": digest})
        assert self.load(tmp_path).updated == ["wave"]
        wave = Style.objects.get()
        assert wave.version == 1
        assert (media_root / str(wave.sample.name)).read_bytes() == sample
        assert len(files_in(media_root)) == 4

    def test_keep_a_picture_that_was_fetched(self, tmp_path: Path, media_root: Path) -> None:
        write_masterworks(tmp_path, masterwork(tmp_path, "wave"))
        self.load(tmp_path)
        data = picture_bytes(make_picture((120, 80)))
        picture = accept_picture(io.BytesIO(data), max_bytes=10**6)
        save_style_picture(style=Style.objects.get(), picture=picture)
        assert self.load(tmp_path).unchanged == ["wave"]
        assert Style.objects.get().has_picture
        assert media_root.is_dir()

    @pytest.mark.parametrize("kind", ["code", "sample", "swatch"])
    def test_refuse_a_file_that_the_manifest_does_not_describe(
        self, tmp_path: Path, media_root: Path, kind: str
    ) -> None:
        write_masterworks(tmp_path, {**masterwork(tmp_path, "wave"), f"{kind}_sha256": "0" * 64})
        with pytest.raises(ManifestMismatch, match=r"wave(-swatch)?\."):
            self.load(tmp_path)
        assert files_in(media_root) == []


@pytest.mark.slow
def test_publishes_everything_that_the_project_ships(media_root: Path) -> None:
    loaded = load_shipped_styles(folder=SHIPPED)
    assert Style.objects.published().count() == len(loaded.created)
    assert load_shipped_styles(folder=SHIPPED).unchanged == loaded.created
    samples = Style.objects.filter(image="").count()
    assert not Style.objects.filter(code="").exists()
    assert len(files_in(media_root)) == 3 * len(loaded.created) + samples  # the swatches
    assert samples >= 12
