"""The artwork's own strokes: replace each patch of a picture by the nearest one of the artwork.

Means and covariances describe all strokes together; a patch shows what one stroke looks like. This
follows Kwatra et al. 2005, "Texture Optimization for Example-Based Synthesis", and Elad & Milanfar
2017, "Style-Transfer via Texture-Synthesis". The weights that prevent one patch from being used
everywhere are those of Granot et al. 2022, "Drop the GAN". Li & Wand 2016 compare patches of
features. Here pixels are compared, because a small feature network loses details that the pixels
still show.

The comparison gives shape more weight than mean tone, and lightness more weight than hue. So flat
parts of a photo get flat parts of the artwork, of any color, and skies and skin stay calm.
"""

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.imaging.color import LUMA
from style_transfer.methods.flow import find_lines, noise_along, stroke_contrast
from style_transfer.methods.patch_bank import PATCH, SIZE
from style_transfer.methods.patches import (
    GroupedIndex,
    PatchParameters,
    coverage_of,
    cut_to_blocks,
    find_main_axes,
    fold_blocks,
    make_window,
    pad_for_patches,
)
from style_transfer.methods.subject import enlarged

STRIDE = 3
# Each pixel depends on the patches over it, and on all pixels of those.
MARGIN = 6 * STRIDE
# They are compared by other numbers than textons; each module gives its reasons.
PARAMETERS = PatchParameters(
    side=PATCH,
    dimensions=28,  # of 147: distances in these are nearly those of whole patches
    evenness=0.0005,  # lower than for 512 textons, which cannot avoid repetition
    chunk=2048,  # times 1536 patches: 12 MB of distances, about what processors cache
    reflected=STRIDE,  # the largest offset of the grid is added to the padding
)
_CELL = 3 * STRIDE  # a patch with an empty border is three strides wide, see `fold_blocks`
_SAMPLE = 2048
_BAND = 64  # rows of patches per yield; at a yield the caller can stop
# The rarest patches count as at most this many times as rare as the median. Otherwise the one blue
# cloth of a brown portrait would be painted over faces, because the photo has nothing similar.
_RAREST = 3.0
# The weight of the mean of a patch, and of its colors relative to its lightness.
_TONE = 0.6
_HUE = 0.6
_GRAIN = 0.02  # of the range of lightness


class StrokeBank:
    """Patches of artworks, in a form that can be searched."""

    def __init__(self, patches: Sequence[Tensor], seed: int = 0) -> None:
        """Take the patches (N, SIZE) of each artwork, in [0, 1]; `seed` is that of the noise."""
        self._seed = seed
        whole = torch.cat(list(patches))
        self._directed = stroke_contrast(whole, PATCH)
        compared = _as_compared(whole)
        mean = compared.mean(0)
        basis = find_main_axes(compared - mean, PARAMETERS.dimensions)  # (SIZE, D)
        self._index = GroupedIndex(compared, mean, basis, PARAMETERS)
        # Weighting is linear, so that the weighted pixels need not be written anywhere.
        weighted = _as_compared(torch.eye(SIZE).to(whole)) @ basis
        self._filters = weighted.T.reshape(-1, 3, PATCH, PATCH).contiguous()
        self._shift = (mean @ basis)[:, None, None]
        windowed = (whole * make_window(PATCH).to(whole).repeat(3)).view(-1, 3, PATCH, PATCH)
        border = (0, _CELL - PATCH, 0, _CELL - PATCH)
        self._blocks = cut_to_blocks(F.pad(windowed, border).flatten(1), STRIDE)

    def add_grain(
        self,
        picture: Tensor,
        spared: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Add weak gray noise to a picture (1, 3, H, W); without a generator, always the same.

        In a flat area the same patch is the nearest everywhere, and repeated at each stride it
        would show as a lattice. With noise, neighbors get different patches that are as near. Where
        the artwork has strokes, noise along the lines of the picture lets them run along these.
        `spared` (1, 1, h, w) says how much less of that noise each place gets.
        """
        drawn_by = generator or torch.Generator().manual_seed(self._seed)
        height, width = picture.shape[-2:]
        noise = torch.randn(1, 1, height, width, generator=drawn_by)
        varied = torch.add(picture, noise.to(picture), alpha=_GRAIN)
        if self._directed > _GRAIN / 2:
            drawn = self._directed * noise_along(find_lines(picture), height, width, drawn_by)
            if spared is not None:
                drawn *= 1 - enlarged(spared, height, width)
            varied += drawn
        return varied

    def synthesize(self, image: Tensor, *offsets: int) -> Tensor:
        """Return image (1, 3, H, W) with each patch replaced by the most similar one of the bank.

        Patches are STRIDE pixels apart and shifted by an offset. Where they overlap, the middle
        of each has the most weight. If the offset varies from call to call, the grid of patches is
        not visible in the picture. Of several offsets the mean is returned.
        """
        factors, laid = self.weigh(image), torch.zeros_like(image)
        for offset in offsets:
            *_, whole = self.bands(image, factors, offset)
            if whole is None:
                raise AssertionError("the last band gives the picture")
            laid += whole
        return laid.div_(len(offsets))

    @torch.no_grad()
    def bands(self, image: Tensor, factors: Tensor, offset: int) -> Iterator[Tensor | None]:
        """Do the same, and yield None after each band but the last, and finally the picture.

        A part of an image gives the same pixels as the whole, except for a border of MARGIN pixels.
        For this it must begin at a multiple of STRIDE, and `factors` must be those of the whole.
        """
        height, width = image.shape[-2:]
        lead = PATCH + offset
        padded = pad_for_patches(image.float(), PARAMETERS, STRIDE, offset)
        laid = torch.zeros_like(padded, memory_format=torch.contiguous_format)
        rows = (padded.shape[-2] - PATCH) // STRIDE + 1
        for first in range(0, rows, _BAND):
            top, count = first * STRIDE, min(_BAND, rows - first)
            band = slice(top, top + (count - 1) * STRIDE + PATCH)
            found = self._index.nearest(self._keys_of(padded[..., band, :], STRIDE), factors)
            summed = fold_blocks(self._blocks, found.view(count, -1), STRIDE)
            place = laid[..., band, :]
            place += summed[..., : place.shape[2], : place.shape[3]]  # without the empty border
            if first + count < rows:
                yield None
        down, across = (coverage_of(side, PATCH, STRIDE).to(laid) for side in padded.shape[-2:])
        laid.div_(down[:, None]).div_(across)
        yield laid[..., lead : lead + height, lead : lead + width]

    @torch.no_grad()
    def weigh(self, image: Tensor) -> Tensor:
        """Compute factors (N, D + 2) for the comparison with all patches of image (1, 3, H, W).

        They contain the weights of the patches, so these cost no extra time. A patch that is far
        from everything in the picture gets a weight that lets it be used too.
        """
        index = self._index
        factors = index.factors()
        closest = torch.full_like(index.norms, torch.inf)  # (N,)
        for keys in self._sample(image):
            closest = torch.minimum(closest, (index.query(keys) @ factors.T).amin(0))
        closest = closest.clamp_max(float(_RAREST * closest.median()))
        weights = PARAMETERS.evenness * PARAMETERS.size + closest.clamp_min(0)
        return factors / weights[:, None]

    def _sample(self, image: Tensor) -> Iterator[Tensor]:
        """Yield keys (M, D) of patches spread over image (1, 3, H, W), row by row.

        A whole picture is never converted to floats: it may be large, and the sample is small.
        """
        if min(image.shape[-2:]) < 2 * PATCH:
            image = pad_for_patches(image, PARAMETERS, STRIDE)
        height, width = image.shape[-2:]
        step = max(STRIDE, int((height * width / _SAMPLE) ** 0.5))
        for top in range(0, height - PATCH + 1, step):
            yield self._keys_of(image[..., top : top + PATCH, :].float(), step)

    def _keys_of(self, picture: Tensor, stride: int) -> Tensor:
        """Project the patches of a picture (1, 3, h, w), as they are compared, to keys (M, D)."""
        keys = F.conv2d(picture, self._filters, stride=stride) - self._shift
        return keys.flatten(2)[0].T


def _as_compared(patches: Tensor) -> Tensor:
    """Weight patches (N, SIZE) for a comparison."""
    planes = patches.reshape(len(patches), 3, -1)  # (N, 3, PATCH*PATCH)
    weights = torch.tensor(LUMA, dtype=patches.dtype, device=patches.device)
    light = (planes * weights[:, None]).sum(1, keepdim=True)  # (N, 1, PATCH*PATCH)
    planes = light + _HUE * (planes - light)
    mean = planes.mean(2, keepdim=True)
    return (planes + (_TONE - 1) * mean).flatten(1)


def count_stroke_bands(height: int, offset: int) -> int:
    """Count how many times `StrokeBank.bands` yields for a picture of a height."""
    lead = PATCH + offset
    rows = (height + lead + (-(height + lead) % STRIDE)) // STRIDE + 1
    return -(-rows // _BAND)
