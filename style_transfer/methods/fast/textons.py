"""A small dictionary of an artwork's marks, and pictures synthesized from its entries.

Statistics of features describe all strokes together, but not what one stroke looks like. A texton
is the mean of many similar patches (Julesz 1981; as cluster centers Leung & Malik 2001,
"Representing and Recognizing the Visual Appearance of Materials"). A dictionary holds 512 of them,
without their positions. Each patch of a painting is replaced by the nearest texton (after Kwatra
et al. 2005 and Elad & Milanfar 2017, who use patches of the artwork itself).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.methods.patches import (
    PatchIndex,
    PatchParameters,
    cluster,
    coverage_of,
    cut_to_blocks,
    draw_patches,
    find_main_axes,
    fold_blocks,
    make_window,
    pad_for_patches,
)

# Textons are few and soft, so they may be larger than copied patches, and they have to repeat.
PARAMETERS = PatchParameters(
    side=9,  # three strides; `fold_blocks` depends on this
    dimensions=32,  # each style code stores them, so more of them would make codes larger
    evenness=0.003,  # higher than for 8000 patches: 512 entries cannot avoid repetition
    chunk=2048,  # times 512 entries: 4 MB of distances
)
PATCH, SIZE = PARAMETERS.side, PARAMETERS.size
STRIDE = 3
MARGIN = 2 * PATCH  # a pixel depends on the patches over it, and on all pixels of those
ENTRIES = 512
_SAMPLES = 10_000  # patches that are clustered
_ROUNDS = 6  # of k-means
_MOST_CONTRAST = 2.0  # the largest gain on the contrast of a mean patch
_TONES = 0.4  # how much of the picture's own color a patch keeps, so that skies stay smooth
_NOISE = 0.15  # factor on the usual contrast of the artwork
_BAND = 64  # rows of patches per yield; at a yield the caller can stop


@dataclass(frozen=True)
class Textons:
    """A dictionary of marks.

    mean   (SIZE,) of the artwork's patches, RGB in [0, 1], channel by channel
    basis  (SIZE, D) directions in which patches vary most, orthonormal
    keys   (K, D) the entries in that basis, the most frequent first
    """

    mean: Tensor
    basis: Tensor
    keys: Tensor

    @classmethod
    def from_picture(cls, artwork: Tensor) -> "Textons":
        """Compute the dictionary of an artwork (1, 3, H, W) in [0, 1]; always the same one."""
        generator = torch.Generator().manual_seed(0)
        patches = draw_patches(artwork.float(), PATCH, _SAMPLES, generator)
        mean = patches.mean(0)
        basis = find_main_axes(patches - mean, PARAMETERS.dimensions)
        members = cluster((patches - mean) @ basis, min(ENTRIES, len(patches)), _ROUNDS, generator)
        return cls(mean, basis, _restore_contrast(patches, members) @ basis - mean @ basis)

    def to(self, device: torch.device) -> "Textons":
        """Return the same dictionary on a device."""
        return Textons(self.mean.to(device), self.basis.to(device), self.keys.to(device))

    def patches(self) -> Tensor:
        """Return the entries as patches (K, SIZE)."""
        return self.mean + self.keys @ self.basis.T


class PatchSynthesizer:
    """Synthesizes pictures from the entries of one or several dictionaries."""

    def __init__(self, books: Sequence[Textons], shares: Sequence[float], seed: int = 0) -> None:
        """Take the most frequent entries of each dictionary, in proportion to its share."""
        self._seed = seed
        chosen = [
            book.patches()[: max(1, round(len(book.keys) * share))]
            for book, share in zip(books, shares, strict=True)
        ]
        patches = torch.cat(chosen)  # (K, SIZE)
        mean = patches.mean(0)
        alone = len(books) == 1
        basis = books[0].basis if alone else find_main_axes(patches - mean, PARAMETERS.dimensions)
        self._index = PatchIndex(patches, mean, basis, PARAMETERS)
        reliefs = _relief(patches)
        self._blocks = cut_to_blocks(reliefs * make_window(PATCH).to(patches).repeat(3), STRIDE)
        self._usual_relief = float((reliefs.square().sum(1) / PATCH**2).sqrt().median())
        self._tones = patches.view(len(patches), 3, -1).mean(2)  # (K, 3)
        # The tone of a patch is a linear function of its key.
        self._key_tones = basis.T.reshape(-1, 3, PATCH**2).mean(2)  # (D, 3)
        self._mean_tone = mean.view(3, -1).mean(1)

    def add_noise(self, picture: Tensor, amount: float) -> Tensor:
        """Add blotches of noise to picture (1, 3, H, W), weak ones if the artwork's marks are weak.

        In a flat area the same mark is the nearest everywhere. With noise it gets as many
        different marks as a painter would use there. `amount` is 0 to 1. The same seed gives the
        same noise.
        """
        height, width = picture.shape[-2:]
        generator = torch.Generator().manual_seed(self._seed)
        size = (1, 3, height // STRIDE + 2, width // STRIDE + 2)
        blotches = torch.randn(size, generator=generator).to(picture)
        blotches = F.interpolate(blotches, (height, width), mode="bicubic", align_corners=False)
        return picture.add(blotches, alpha=_NOISE * amount * self._usual_relief)

    @torch.no_grad()
    def synthesize(self, picture: Tensor, weights: Tensor | None = None) -> Iterator[Tensor | None]:
        """Replace the patches of picture (1, 3, H, W): yield None after each band, finally RGB.

        Patches are STRIDE pixels apart and overlap; the middle of each has the most weight. A part
        of a picture gives the same pixels as the whole, except for a border of MARGIN pixels. For
        this it must begin at a multiple of STRIDE, and `weights` must be those of the whole.
        """
        height, width = picture.shape[-2:]
        padded = _padded(picture)
        weights = self._weigh(padded) if weights is None else weights
        summed = torch.zeros_like(padded, memory_format=torch.contiguous_format)
        rows = (padded.shape[-2] - PATCH) // STRIDE + 1
        for first in range(0, rows, _BAND):
            count = min(_BAND, rows - first)
            top, size = first * STRIDE, (count - 1) * STRIDE + PATCH
            band = slice(top, top + size)
            self._add_band_(summed[..., band, :], padded[..., band, :], weights)
            if first + count < rows:
                yield None
        down, across = (coverage_of(side, PATCH, STRIDE) for side in padded.shape[-2:])
        laid = summed.div_(down.to(summed)[:, None]).div_(across.to(summed))
        # A repeated mark makes the grid of patches visible; its period is STRIDE. A mean over
        # STRIDE pixels removes it. Only the change is averaged, so that the painting's own detail
        # stays sharp.
        change = F.pad(laid.sub_(padded), (1, 1, 1, 1), mode="replicate")
        whole = _mean_of_neighbors(change).add_(padded)
        yield whole[..., PATCH : PATCH + height, PATCH : PATCH + width].clamp(0, 1)

    @torch.no_grad()
    def reweight(self, picture: Tensor) -> Tensor:
        """Compute weights (K,) of the entries so that picture (1, 3, H, W) uses all of them."""
        return self._weigh(_padded(picture))

    def _keys_of(self, band: Tensor, stride: int = STRIDE) -> Tensor:
        """Project the patches of band (1, 3, h, w) onto the basis: (M, D)."""
        mean, basis = self._index.mean, self._index.basis
        filters = basis.T.reshape(-1, 3, PATCH, PATCH).contiguous()
        keys = F.conv2d(band, filters, stride=stride) - (mean @ basis)[:, None, None]
        return keys.flatten(2)[0].T  # (M, D)

    def _weigh(self, padded: Tensor) -> Tensor:
        """Compute the weights (K,): Granot et al. 2022, "Drop the GAN".

        An entry that is near some patch of the picture is used often, so its distances get more
        weight.
        """
        step = max(1, int((padded.shape[-2] * padded.shape[-1] / 4096) ** 0.5))
        closest = torch.full_like(self._index.norms, torch.inf)
        for keys in torch.split(self._keys_of(padded, step), PARAMETERS.chunk):
            closest = torch.minimum(closest, self._distances(keys).amin(0))
        return 1 / (PARAMETERS.evenness * SIZE + closest)

    def _distances(self, keys: Tensor) -> Tensor:
        """Compute squared distances (M, K) of keys (M, D) to the entries."""
        distances = torch.addmm(self._index.norms, keys, self._index.keys.T, alpha=-2)
        return distances.add_(keys.square().sum(1, keepdim=True)).clamp_min_(0)

    def _add_band_(self, summed: Tensor, band: Tensor, weights: Tensor) -> None:
        """Add the nearest entry of each patch of a band, times the window, to a sum."""
        keys = self._keys_of(band)  # (M, D)
        found = self._index.nearest(keys, self._index.factors() * weights[:, None])  # (M,)
        rows = (band.shape[-2] - PATCH) // STRIDE + 1
        summed += fold_blocks(self._blocks, found.view(rows, -1), STRIDE)
        tones = torch.lerp(self._tones[found], keys @ self._key_tones + self._mean_tone, _TONES)
        window = make_window(PATCH).to(tones).view(1, 1, PATCH, PATCH).expand(3, 1, -1, -1)
        summed += F.conv_transpose2d(tones.T.view(1, 3, rows, -1), window, stride=STRIDE, groups=3)


def _mean_of_neighbors(x: Tensor) -> Tensor:
    """Average x (B, C, H, W) over STRIDE x STRIDE pixels: (B, C, H - 2, W - 2)."""
    across = x[..., :-2] + x[..., 1:-1]
    across += x[..., 2:]
    down = across[..., :-2, :] + across[..., 1:-1, :]
    down += across[..., 2:, :]
    return down.mul_(1 / STRIDE**2)


def _padded(picture: Tensor) -> Tensor:
    return pad_for_patches(picture.float(), PARAMETERS, STRIDE)


def count_bands(height: int) -> int:
    """Count how many times `PatchSynthesizer.synthesize` yields for a picture of a height."""
    rows = (height + PATCH + (-(height + PATCH) % STRIDE)) // STRIDE + 1
    return -(-rows // _BAND)


def _restore_contrast(patches: Tensor, members: Sequence[Tensor]) -> Tensor:
    """Compute the mean patch of each cluster (K, SIZE), with the contrast of its members.

    A mean is softer than its members, because their edges differ by a pixel or so.
    """
    centers = torch.stack([patches[rows].mean(0) for rows in members])
    strengths = torch.stack([_relief(patches[rows]).square().mean().sqrt() for rows in members])
    relief = _relief(centers)
    own = relief.square().mean(1).sqrt()
    gain = (strengths / own.clamp_min(1e-4)).clamp(1, _MOST_CONTRAST)
    return centers + (gain[:, None] - 1) * relief


def _relief(patches: Tensor) -> Tensor:
    """Subtract the mean color of each patch (N, SIZE)."""
    colors = patches.view(len(patches), 3, -1)
    return (colors - colors.mean(2, keepdim=True)).flatten(1)
