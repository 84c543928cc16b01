"""Tell whether two pictures show the same artwork, in any size and file format."""

from collections.abc import Sequence
from operator import sub

import numpy as np
from PIL import Image

_SIDE = 8
LENGTH = 2 * 3 * _SIDE * _SIDE  # hexadecimal digits
# Mean difference of levels from 0 to 255. A small and badly compressed copy differs by about 1,
# two paintings of the same bouquet differ by 20.
SAME = 6.0
TILTS = ("level", "across", "down", "warmth")


def perceptual_hash(image: Image.Image) -> str:
    """Describe a picture by the colors of 8 x 8 cells, as 384 hexadecimal digits."""
    cells = image.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return cells.tobytes().hex()


def look_of(image: Image.Image) -> str:
    """Describe a picture as it looks on white paper, so that formats without transparency agree."""
    if image.mode == "RGBA":
        sheet = Image.new("RGBA", image.size, "white")
        return perceptual_hash(Image.alpha_composite(sheet, image))
    return perceptual_hash(image)


def tilts_of(digits: str) -> tuple[int, ...]:
    """Return four numbers of a perceptual hash, named in TILTS.

    They are the mean level, and how much left, upper and red parts are lighter than right, lower
    and blue ones. None of them differs by more than `difference` does.
    """
    cells, total = bytes.fromhex(digits), dict.fromkeys(TILTS, 0)
    for place, value in enumerate(cells):
        row, column, band = place // 3 // _SIDE, place // 3 % _SIDE, place % 3
        total["level"] += value
        total["across"] += value if column < _SIDE // 2 else -value
        total["down"] += value if row < _SIDE // 2 else -value
        total["warmth"] += value * (1 - band)
    return tuple(round(total[name] / len(cells)) for name in TILTS)


def picture_of(digits: str) -> Image.Image | None:
    """Draw the 8 x 8 cells of a perceptual hash as a picture; None for any other text."""
    if len(digits) != LENGTH:
        return None
    try:
        return Image.frombytes("RGB", (_SIDE, _SIDE), bytes.fromhex(digits))
    except ValueError:
        return None


def difference(one: str, other: str) -> float:
    """Measure the mean difference of levels, 0 to 255, between two perceptual hashes.

    A text that is not a perceptual hash has the largest difference, 255, from everything.
    """
    if len(one) != LENGTH or len(other) != LENGTH:
        return 255.0
    try:
        cells, others = bytes.fromhex(one), bytes.fromhex(other)
    except ValueError:
        return 255.0
    total: int = sum(map(abs, map(sub, cells, others)))
    return total / len(cells)


def differences(one: str, others: Sequence[str]) -> list[float]:
    """Measure the difference of one perceptual hash from each of many. All must be valid."""
    cells = np.frombuffer(bytes.fromhex(one), np.uint8).astype(np.int16)
    many = np.frombuffer(bytes.fromhex("".join(others)), np.uint8).reshape(-1, LENGTH // 2)
    found: list[float] = np.abs(many - cells).mean(axis=1).tolist()
    return found
