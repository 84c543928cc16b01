"""Shipping: render an artwork, save it as WebP, and keep the manifest of what was shipped."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

    from artworks.registry import ArtworkModule

MANIFEST = "manifest.json"
QUALITIES = (88, 84, 80, 76, 72)  # tried from the best down
MOST_BYTES = 350_000  # of one file
MADE_ON = 2026  # a constant, so that the same picture gives the same entry


class Entry(TypedDict):
    """The record of one shipped artwork in the manifest."""

    slug: str
    file: str
    title: str
    technique: str
    description: str
    tags: list[str]
    palette_note: str
    width: int
    height: int
    sha256: str
    seed: int
    license: str
    artist: str
    script: str
    made_on: int


@dataclass(frozen=True)
class Shipped:
    """A rendered artwork: its manifest entry, the size of its file in bytes, and seconds taken."""

    entry: Entry
    bytes: int
    seconds: float


def encode_webp(image: Image.Image) -> bytes:
    """Return the image as WebP, with the best quality in `QUALITIES` that fits `MOST_BYTES`.

    If none fits, the last quality is used.
    """
    data = b""
    for quality in QUALITIES:
        out = BytesIO()
        # Method 6 is the slowest and gives the smallest file.
        image.save(out, "WEBP", quality=quality, method=6)
        data = out.getvalue()
        if len(data) <= MOST_BYTES:
            break
    return data


def ship(module: ArtworkModule, name: str, folder: Path, *, longest: int) -> Shipped:
    """Render the artwork of the module file `name` into the folder and add it to the manifest."""
    started = time.perf_counter()
    artwork = module.ARTWORK
    width, height = artwork.size(longest)
    data = encode_webp(module.render(width=width, height=height, seed=artwork.seed))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{artwork.slug}.webp").write_bytes(data)
    entry = Entry(
        slug=artwork.slug,
        file=f"{artwork.slug}.webp",
        title=artwork.title,
        technique=artwork.technique,
        description=artwork.description,
        tags=list(artwork.tags),
        palette_note=artwork.palette_note,
        width=width,
        height=height,
        sha256=hashlib.sha256(data).hexdigest(),
        seed=artwork.seed,
        license="CC0-1.0",
        artist="Styleweb",
        script=f"artworks/{name}.py",
        made_on=MADE_ON,
    )
    enter(folder / MANIFEST, entry)
    return Shipped(entry, len(data), time.perf_counter() - started)


def read_manifest(path: Path) -> list[Entry]:
    """Return the entries of a manifest file, or an empty list if there is no file."""
    if not path.exists():
        return []
    entries: list[Entry] = json.loads(path.read_text("utf-8"))["artworks"]
    return entries


def enter(path: Path, entry: Entry) -> None:
    """Write the entry into the manifest, which is sorted by slug, and replace an older one."""
    kept = [other for other in read_manifest(path) if other["slug"] != entry["slug"]]
    entries = sorted([*kept, entry], key=lambda one: one["slug"])
    text = json.dumps({"version": 1, "artworks": entries}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8")
