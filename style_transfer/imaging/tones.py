"""Curves that give the lightness of a photo the tones of an artwork.

If only the mean and covariance of colors were moved, and the artwork is mostly paper or mostly
shade, the light or the dark half of the photo would leave the range: faces would become white
areas. Here lightness follows a curve from the photo's tones to the artwork's. The slope of the
curve has limits, so that the result never looks too flat or too harsh.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.core.sizes import fitted
from style_transfer.imaging.color import luma_of
from style_transfer.imaging.pyramid import resize

RANKS = 256
# Tones are measured on a picture with this longest side, in pixels.
_MEASURED = 320
# The share of the photo's own tones that is kept, so that the photo stays readable in the colors
# of a dark artwork.
_OWN = 0.18
_FLATTEST, _STEEPEST = 0.4, 5.0  # limits of the slope
_SMOOTHED = 15  # ranks over which the curve is averaged


@dataclass(frozen=True)
class Curve:
    """A map of lightness from `tones` to `moved`, both (RANKS,) and increasing."""

    tones: Tensor
    moved: Tensor

    def apply(self, luma: Tensor) -> Tensor:
        """Move lightness of any shape along the curve."""
        flat = luma.flatten()
        right = torch.searchsorted(self.tones, flat).clamp(1, len(self.tones) - 1)
        low, high = self.tones[right - 1], self.tones[right]
        share = ((flat - low) / (high - low).clamp_min(1e-6)).clamp(0, 1)
        return self.moved[right - 1].lerp(self.moved[right], share).reshape(luma.shape)


def tones_of(image: Tensor) -> Tensor:
    """Measure the lightness of image (1, 3, H, W) at each rank, from dark to light: (RANKS,)."""
    height, width = image.shape[-2:]
    small = resize(image, fitted(width, height, min(_MEASURED, max(width, height))))
    luma = luma_of(small).flatten().sort().values
    ranks = torch.linspace(0, len(luma) - 1, RANKS, device=image.device).round().long()
    return luma[ranks]


def curve_between(own: Tensor, wanted: Tensor) -> Curve:
    """Find the curve from `own` tones to `wanted` tones (RANKS,), within the limits of slope."""
    wanted = wanted.lerp(own, _OWN)
    rise = own.diff().clamp_min(1e-4)
    slope = (wanted.diff() / rise).clamp(_FLATTEST, _STEEPEST)
    moved = F.pad((slope * rise).cumsum(0), (1, 0))
    moved = _smooth(moved + (wanted - moved).mean())
    return Curve(own, _into_range(moved))


def _smooth(curve: Tensor) -> Tensor:
    margin = _SMOOTHED // 2
    padded = F.pad(curve[None, None], (margin, margin), mode="replicate")
    return F.avg_pool1d(padded, _SMOOTHED, 1)[0, 0]


def _into_range(curve: Tensor) -> Tensor:
    """Shift a curve into [0, 1]; if its range is longer than that, shrink it first."""
    low, high = curve.min(), curve.max()
    curve = (curve - low) / (high - low).clamp_min(1)
    low = low.clamp_min(0)
    return curve + torch.minimum(low, 1 - curve.max())
