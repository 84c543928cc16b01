"""Shipping: files and the manifest."""

import hashlib
import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artworks.artwork import Artwork
from artworks.shipping import MANIFEST, MOST_BYTES, Entry, encode_webp, enter, read_manifest, ship


class Stripes:
    """A real artwork that renders fast: stripes whose tone is the seed."""

    def __init__(self, slug: str) -> None:
        self.ARTWORK = Artwork(
            slug=slug,
            title="Stripes",
            technique="Ruling pen",
            description="Stripes.",
            tags=("stripes", "plain", "test"),
            palette_note="Gray.",
            aspect=(2, 1),
            seed=90,
        )

    def render(self, *, width: int, height: int, seed: int) -> Image.Image:
        """Paint stripes one px high."""
        pixels = np.zeros((height, width, 3), np.uint8)
        pixels[::2] = seed
        return Image.fromarray(pixels)


def entry(tmp_path: Path, slug: str) -> Entry:
    return ship(Stripes(slug), slug, tmp_path, longest=32).entry


def test_writes_a_webp_file_of_the_requested_size(tmp_path: Path) -> None:
    ship(Stripes("stripes"), "stripes", tmp_path, longest=32)
    with Image.open(tmp_path / "stripes.webp") as image:
        assert image.format == "WEBP"
        assert image.size == (32, 16)


def test_describes_the_file_it_wrote(tmp_path: Path) -> None:
    made = entry(tmp_path, "stripes")
    data = (tmp_path / "stripes.webp").read_bytes()
    assert made["sha256"] == hashlib.sha256(data).hexdigest()
    assert (made["width"], made["height"]) == (32, 16)
    assert made["license"] == "CC0-1.0"
    assert made["artist"] == "Styleweb"
    assert made["seed"] == 90
    assert made["script"] == "artworks/stripes.py"


def test_reports_the_size_and_the_time(tmp_path: Path) -> None:
    done = ship(Stripes("stripes"), "stripes", tmp_path, longest=32)
    assert done.bytes == (tmp_path / "stripes.webp").stat().st_size
    assert done.seconds > 0


def test_makes_the_folder(tmp_path: Path) -> None:
    entry(tmp_path / "new" / "folder", "stripes")
    assert (tmp_path / "new" / "folder" / MANIFEST).is_file()


def test_lists_the_entries_by_slug(tmp_path: Path) -> None:
    for slug in ("zebra", "awning"):
        entry(tmp_path, slug)
    assert [one["slug"] for one in read_manifest(tmp_path / MANIFEST)] == ["awning", "zebra"]


def test_replaces_the_entry_of_a_slug(tmp_path: Path) -> None:
    first = entry(tmp_path, "stripes")
    enter(tmp_path / MANIFEST, {**first, "title": "Other Stripes"})
    (kept,) = read_manifest(tmp_path / MANIFEST)
    assert kept["title"] == "Other Stripes"


def test_has_no_entries_without_a_manifest(tmp_path: Path) -> None:
    assert read_manifest(tmp_path / MANIFEST) == []


def test_writes_plain_json_with_a_version(tmp_path: Path) -> None:
    entry(tmp_path, "stripes")
    text = (tmp_path / MANIFEST).read_text("utf-8")
    assert text.endswith("}\n")
    assert json.loads(text)["version"] == 1


def test_lowers_the_quality_of_a_heavy_picture() -> None:
    rough = np.random.default_rng(0).integers(0, 256, (720, 720, 3), dtype=np.uint8)
    image = Image.fromarray(rough)
    best = BytesIO()
    image.save(best, "WEBP", quality=88, method=6)
    assert len(best.getvalue()) > MOST_BYTES
    assert len(encode_webp(image)) < len(best.getvalue())


def test_keeps_the_quality_of_a_light_picture() -> None:
    image = Image.new("RGB", (40, 40), "teal")
    best = BytesIO()
    image.save(best, "WEBP", quality=88, method=6)
    assert encode_webp(image) == best.getvalue()


SHIPPED = Path(__file__).resolve().parents[2] / "library" / "shipped"


@pytest.mark.parametrize("made", read_manifest(SHIPPED / MANIFEST), ids=lambda made: made["slug"])
def test_ships_the_files_in_the_manifest(made: Entry) -> None:
    data = (SHIPPED / made["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == made["sha256"]
    assert max(made["width"], made["height"]) == 1024
    assert (SHIPPED.parent.parent / made["script"]).is_file()
