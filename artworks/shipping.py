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
QUALITIES = (88, 84, 80, 76, 72)
MOST_BYTES = 350_000
MADE_ON = 2026


class Entry(TypedDict):
    """What the manifest says of one shipped artwork."""

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
    """A rendered artwork: its manifest entry, the size of its file, and the time it took."""

    entry: Entry
    bytes: int
    seconds: float


def encode_webp(image: Image.Image) -> bytes:
    """Return the image as WebP of the best quality listed that stays under `MOST_BYTES`."""
    data = b""
    for quality in QUALITIES:
        out = BytesIO()
        image.save(out, "WEBP", quality=quality, method=6)
        data = out.getvalue()
        if len(data) <= MOST_BYTES:
            break
    return data


def ship(module: ArtworkModule, name: str, folder: Path, *, longest: int) -> Shipped:
    """Render the artwork of the module file `name` into the folder and enter it in the manifest."""
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
    """Return the entries of a manifest file, or none where there is no file."""
    if not path.exists():
        return []
    entries: list[Entry] = json.loads(path.read_text("utf-8"))["artworks"]
    return entries


def enter(path: Path, entry: Entry) -> None:
    """Write the entry into the manifest, in place of an older one of that slug, sorted by slug."""
    kept = [other for other in read_manifest(path) if other["slug"] != entry["slug"]]
    entries = sorted([*kept, entry], key=lambda one: one["slug"])
    text = json.dumps({"version": 1, "artworks": entries}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8")
