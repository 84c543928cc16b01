"""The guide of a painting: the photo in the colors of the artwork, and where to follow it closely.

A painting that follows a guide keeps the shapes of the photo, and the guide brings no color that
the artwork lacks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.imaging.color import (
    Palette,
    blend_palettes,
    luma_of,
    move_freely_between,
    palette_of,
    sum_weighted,
    with_luma,
)
from style_transfer.imaging.tones import curve_between, tones_of


@dataclass(frozen=True)
class ColorGrade:
    """The colors of a picture: its palette, and its tones (RANKS,) from dark to light."""

    palette: Palette
    tones: Tensor

    def to(self, device: torch.device) -> "ColorGrade":
        """Return the same grade on a device."""
        palette = Palette(self.palette.mean.to(device), self.palette.covariance.to(device))
        return ColorGrade(palette, self.tones.to(device))


def grade_of(image: Tensor) -> ColorGrade:
    """Measure the grade of image (1, 3, H, W) in [0, 1]."""
    return ColorGrade(palette_of(image), tones_of(image))


def blend_grades(grades: Sequence[ColorGrade], shares: Sequence[float]) -> ColorGrade:
    """Blend the grades of several pictures; the shares sum to one."""
    palette = blend_palettes([grade.palette for grade in grades], shares)
    return ColorGrade(palette, sum_weighted([grade.tones for grade in grades], shares))


class Recoloring:
    """A map of colors from the grade of a photo to another grade."""

    def __init__(self, own: ColorGrade, wanted: ColorGrade) -> None:
        """Find the map of hue and saturation, and the curve of lightness."""
        self._move = move_freely_between(own.palette, wanted.palette)
        self._curve = curve_between(own.tones, wanted.tones)

    def apply(self, photo: Tensor) -> Tensor:
        """Return photo (1, 3, H, W) in [0, 1], or a part of it, in the wanted grade."""
        return with_luma(self._move(photo), self._curve.apply(luma_of(photo)))


def faith(strength: float) -> float:
    """Turn strength in [0, 1] into the weight of the photo relative to the current picture."""
    # From 6.4 at strength 0 to 0.4 at strength 1, and 0.8 at the default 0.75.
    return float(0.8 * 16 ** (0.75 - strength))


def share_of(weight: Tensor) -> Tensor:
    """Turn the weight of a guide relative to a picture into its share of the mix, 0 to 1."""
    return weight / (1 + weight)


def detail(photo: Tensor) -> Tensor:
    """Measure how busy each place of photo (1, 3, H, W) is: (1, 1, H, W), from 0 (flat) to 2.

    Faces, letters and windows are busy. Skies and walls are not, so they can have broader strokes.
    """
    luma = photo.mean(1, keepdim=True)
    spread = (_smooth(luma.square()) - _smooth(luma).square()).clamp_min(0).sqrt()
    spread = _smooth(_smooth(spread))
    return 2 * spread / (spread + spread.mean() + 1e-6)


def _smooth(image: Tensor) -> Tensor:
    return F.avg_pool2d(F.pad(image, (2, 2, 2, 2), mode="replicate"), 5, 1)
