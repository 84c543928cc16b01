"""The golden set: photos and artworks on which variants are compared with the reference.

They are drawn by code, with sides that no power of two divides.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image

from style_transfer.imaging.drawn import PALETTES, draw_landscape, draw_portrait, draw_strokes
from style_transfer.imaging.tensors import to_image
from style_transfer.training.dead_leaves import draw_dead_leaves


@dataclass(frozen=True)
class GoldenPair:
    """A photo and an artwork."""

    name: str
    photo: Image.Image
    artwork: Image.Image


def golden_pairs() -> list[GoldenPair]:
    """Give the golden set, always the same."""
    return list(_draw())


@cache
def _draw() -> tuple[GoldenPair, ...]:
    wide, tall = draw_strokes(1, PALETTES[0]), draw_strokes(2, PALETTES[1])
    leaves = to_image(draw_dead_leaves(3, 224))
    return (
        GoldenPair("landscape", draw_landscape((320, 213)), wide),
        GoldenPair("portrait", draw_portrait((203, 259)), tall),
        GoldenPair("leaves", leaves, wide),
    )


def golden_digest(pairs: Sequence[GoldenPair]) -> str:
    """Compute a digest of the pixels of a golden set."""
    digest = hashlib.sha256()
    for pair in pairs:
        for image in (pair.photo, pair.artwork):
            digest.update(f"{pair.name} {image.size} ".encode() + image.tobytes())
    return digest.hexdigest()[:16]
