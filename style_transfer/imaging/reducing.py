"""Make a picture smaller in linear light, so that fine lines keep their brightness.

The values of a picture are not amounts of light: half the light is level 188, not 128. A mean of
values would make an engraving of black and white lines much darker than it looks from afar.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]

# Floats of a whole photo take gigabytes, so this many source pixels are in floats at a time.
_BAND: Final = 2_000_000
# Lanczos looks at this many result pixels on each side.
_SUPPORT: Final = 3
_GAP: Final = 3.0
_FINE: Final = 65_535


def _linear(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the light, 0 to 1, of sRGB values from 0 to 1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


_LIGHT: Final[Floats] = _linear(np.arange(256) / 255).astype(np.float32)
# The level of each amount of light in 65,535 steps: the nearest in values, so that no level shifts.
_LEVELS: Final = np.searchsorted(
    _linear((np.arange(255) + 0.5) / 255), np.arange(_FINE + 1) / _FINE
).astype(np.uint8)


def reduce_picture(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return `image` (L, LA, RGB, RGBA or CMYK) at a smaller size, without metadata.

    Inks of CMYK are averaged as they are: they are no light.
    """
    if image.mode == "CMYK":
        inks = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=_GAP)
        return Image.frombytes(inks.mode, inks.size, inks.tobytes())
    rows = [np.stack(band, axis=-1) for band in _bands(image, size)]
    pixels = np.concatenate(rows)  # (H, W, C)
    return Image.fromarray(pixels[..., 0] if image.mode == "L" else pixels, image.mode)


def _bands(image: Image.Image, size: tuple[int, int]) -> Iterator[list[NDArray[np.uint8]]]:
    """Yield the channels of some rows of the result at a time, from top to bottom."""
    scale = image.height / size[1]
    height = max(1, int(_BAND / image.width / scale))
    for top in range(0, size[1], height):
        bottom = min(top + height, size[1])
        first = max(0, int((top - _SUPPORT) * scale) - 1)
        last = min(image.height, int((bottom + _SUPPORT) * scale) + 2)
        part = image.crop((0, first, image.width, last))
        box = (0, top * scale - first, image.width, min(bottom * scale - first, part.height))
        yield _resized(part, (size[0], bottom - top), box)


def _resized(
    image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float]
) -> list[NDArray[np.uint8]]:
    """Scale `box` of an image to `size`; return its channels in levels."""

    def scaled(light: Floats) -> Floats:
        """Scale one channel (H, W)."""
        channel = Image.fromarray(light)
        lanczos = Image.Resampling.LANCZOS
        return np.asarray(channel.resize(size, lanczos, box=box, reducing_gap=_GAP))

    channels = [np.asarray(each) for each in image.split()]
    if image.mode not in ("LA", "RGBA"):
        return [_to_levels(scaled(_LIGHT[each])) for each in channels]
    # Hidden colors must not show, so each color counts as much as it is visible.
    *colors, opacity = channels
    alpha = opacity.astype(np.float32) / np.float32(255)
    seen = scaled(alpha)
    # Not limited to 1, so that what the filter overshoots cancels out.
    visible = seen.clip(min=1 / 510)
    levels = [_to_levels(scaled(_LIGHT[each] * alpha) / visible) for each in colors]
    return [*levels, np.rint(seen.clip(0, 1) * 255).astype(np.uint8)]


def _to_levels(light: Floats) -> NDArray[np.uint8]:
    levels: NDArray[np.uint8] = _LEVELS[np.rint(light.clip(0, 1) * _FINE).astype(np.uint16)]
    return levels
