"""Color: hexadecimal names, OKLab mixing, palettes, and transparent glazes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from artworks.sheet import as_plane

if TYPE_CHECKING:
    from artworks.sheet import Picture, Plane

Colors = NDArray[np.floating[Any]]
"""sRGB in [0, 1], (..., 3)."""

# The matrices of OKLab (Ottosson 2020), from linear sRGB.
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LMS = np.linalg.inv(_TO_LMS)
_LAB_TO_LMS = np.linalg.inv(_LMS_TO_LAB)


def hex_color(text: str) -> Colors:
    """Return the sRGB color, (3,) in [0, 1], of a text like `#1b3a5f`.

    Raises `ValueError` if it cannot read one of the three numbers.
    """
    digits = text.removeprefix("#")
    return np.array([int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)], dtype=np.float32)


def to_linear(srgb: Colors) -> Colors:
    """Return linear light in [0, 1] from sRGB (IEC 61966-2-1), of any shape."""
    low = srgb / 12.92
    # The maximum avoids NaN where `low` is used.
    high = ((np.maximum(srgb, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(srgb <= 0.04045, low, high).astype(np.float32)


def to_srgb(linear: Colors) -> Colors:
    """Return sRGB from linear light, clipped to [0, 1]."""
    clipped = np.clip(linear, 0.0, 1.0)
    high = 1.055 * np.maximum(clipped, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(clipped <= 0.0031308, clipped * 12.92, high).astype(np.float32)


def to_oklab(srgb: Colors) -> Colors:
    """Return OKLab (Ottosson 2020) from sRGB, (..., 3): lightness in [0, 1], then a and b."""
    lms = np.cbrt(to_linear(srgb) @ _TO_LMS.T)  # (..., 3)
    return as_plane(lms @ _LMS_TO_LAB.T)


def from_oklab(lab: Colors) -> Colors:
    """Return sRGB from OKLab, (..., 3), clipped to [0, 1]."""
    lms = (lab @ _LAB_TO_LMS.T) ** 3
    return to_srgb(as_plane(lms @ _FROM_LMS.T))


def mix(first: Colors, second: Colors, share: Plane | float) -> Colors:
    """Return the mixture in OKLab with `share` (0..1, for each pixel or for all) of the second."""
    part = np.clip(np.asarray(share, dtype=np.float32), 0.0, 1.0)[..., None]  # (..., 1)
    return from_oklab(to_oklab(first) * (1 - part) + to_oklab(second) * part)


def over(below: Picture, above: Colors, alpha: Plane | float) -> Picture:
    """Return `above` laid over `below`; `alpha` 1 covers it, `alpha` 0 shows only `below`."""
    part = np.clip(np.asarray(alpha, dtype=np.float32), 0.0, 1.0)[..., None]  # (..., 1)
    return (below * (1 - part) + above * part).astype(np.float32)


def glaze(below: Picture, pigment: Colors, density: Plane | float) -> Picture:
    """Return `below` under a transparent layer: density 1 multiplies by `pigment` once."""
    depth = np.maximum(np.asarray(density, dtype=np.float32), 0.0)[..., None]
    # Light passes through the layer `depth` times (Beer and Lambert). A pigment of 0 would make
    # every thin layer black, so 0.004 (1/255) is the least.
    return (below * np.clip(pigment, 0.004, 1.0) ** depth).astype(np.float32)


def jitter(
    colors: Colors, rng: np.random.Generator, *, light: float = 0.0, hue: float = 0.0
) -> Colors:
    """Return the colors, (N, 3), with normal noise on OKLab lightness, and on a and b.

    `light` and `hue` are the standard deviations in OKLab.
    """
    lab = to_oklab(colors)
    lab[..., 0] += rng.normal(0.0, 1.0, lab.shape[:-1]).astype(np.float32) * light
    lab[..., 1:] += rng.normal(0.0, 1.0, (*lab.shape[:-1], 2)).astype(np.float32) * hue
    return from_oklab(lab)


@dataclass(frozen=True)
class Palette:
    """A few colors, as texts like `#1b3a5f`, in an order that makes sense as a ramp."""

    names: tuple[str, ...]

    @property
    def colors(self) -> Colors:
        """Return the sRGB colors, (K, 3)."""
        return np.stack([hex_color(name) for name in self.names])

    def ramp(self, position: Plane | float) -> Colors:
        """Return the colors, (..., 3), at positions in [0, 1] along the palette, mixed in OKLab."""
        lab = to_oklab(self.colors)
        stops = np.linspace(0.0, 1.0, len(lab))
        where = np.clip(np.asarray(position, dtype=np.float32), 0.0, 1.0)
        channels = [np.interp(where, stops, lab[:, i]) for i in range(3)]
        return from_oklab(np.stack(channels, axis=-1).astype(np.float32))

    def nearest(self, colors: Colors) -> Colors:
        """Return for each color, (..., 3), the color of the palette that is nearest in OKLab."""
        apart = to_oklab(colors)[..., None, :] - to_oklab(self.colors)  # (..., K, 3)
        return as_plane(self.colors[np.argmin((apart**2).sum(axis=-1), axis=-1)])
