"""The artwork's own strokes: replace each patch of the picture by the nearest one of the artwork.

Means and covariances describe all strokes together; a patch shows what one stroke looks like. This
follows Kwatra et al. 2005, "Texture Optimization for Example-Based Synthesis", and Elad & Milanfar
2017, "Style-Transfer via Texture-Synthesis". The weights that prevent one patch from being used
everywhere are those of Granot et al. 2022, "Drop the GAN". Li & Wand 2016 compare patches of
features. Here pixels are compared, because a small feature network loses details that the pixels
still show.

The comparison gives shape more weight than mean tone, and lightness more weight than hue. So flat
parts of a photo get flat parts of the artwork, of any color, and skies and skin stay calm.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.imaging.color import LUMA
from style_transfer.methods.frame import Artwork
from style_transfer.methods.patches import (
    PatchIndex,
    PatchParameters,
    draw_patches,
    find_main_axes,
    make_window,
    pad_for_patches,
)

# Patches of the artwork itself are sharp, and there are many. Smaller ones fit the photo better,
# and repetition can be avoided more strongly than with textons.
PARAMETERS = PatchParameters(
    side=7,  # smaller than a texton, because it is copied with all its detail
    dimensions=28,  # of 147: distances in these are nearly those of whole patches
    evenness=0.0005,  # lower than for 512 textons, which cannot avoid repetition
    chunk=1024,  # times 8000 patches: 32 MB of distances
    reflected=3,  # the largest offset of the grid is added to the padding
)
PATCH = PARAMETERS.side
_BANK = 8000
_SAMPLE = 2048
# The rarest patches count as at most this many times as rare as the median. Otherwise the one blue
# cloth of a brown portrait would be painted over faces, because the photo has nothing similar.
_RAREST = 3.0
# The weight of the mean of a patch, and of its colors relative to its lightness.
_TONE = 0.6
_HUE = 0.6


class StrokeBank:
    """Patches drawn at random from artworks, in a form that can be searched."""

    def __init__(self, artworks: Sequence[Artwork], generator: torch.Generator) -> None:
        """Draw patches (N, 3*PATCH*PATCH) from each artwork, in proportion to its share."""
        self._patches = torch.cat([_draw(artwork, generator) for artwork in artworks])
        compared = _as_compared(self._patches)
        mean = compared.mean(0)
        basis = find_main_axes(compared - mean, PARAMETERS.dimensions)
        self._index = PatchIndex(compared, mean, basis, PARAMETERS)

    @torch.no_grad()
    def synthesize(self, image: Tensor, stride: int, offset: int) -> Tensor:
        """Return image (1, 3, H, W) with each patch replaced by the most similar one of the bank.

        Patches are `stride` pixels apart and shifted by `offset`. Where they overlap, the middle
        of each has the most weight. If the offset varies from call to call, the grid of patches is
        not visible in the picture.
        """
        height, width = image.shape[-2:]
        lead = PATCH + offset
        padded = pad_for_patches(image, PARAMETERS, stride, offset)
        patches = F.unfold(padded, PATCH, stride=stride)[0].T  # (M, 3*PATCH*PATCH)
        found = self._patches[self._nearest(patches)]
        painted = _overlay(found, (padded.shape[-2], padded.shape[-1]), stride)
        return painted[..., lead : lead + height, lead : lead + width]

    def _nearest(self, patches: Tensor) -> Tensor:
        """Find the row (M,) of the bank that is nearest to each of patches (M, 3*PATCH*PATCH)."""
        index = self._index
        keys = (_as_compared(patches) - index.mean) @ index.basis  # (M, D)
        factors = index.factors()  # (N, D + 2)
        sample = index.query(keys)[:: max(1, len(keys) // _SAMPLE)]
        closest = torch.full_like(index.norms, torch.inf)  # (N,)
        for rows in torch.split(sample, PARAMETERS.chunk):
            closest = torch.minimum(closest, (rows @ factors.T).amin(0))
        closest = closest.clamp_max(float(_RAREST * closest.median()))
        # The weights of the patches are merged into the factors, so the comparison of all rows
        # costs no extra time.
        weights = PARAMETERS.evenness * patches.shape[1] + closest.clamp_min(0)
        return index.nearest(keys, factors / weights[:, None])


def _draw(artwork: Artwork, generator: torch.Generator) -> Tensor:
    count = max(1, round(_BANK * artwork.share))
    return draw_patches(artwork.image, PATCH, count, generator)


def _as_compared(patches: Tensor) -> Tensor:
    """Weight patches (N, 3*PATCH*PATCH) for a comparison."""
    planes = patches.reshape(len(patches), 3, -1)  # (N, 3, PATCH*PATCH)
    weights = torch.tensor(LUMA, dtype=patches.dtype, device=patches.device)
    light = (planes * weights[:, None]).sum(1, keepdim=True)  # (N, 1, PATCH*PATCH)
    planes = light + _HUE * (planes - light)
    mean = planes.mean(2, keepdim=True)
    return (planes + (_TONE - 1) * mean).flatten(1)


def _overlay(patches: Tensor, size: tuple[int, int], stride: int) -> Tensor:
    """Add up overlapping patches (M, 3*PATCH*PATCH) to a picture (1, 3, height, width)."""
    window = make_window(PATCH).to(patches)
    weights = window.expand(len(patches), -1).T[None]
    laid = F.fold((patches * window.repeat(3)).T[None], size, PATCH, stride=stride)
    covered = F.fold(weights.contiguous(), size, PATCH, stride=stride)
    return laid / covered.clamp_min(1e-6)


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
