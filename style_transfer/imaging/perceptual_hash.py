"""Tell whether two pictures show the same artwork, in any size and file format."""

import numpy as np
from PIL import Image

_SIDE = 8
LENGTH = 2 * 3 * _SIDE * _SIDE  # hexadecimal digits
# Mean difference of levels from 0 to 255. A small and badly compressed copy differs by about 1,
# two paintings of the same bouquet differ by 20.
SAME = 6.0


def perceptual_hash(image: Image.Image) -> str:
    """Describe a picture by the colors of 8 x 8 cells, as 384 hexadecimal digits."""
    cells = image.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return cells.tobytes().hex()


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
    try:
        cells = [np.frombuffer(bytes.fromhex(each), np.uint8).astype(int) for each in (one, other)]
    except ValueError:
        return 255.0
    if len(one) != LENGTH or len(other) != LENGTH:
        return 255.0
    return float(np.abs(cells[0] - cells[1]).mean())
