"""The marks of an artwork as a small dictionary, and pictures laid anew from its entries.

Statistics of features say which strokes there are on the whole; they cannot say how one looks. A
texton is the mean of many patches that look alike (Julesz 1981; as cluster centers Leung & Malik
2001, "Representing and Recognizing the Visual Appearance of Materials"): a vocabulary of a thousand
marks, without the place of any. Each patch of a painting is replaced by its likeness among them
(after Kwatra et al. 2005 and Elad & Milanfar 2017, who take patches of the artwork itself).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

PATCH = 9
SIZE = 3 * PATCH * PATCH
STRIDE = 3
MARGIN = 2 * PATCH  # a pixel hangs on the patches over it, and on all that they see
DIMENSIONS = 32
ENTRIES = 512
_SAMPLES = 10_000
_ROUNDS = 6
_MOST_CONTRAST = 1.6
# How strongly entries that are used elsewhere are avoided: smaller spreads them more evenly.
_EVENNESS = 0.003
_TONES = 0.4  # the share of a patch's own color in its likeness: skies stay smooth
_STIR = 0.3  # of an artwork's usual relief
_ROWS_AT_ONCE = 2048  # patches whose distances are held at a time
_BAND = 64  # rows of patches between two chances to leave


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
        """Read the marks off an artwork (1, 3, H, W) in [0, 1]; the same ones each time."""
        generator = torch.Generator().manual_seed(0)
        patches = _draw(artwork.float(), generator)
        mean = patches.mean(0)
        basis = _main_axes(patches - mean)
        members = _cluster((patches - mean) @ basis, min(ENTRIES, len(patches)), generator)
        return cls(mean, basis, _restore_contrast(patches, members) @ basis - mean @ basis)

    def to(self, device: torch.device) -> "Textons":
        """Give the same dictionary on a device."""
        return Textons(self.mean.to(device), self.basis.to(device), self.keys.to(device))

    def patches(self) -> Tensor:
        """Give the entries as patches (K, SIZE)."""
        return self.mean + self.keys @ self.basis.T


class PatchSynthesizer:
    """Lays pictures from the entries of one or several dictionaries."""

    def __init__(self, books: Sequence[Textons], shares: Sequence[float], seed: int = 0) -> None:
        """Take from each dictionary its most frequent entries, as many as its share gives."""
        self._seed = seed
        chosen = [
            book.patches()[: max(1, round(len(book.keys) * share))]
            for book, share in zip(books, shares, strict=True)
        ]
        patches = torch.cat(chosen)
        self._mean = patches.mean(0)
        self._basis = books[0].basis if len(books) == 1 else _main_axes(patches - self._mean)
        self._keys = (patches - self._mean) @ self._basis
        self._norms = self._keys.square().sum(1)
        reliefs = _relief(patches)
        self._blocks = _cut_to_blocks(reliefs * _window().to(patches).repeat(3))
        self._usual_relief = float((reliefs.square().sum(1) / PATCH**2).sqrt().median())
        self._tones = patches.view(len(patches), 3, -1).mean(2)
        # The tone of a patch is a linear function of its key.
        self._key_tones = self._basis.T.reshape(-1, 3, PATCH**2).mean(2)  # (D, 3)
        self._mean_tone = self._mean.view(3, -1).mean(1)

    def add_noise(self, picture: Tensor, amount: float) -> Tensor:
        """Add blotches of noise to picture (1, 3, H, W), weak where the artwork's marks are faint.

        A flat place resembles one mark everywhere; stirred, it takes on as many as the hand would
        lay there. The same for the same seed; `amount` is 0 to 1.
        """
        height, width = picture.shape[-2:]
        generator = torch.Generator().manual_seed(self._seed)
        size = (1, 3, height // STRIDE + 2, width // STRIDE + 2)
        blotches = torch.randn(size, generator=generator).to(picture)
        blotches = F.interpolate(blotches, (height, width), mode="bicubic", align_corners=False)
        return picture.add(blotches, alpha=_STIR * amount * self._usual_relief)

    @torch.no_grad()
    def synthesize(self, picture: Tensor, rarity: Tensor | None = None) -> Iterator[Tensor | None]:
        """Lay picture (1, 3, H, W) anew: yields None after each band but the last, then RGB.

        Patches stand STRIDE apart and overlap; their middles count most. A part of a picture,
        which takes the `rarity` of the whole, is laid as there but for MARGIN around it, if it
        begins at a multiple of STRIDE.
        """
        height, width = picture.shape[-2:]
        padded = _padded(picture)
        rarity = self._rarity(padded) if rarity is None else rarity
        laid = torch.zeros_like(padded, memory_format=torch.contiguous_format)
        rows = (padded.shape[-2] - PATCH) // STRIDE + 1
        for first in range(0, rows, _BAND):
            count = min(_BAND, rows - first)
            top, size = first * STRIDE, (count - 1) * STRIDE + PATCH
            band = slice(top, top + size)
            self._lay_band_(laid[..., band, :], padded[..., band, :], rarity)
            if first + count < rows:
                yield None
        down, across = (_coverage(side) for side in padded.shape[-2:])
        laid = laid.div_(down.to(laid)[:, None]).div_(across.to(laid))
        # A mark that is repeated shows the grid of patches, whose period is STRIDE: the mean of as
        # many pixels is free of it. What the painting had of its own stays sharp.
        change = F.pad(laid.sub_(padded), (1, 1, 1, 1), mode="replicate")
        whole = _mean_of_neighbors(change).add_(padded)
        yield whole[..., PATCH : PATCH + height, PATCH : PATCH + width].clamp(0, 1)

    @torch.no_grad()
    def reweight(self, picture: Tensor) -> Tensor:
        """Say how little each entry is wanted in picture (1, 3, H, W): (K,)."""
        return self._rarity(_padded(picture))

    def _keys_of(self, band: Tensor, stride: int = STRIDE) -> Tensor:
        """Project the patches of band (1, 3, h, w) onto the basis: (M, D)."""
        filters = self._basis.T.reshape(-1, 3, PATCH, PATCH).contiguous()
        keys = F.conv2d(band, filters, stride=stride) - (self._mean @ self._basis)[:, None, None]
        return keys.flatten(2)[0].T

    def _rarity(self, padded: Tensor) -> Tensor:
        """Say of each entry how little it is wanted, (K,): Granot et al. 2022, "Drop the GAN"."""
        step = max(1, int((padded.shape[-2] * padded.shape[-1] / 4096) ** 0.5))
        closest = torch.full_like(self._norms, torch.inf)
        for keys in torch.split(self._keys_of(padded, step), _ROWS_AT_ONCE):
            closest = torch.minimum(closest, self._distances(keys).amin(0))
        return 1 / (_EVENNESS * SIZE + closest)

    def _distances(self, keys: Tensor) -> Tensor:
        """Give squared distances (M, K) of keys (M, D) to the entries."""
        distances = torch.addmm(self._norms, keys, self._keys.T, alpha=-2)
        return distances.add_(keys.square().sum(1, keepdim=True)).clamp_min_(0)

    def _lay_band_(self, laid: Tensor, band: Tensor, rarity: Tensor) -> None:
        """Add the likenesses of the patches of a band to what is laid, times their window."""
        keys = self._keys_of(band)  # (M, D)
        found = self._find(keys, rarity)
        rows = (band.shape[-2] - PATCH) // STRIDE + 1
        laid += _fold(self._blocks, found.view(rows, -1))
        tones = torch.lerp(self._tones[found], keys @ self._key_tones + self._mean_tone, _TONES)
        window = _window().to(tones).view(1, 1, PATCH, PATCH).expand(3, 1, -1, -1)
        laid += F.conv_transpose2d(tones.T.view(1, 3, rows, -1), window, stride=STRIDE, groups=3)

    def _find(self, keys: Tensor, rarity: Tensor) -> Tensor:
        """Find the likeness of each key (M, D): the entry nearest to it, distance times rarity.

        The product is linear in the key, its square and one, so that a matrix gives all of it.
        """
        entries = torch.cat([-2 * self._keys, torch.ones_like(self._norms)[:, None]], 1)
        entries = torch.cat([entries, self._norms[:, None]], 1) * rarity[:, None]  # (K, D + 2)
        squares = keys.square().sum(1, keepdim=True)
        asked = torch.cat([keys, squares, torch.ones_like(squares)], 1)
        parts = torch.split(asked, _ROWS_AT_ONCE)
        return torch.cat([(part @ entries.T).argmin(1) for part in parts])


def _cut_to_blocks(patches: Tensor) -> Tensor:
    """Cut patches (K, SIZE) into blocks of STRIDE pixels: (down, across, K, values of a block)."""
    parts = PATCH // STRIDE
    cells = patches.reshape(len(patches), 3, parts, STRIDE, parts, STRIDE)
    return cells.permute(2, 4, 0, 1, 3, 5).flatten(3).contiguous()


def _fold(blocks: Tensor, found: Tensor) -> Tensor:
    """Add up the patches numbered in found (h, w), which stand STRIDE apart: (1, 3, H, W).

    As a patch is some strides wide, that is a sum of a few shifted maps of blocks: the patches
    themselves, which are nine times as large, are never written out.
    """
    rows, columns = found.shape
    parts = PATCH // STRIDE
    summed = blocks.new_zeros(rows + parts - 1, columns + parts - 1, blocks.shape[-1])
    for down in range(parts):
        for across in range(parts):
            place = summed[down : down + rows, across : across + columns]
            place += F.embedding(found, blocks[down, across])
    cells = summed.view(*summed.shape[:2], 3, STRIDE, STRIDE)
    return cells.permute(2, 0, 3, 1, 4).flatten(3, 4).flatten(1, 2)[None]


def _mean_of_neighbors(x: Tensor) -> Tensor:
    """Average x (B, C, H, W) over STRIDE x STRIDE pixels, a row and a column lost on each side."""
    across = x[..., :-2] + x[..., 1:-1]
    across += x[..., 2:]
    down = across[..., :-2, :] + across[..., 1:-1, :]
    down += across[..., 2:, :]
    return down.mul_(1 / STRIDE**2)


def _padded(picture: Tensor) -> Tensor:
    """Pad a picture by a patch, and so that the last one ends with it."""
    height, width = picture.shape[-2:]
    right, below = (-(side + PATCH) % STRIDE + PATCH for side in (width, height))
    mode = "reflect" if min(height, width) > 2 * PATCH else "replicate"
    return F.pad(picture.float(), (PATCH, right, PATCH, below), mode=mode)


def count_bands(height: int) -> int:
    """Count how many times `PatchSynthesizer.lay` yields for a picture of a height."""
    rows = (height + PATCH + (-(height + PATCH) % STRIDE)) // STRIDE + 1
    return -(-rows // _BAND)


def _draw(artwork: Tensor, generator: torch.Generator) -> Tensor:
    """Take patches (N, SIZE) at random places."""
    if min(artwork.shape[-2:]) < PATCH:
        artwork = F.pad(artwork, (PATCH, PATCH, PATCH, PATCH), mode="replicate")
    patches = artwork[0].unfold(1, PATCH, 1).unfold(2, PATCH, 1)  # (3, h, w, PATCH, PATCH)
    rows, columns = patches.shape[1:3]
    chosen = torch.randperm(rows * columns, generator=generator)[:_SAMPLES].to(artwork.device)
    drawn: Tensor = patches[:, chosen // columns, chosen % columns]
    return drawn.transpose(0, 1).flatten(1)


def _cluster(keys: Tensor, count: int, generator: torch.Generator) -> list[Tensor]:
    """Sort keys (N, D) into clusters by k-means; gives members' rows, the largest first."""
    chosen = torch.randperm(len(keys), generator=generator)[:count].to(keys.device)
    centers = keys[chosen]
    nearest = torch.zeros(len(keys), dtype=torch.long, device=keys.device)
    for _ in range(_ROUNDS):
        half = centers.square().sum(1) / 2
        nearest = (half - keys @ centers.T).argmin(1)
        sizes = torch.bincount(nearest, minlength=count)
        sums = torch.zeros_like(centers).index_add_(0, nearest, keys)
        # A center that nobody is near to stays where it was.
        centers = torch.where(sizes[:, None] > 0, sums / sizes[:, None].clamp_min(1), centers)
    order = torch.argsort(sizes, descending=True, stable=True)
    rows = torch.split(torch.argsort(nearest, stable=True), sizes.tolist())
    return [rows[index] for index in order.tolist() if len(rows[index])]


def _restore_contrast(patches: Tensor, members: Sequence[Tensor]) -> Tensor:
    """Give the mean patch of each cluster (K, SIZE), as strong as its members are.

    A mean is softer than what it is the mean of, since edges do not meet to the pixel.
    """
    centers = torch.stack([patches[rows].mean(0) for rows in members])
    strengths = torch.stack([_relief(patches[rows]).square().mean().sqrt() for rows in members])
    relief = _relief(centers)
    own = relief.square().mean(1).sqrt()
    gain = (strengths / own.clamp_min(1e-4)).clamp(1, _MOST_CONTRAST)
    return centers + (gain[:, None] - 1) * relief


def _relief(patches: Tensor) -> Tensor:
    """Take the mean color of each patch (N, SIZE) away."""
    colors = patches.view(len(patches), 3, -1)
    return (colors - colors.mean(2, keepdim=True)).flatten(1)


def _main_axes(centered: Tensor) -> Tensor:
    """Find the directions (SIZE, D) in which centered patches (N, SIZE) vary most."""
    spread = (centered.T @ centered).double()
    axes: Tensor = torch.linalg.eigh(spread).eigenvectors
    return axes[:, -DIMENSIONS:].to(centered.dtype)


@lru_cache(maxsize=1)
def _slope() -> Tensor:
    """Make the weights (PATCH,) of a patch's rows or columns, highest in the middle."""
    slope: Tensor = torch.hann_window(PATCH + 2, periodic=False)[1:-1]
    return slope


def _window() -> Tensor:
    return torch.outer(_slope(), _slope()).flatten()


def _coverage(side: int) -> Tensor:
    """Sum up the weights that patches lay on each row of a padded side (side,)."""
    covered = torch.zeros(side)
    for start in range(0, side - PATCH + 1, STRIDE):
        covered[start : start + PATCH] += _slope()
    return covered.clamp_min(1e-6)
