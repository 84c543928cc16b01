"""Small pictures for demonstration data, stored once and shared by many rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from common.derivatives import encode_picture, make_derivatives
from gallery.indexing import color_column

SIDES = ((360, 240), (240, 360), (300, 300))


@dataclass(frozen=True)
class SharedPicture:
    """The stored files of one picture. Rows share them, so deleting one row breaks the others."""

    file: str
    preview: str
    thumb: str
    placeholder: str
    colors: str
    width: int
    height: int
    bytes: int
    style: str = ""
    """The slug of the style of the library that it was painted in, if any."""
    before: str = ""
    """The photo that it was painted from, if any."""


def drawn_pictures(count: int) -> Iterator[Image.Image]:
    """Draw pictures of soft shapes, always the same."""
    for number in range(count):
        rng = np.random.default_rng(number)
        width, height = SIDES[number % len(SIDES)]
        y, x = np.mgrid[0:height, 0:width] / 100.0
        light = [
            np.sin(rng.uniform(0.5, 4) * x + rng.uniform(0.5, 4) * y + rng.uniform(0, 6))
            for _ in range(3)
        ]
        pixels = np.stack(light, axis=-1) * 60 + rng.uniform(60, 190, 3)
        yield Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def store(image: Image.Image, photo: Image.Image | None = None, style: str = "") -> SharedPicture:
    """Write the files of one picture. Raises StorageFull."""
    kept, small = encode_picture(image), make_derivatives(image)
    beside = make_derivatives(photo).preview if photo else b""
    return SharedPicture(
        file=_saved(kept.data, kept.suffix),
        preview=_saved(small.preview, ".webp"),
        thumb=_saved(small.thumb, ".webp"),
        placeholder=small.placeholder,
        colors=color_column(small.colors),
        width=image.width,
        height=image.height,
        bytes=len(kept.data),
        style=style,
        before=_saved(beside, ".webp") if beside else "",
    )


def _saved(data: bytes, suffix: str) -> str:
    return default_storage.save(f"artworks/file{suffix}", ContentFile(data))
