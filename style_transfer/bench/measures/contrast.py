"""Contrast by scale, compared with the artwork: a low one is haze, a high one is grain.

The bands are differences of Gaussians, and not those by which the engine matches contrast, so that
a change of the engine does not change its measure.
"""

import torch
from torch import Tensor

from style_transfer.bench.measures.blur import gaussian_blur

SIGMAS = (1, 2, 4, 8)  # pixels; each band holds what a blur of its sigma removes first
_QUIET = 1e-3  # RMS of a band below which there is only rounding
_MOST_OCTAVES = 4.0  # so that a band without anything gives a figure too


def band_contrasts(picture: Tensor) -> Tensor:
    """Measure the RMS contrast (4,) of a picture (1, 3, H, W) in [0, 1], fine to coarse."""
    bands, finer = [], picture
    for sigma in SIGMAS:
        coarser = gaussian_blur(picture, sigma)
        bands.append((finer - coarser).square().mean().sqrt())
        finer = coarser
    return torch.stack(bands)


def contrast_ratios(own: Tensor, artwork: Tensor) -> Tensor:
    """Divide the contrasts (4,) of a result by those of its artwork.

    1 is the artwork's contrast and best; below is soft, above is harsh. It is NaN where the artwork
    has nothing.
    """
    ratios: Tensor = torch.where(artwork > _QUIET, own / artwork, torch.nan)
    return ratios


def contrast_error(ratios: Tensor) -> float:
    """Measure how far ratios (4,) of contrasts are from 1, in octaves.

    It is the mean of |log2 ratio|, 0 to 4: 0 is best, 1 is half or twice the contrast in each band.
    Unlike a mean of ratios it does not let harsh pictures make up for soft ones.
    """
    return float(ratios.log2().abs().clamp_max(_MOST_OCTAVES).nanmean())
