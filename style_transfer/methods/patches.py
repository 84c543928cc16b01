"""The common part of both patch synthesizers: draw patches, compare them, find the nearest.

The method fast begins with small dictionaries of mean patches (fast/textons.py). Its finer strokes,
and all those of the method optimize, are patches of the artwork itself (strokes.py). The two use
different numbers; each module gives its reasons.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

_GROUPS, _NEAR = 64, 320  # groups of patches, and the patches that each is compared with
_ROUNDS = 4  # of k-means


@dataclass(frozen=True)
class PatchParameters:
    """The numbers that differ between the two synthesizers.

    side        side of a patch in pixels
    dimensions  number of directions in which patches are compared, those of most variance
    evenness    how evenly the patches are used; a smaller number avoids repetition more strongly
    chunk       number of patches whose distances are in memory at one time
    reflected   a picture is reflected if its sides exceed two patches by more than these pixels
    """

    side: int
    dimensions: int
    evenness: float
    chunk: int
    reflected: int = 0

    @property
    def size(self) -> int:
        """Count the numbers in an RGB patch; they are stored channel by channel."""
        return 3 * self.side**2


class PatchIndex:
    """Patches that can be searched; distances are measured in a few directions only."""

    def __init__(
        self, patches: Tensor, mean: Tensor, basis: Tensor, parameters: PatchParameters
    ) -> None:
        """Subtract the mean (size,) from patches (K, size) and project them to basis (size, D)."""
        self.mean, self.basis = mean, basis
        self.keys = (patches - mean) @ basis  # (K, D)
        self.norms = self.keys.square().sum(1)  # (K,)
        self._parameters = parameters

    def factors(self) -> Tensor:
        """Give factors (K, D + 2); their products with `query` are squared distances."""
        ones = torch.ones_like(self.norms)
        return torch.cat([-2 * self.keys, ones[:, None], self.norms[:, None]], 1)

    def query(self, keys: Tensor) -> Tensor:
        """Append the squared length and a one to keys (M, D): (M, D + 2).

        A squared distance is linear in these numbers. So one matrix product gives all distances,
        weighted ones too.
        """
        squares = keys.square().sum(1, keepdim=True)
        return torch.cat([keys, squares, torch.ones_like(squares)], 1)

    def nearest(self, keys: Tensor, factors: Tensor) -> Tensor:
        """Find the index (M,) of the patch with the least weighted distance to each key (M, D).

        `factors` are those of the method `factors`, times the weight of each patch.
        """
        parts = torch.split(self.query(keys), self._parameters.chunk)
        return torch.cat([(part @ factors.T).argmin(1) for part in parts])


class GroupedIndex(PatchIndex):
    """Patches that are searched in groups: a key is compared with those near its group's center.

    This takes less than half of the time. Of six keys five get the patch that a search of all would
    find, and the sixth gets one that is nearly as near.
    """

    def __init__(
        self, patches: Tensor, mean: Tensor, basis: Tensor, parameters: PatchParameters
    ) -> None:
        """Do as PatchIndex does, and find the groups; few patches are one group."""
        super().__init__(patches, mean, basis, parameters)
        groups = _GROUPS if len(patches) > 2 * _NEAR else 1
        members = cluster(self.keys, groups, _ROUNDS, torch.Generator().manual_seed(0))
        self._centers = torch.stack([self.keys[rows].mean(0) for rows in members])  # (G, D)
        near = torch.cdist(self._centers, self.keys)  # (G, K)
        self._near = near.topk(_NEAR if groups > 1 else len(patches), largest=False).indices

    def nearest(self, keys: Tensor, factors: Tensor) -> Tensor:
        """Find the index (M,) of the patch with the least weighted distance to each key (M, D)."""
        half = self._centers.square().sum(1) / 2
        group = (half - keys @ self._centers.T).argmin(1)  # (M,)
        order = torch.argsort(group, stable=True)
        counts = torch.bincount(group, minlength=len(self._near)).tolist()
        found = torch.empty_like(group)
        for near, rows in zip(self._near, torch.split(order, counts), strict=True):
            if len(rows):
                found[rows] = near[super().nearest(keys[rows], factors[near])]
        return found


def draw_patches(image: Tensor, side: int, count: int, generator: torch.Generator) -> Tensor:
    """Draw up to `count` patches (N, 3 * side**2) of image (1, 3, H, W), each position once."""
    if min(image.shape[-2:]) < side:
        image = F.pad(image, (side, side, side, side), mode="replicate")
    patches = image[0].unfold(1, side, 1).unfold(2, side, 1)  # (3, h, w, side, side), a view
    rows, columns = patches.shape[1:3]
    chosen = torch.randperm(rows * columns, generator=generator)[:count].to(image.device)
    drawn: Tensor = patches[:, chosen // columns, chosen % columns]  # (3, N, side, side)
    return drawn.transpose(0, 1).flatten(1)


def cluster(keys: Tensor, count: int, rounds: int, generator: torch.Generator) -> list[Tensor]:
    """Cluster keys (N, D) by k-means; return the row numbers of each cluster, largest first."""
    chosen = torch.randperm(len(keys), generator=generator)[:count].to(keys.device)
    centers = keys[chosen]
    nearest = torch.zeros(len(keys), dtype=torch.long, device=keys.device)
    for _ in range(rounds):
        half = centers.square().sum(1) / 2
        nearest = (half - keys @ centers.T).argmin(1)
        sizes = torch.bincount(nearest, minlength=count)
        sums = torch.zeros_like(centers).index_add_(0, nearest, keys)
        # A center without keys keeps its place.
        centers = torch.where(sizes[:, None] > 0, sums / sizes[:, None].clamp_min(1), centers)
    order = torch.argsort(sizes, descending=True, stable=True)
    rows = torch.split(torch.argsort(nearest, stable=True), sizes.tolist())
    return [rows[index] for index in order.tolist() if len(rows[index])]


def find_main_axes(centered: Tensor, dimensions: int) -> Tensor:
    """Find the directions (size, dimensions) in which centered patches (N, size) vary most."""
    scatter = (centered.T @ centered).double()
    axes: Tensor = torch.linalg.eigh(scatter).eigenvectors
    return axes[:, -dimensions:].to(centered.dtype)


def pad_for_patches(
    picture: Tensor, parameters: PatchParameters, stride: int, offset: int = 0
) -> Tensor:
    """Pad a picture (1, 3, H, W) by one patch on each side, and by `offset` more at top and left.

    The right and the bottom are padded further, so that the last patch of a row ends at the edge.
    """
    side = parameters.side
    height, width = picture.shape[-2:]
    lead = side + offset
    right, below = (-(length + lead) % stride + side for length in (width, height))
    mode = "reflect" if min(height, width) > 2 * side + parameters.reflected else "replicate"
    return F.pad(picture, (lead, right, lead, below), mode=mode)


@lru_cache(maxsize=2)
def make_slope(side: int) -> Tensor:
    """Make the weights (side,) of the rows or columns of a patch, highest in the middle."""
    slope: Tensor = torch.hann_window(side + 2, periodic=False)[1:-1]
    return slope


def make_window(side: int) -> Tensor:
    """Make the weights (side * side,) of the pixels of a patch, highest in the middle."""
    return torch.outer(make_slope(side), make_slope(side)).flatten()


def coverage_of(length: int, side: int, stride: int) -> Tensor:
    """Sum the weights of all patches on each row, or column, of a padded picture: (length,).

    Patches of `side` pixels are `stride` pixels apart.
    """
    covered = torch.zeros(length)
    for start in range(0, length - side + 1, stride):
        covered[start : start + side] += make_slope(side)
    return covered.clamp_min(1e-6)


def cut_to_blocks(patches: Tensor, stride: int) -> Tensor:
    """Cut patches (K, 3 * side**2) into blocks of stride x stride: (P, P, K, 3 * stride**2).

    The side of a patch is P strides.
    """
    parts = round((patches.shape[1] // 3) ** 0.5) // stride
    cells = patches.reshape(len(patches), 3, parts, stride, parts, stride)
    return cells.permute(2, 4, 0, 1, 3, 5).flatten(3).contiguous()


def fold_blocks(blocks: Tensor, found: Tensor, stride: int) -> Tensor:
    """Add up the patches with the indices found (h, w), `stride` pixels apart: (1, 3, H, W).

    A patch is P strides wide, so this is a sum of P * P shifted maps of blocks (P, P, K,
    3 * stride**2). The patches themselves would be that many times as large, and are never
    written to memory.
    """
    (rows, columns), parts = found.shape, len(blocks)
    summed = blocks.new_zeros(rows + parts - 1, columns + parts - 1, blocks.shape[-1])
    for down in range(parts):
        for across in range(parts):
            place = summed[down : down + rows, across : across + columns]
            place += F.embedding(found, blocks[down, across])
    cells = summed.view(*summed.shape[:2], 3, stride, stride)
    return cells.permute(2, 0, 3, 1, 4).flatten(3, 4).flatten(1, 2)[None]
