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
from style_transfer.methods.patch_bank import PATCH
from style_transfer.methods.patches import (
    PatchIndex,
    PatchParameters,
    coverage_of,
    find_main_axes,
    make_window,
    pad_for_patches,
)

# They are compared by other numbers than textons; each module gives its reasons.
PARAMETERS = PatchParameters(
    side=PATCH,
    dimensions=28,  # of 147: distances in these are nearly those of whole patches
    evenness=0.0005,  # lower than for 512 textons, which cannot avoid repetition
    chunk=4096,  # times 1536 patches: 25 MB of distances
    reflected=3,  # the largest offset of the grid is added to the padding
)
_SAMPLE = 2048
_BAND = 64  # rows of patches that are laid at one time, so that few are in memory
# The rarest patches count as at most this many times as rare as the median. Otherwise the one blue
# cloth of a brown portrait would be painted over faces, because the photo has nothing similar.
_RAREST = 3.0
# The weight of the mean of a patch, and of its colors relative to its lightness.
_TONE = 0.6
_HUE = 0.6


class StrokeBank:
    """Patches of artworks, in a form that can be searched."""

    def __init__(self, patches: Sequence[Tensor]) -> None:
        """Take the patches (N, 3*PATCH*PATCH) of each artwork, in [0, 1]."""
        self._patches = torch.cat(list(patches))
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
        factors = self._weighted_factors(padded, stride)
        laid = torch.zeros_like(padded, memory_format=torch.contiguous_format)
        rows = (padded.shape[-2] - PATCH) // stride + 1
        for first in range(0, rows, _BAND):
            top, count = first * stride, min(_BAND, rows - first)
            band = slice(top, top + (count - 1) * stride + PATCH)
            keys = self._keys_of(padded[..., band, :], stride)  # (M, D)
            found = self._patches[self._index.nearest(keys, factors)]  # (M, 3*PATCH*PATCH)
            laid[..., band, :] += _overlay(found, padded[..., band, :].shape[-2:], stride)
        down, across = (coverage_of(side, PATCH, stride).to(laid) for side in padded.shape[-2:])
        laid.div_(down[:, None]).div_(across)
        return laid[..., lead : lead + height, lead : lead + width]

    def _keys_of(self, picture: Tensor, stride: int) -> Tensor:
        """Project the patches of a picture (1, 3, h, w), as they are compared, to keys (M, D)."""
        patches = F.unfold(picture, PATCH, stride=stride)[0].T  # (M, 3*PATCH*PATCH)
        keys: Tensor = (_as_compared(patches) - self._index.mean) @ self._index.basis
        return keys

    def _weighted_factors(self, padded: Tensor, stride: int) -> Tensor:
        """Merge the weights of the patches into their factors (N, D + 2).

        So the comparison of all patches of the picture costs no extra time. A patch that is far
        from everything in the picture gets a weight that lets it be used too.
        """
        index = self._index
        rows = (padded.shape[-2] - PATCH) // stride + 1
        columns = (padded.shape[-1] - PATCH) // stride + 1
        step = max(1, int((rows * columns / _SAMPLE) ** 0.5))
        sample = index.query(self._keys_of(padded, stride * step))
        factors = index.factors()
        closest = torch.full_like(index.norms, torch.inf)  # (N,)
        for part in torch.split(sample, PARAMETERS.chunk):
            closest = torch.minimum(closest, (part @ factors.T).amin(0))
        closest = closest.clamp_max(float(_RAREST * closest.median()))
        weights = PARAMETERS.evenness * PARAMETERS.size + closest.clamp_min(0)
        return factors / weights[:, None]


def _as_compared(patches: Tensor) -> Tensor:
    """Weight patches (N, 3*PATCH*PATCH) for a comparison."""
    planes = patches.reshape(len(patches), 3, -1)  # (N, 3, PATCH*PATCH)
    weights = torch.tensor(LUMA, dtype=patches.dtype, device=patches.device)
    light = (planes * weights[:, None]).sum(1, keepdim=True)  # (N, 1, PATCH*PATCH)
    planes = light + _HUE * (planes - light)
    mean = planes.mean(2, keepdim=True)
    return (planes + (_TONE - 1) * mean).flatten(1)


def _overlay(patches: Tensor, size: torch.Size, stride: int) -> Tensor:
    """Add up overlapping patches (M, 3*PATCH*PATCH), weighted, in a picture (1, 3, *size)."""
    window = make_window(PATCH).to(patches).repeat(3)
    return F.fold((patches * window).T[None], size, PATCH, stride=stride)
