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


def contrast_ratios(result: Tensor, artwork: Tensor) -> Tensor:
    """Divide the RMS contrast of a result in each band by the artwork's: (4,), fine to coarse.

    Both pictures are (1, 3, H, W) in [0, 1]; their sizes may differ. 1 is the artwork's contrast
    and the best; below is soft, above is harsh. It is NaN where the artwork has nothing.
    """
    own, wanted = _contrasts(result), _contrasts(artwork)
    ratios: Tensor = torch.where(wanted > _QUIET, own / wanted, torch.nan)
    return ratios


def contrast_error(result: Tensor, artwork: Tensor) -> float:
    """Measure how far the contrasts are from the artwork's, in octaves, over the four bands.

    It is the mean of |log2 ratio|, 0 to 4: 0 is best, 1 is half or twice the contrast everywhere.
    Unlike a mean of ratios it does not let harsh pictures make up for soft ones.
    """
    octaves = contrast_ratios(result, artwork).log2().abs().clamp_max(_MOST_OCTAVES)
    return float(octaves.nanmean())


def _contrasts(picture: Tensor) -> Tensor:
    bands, finer = [], picture
    for sigma in SIGMAS:
        coarser = gaussian_blur(picture, sigma)
        bands.append((finer - coarser).square().mean().sqrt())
        finer = coarser
    return torch.stack(bands)
