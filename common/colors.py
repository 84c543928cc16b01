"""The main colors of a picture, by the names that people search for."""

import colorsys
from collections import Counter
from typing import Final

from PIL import Image

COLOR_NAMES: Final = (
    *("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown"),
    *("black", "gray", "white"),
)
MOST_NAMES: Final = 4
# A color is a main one if this part of the picture has it.
LEAST_SHARE: Final = 0.12
SIDE: Final = 24
# Where the hues end, in degrees.
_HUES: Final = (
    *((14, "red"), (45, "orange"), (68, "yellow"), (160, "green"), (195, "teal")),
    *((255, "blue"), (292, "purple"), (345, "pink"), (360, "red")),
)


def color_names(image: Image.Image) -> list[str]:
    """Return the names of the main colors of `image`, the most frequent first. At least one."""
    small = image.convert("RGBA").resize((SIDE, SIDE), Image.Resampling.BOX)
    white = Image.new("RGBA", small.size, "white")
    pixels = Image.alpha_composite(white, small).convert("RGB")
    parts = iter(pixels.tobytes())
    counts = Counter(map(_name, zip(parts, parts, parts, strict=True)))
    least = LEAST_SHARE * SIDE * SIDE
    frequent = counts.most_common(MOST_NAMES)
    return [name for name, count in frequent if count >= least] or [frequent[0][0]]


def _name(color: tuple[int, int, int]) -> str:
    """Return the name of one color."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in color))
    if value < 0.18:
        return "black"
    if saturation < 0.14:
        return "white" if value > 0.86 else "gray"
    degrees = hue * 360
    if degrees < 45 and value < 0.62 and saturation < 0.85:
        return "brown"
    name = next(name for end, name in _HUES if degrees <= end)
    # A light red is called pink.
    return "pink" if name == "red" and saturation < 0.5 and value > 0.75 else name
