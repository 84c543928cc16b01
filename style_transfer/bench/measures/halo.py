"""Halos: bright rims along the strong edges of the photo.

Across each edge the luminance of the result is compared: close to the edge and further away on both
sides. A dark line is no halo, because many artworks have contours.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.bench.measures.blur import gaussian_blur
from style_transfer.imaging.color import luma_of

_SIGMA = 1.5  # pixels of blur before edges are found
_STRONG = 0.06  # per pixel after that blur: a step by more than a fifth of the range
# Pixels from the edge. Strokes that happen to be bright are found as often in `_CONTROL` as in
# `_NEAR`, so their share is subtracted.
_NEAR, _FAR, _CONTROL = range(2, 6), range(8, 14), range(15, 19)
_ALONG = range(-6, 7)  # pixels along the edge over which a place is averaged
_LEAST = 20  # edges; a mean over fewer says nothing
# Excess up to which an edge of the photo is a plain step. Others have something bright beside them
# in the photo too, as a window or a wave has.
_PLAIN = 0.01


def halo(result: Tensor, photo: Tensor) -> float:
    """Measure by how much places 2 to 5 pixels from a strong edge are brighter than both sides.

    Both are (1, 3, H, W) in [0, 1] of one size. The unit is the range of luminance: 0 is none and
    best, 0.1 a rim that anyone sees. Soft edges and strokes give about 0. NaN says that the photo
    has few plain steps.
    """
    seen = luma_of(photo)
    places, normals = _edges(seen)
    plain = _excess(seen, places, normals).sum(1) < _PLAIN
    if plain.sum() < _LEAST:
        return float("nan")
    near, control = _excess(luma_of(result), places[plain], normals[plain]).T
    return float((near - control).mean())


def _excess(luma: Tensor, places: Tensor, normals: Tensor) -> Tensor:
    """Measure how much brighter luma (1, 1, H, W) is than beyond, near each edge and in control.

    The result is (N, 2), the two sides of an edge added up.
    """
    brightest = _beside(luma, places, normals, _FAR).amax(1, keepdim=True)
    both = [_beside(luma, places, normals, reach) for reach in (_NEAR, _CONTROL)]
    return torch.stack([(part - brightest).clamp_min(0).sum(1) for part in both], 1)


def _edges(luma: Tensor) -> tuple[Tensor, Tensor]:
    """Find strong edges in luma (1, 1, H, W): places (N, 2) as x and y, and unit normals (N, 2)."""
    soft = F.pad(gaussian_blur(luma, _SIGMA), (0, 1, 0, 1), "replicate")  # at least two pixels
    down, across = (part[:-1, :-1] for part in torch.gradient(soft[0, 0]))
    steepness = torch.hypot(down, across)
    # One place of each 5 x 5 pixels is enough.
    steepest = F.max_pool2d(steepness[None], 5, stride=1, padding=2)[0]
    y, x = torch.nonzero((steepness == steepest) & (steepness > _STRONG), as_tuple=True)
    normals = torch.stack([across[y, x], down[y, x]], 1) / steepness[y, x, None]
    return torch.stack([x, y], 1).to(luma.dtype), normals


def _beside(luma: Tensor, places: Tensor, normals: Tensor, reach: range) -> Tensor:
    """Average luma (1, 1, H, W) beside each edge, `reach` pixels away: (N, 2), a column a side."""
    tangents = torch.stack([-normals[:, 1], normals[:, 0]], 1)
    away, along = (luma.new_tensor(list(part)) for part in (reach, _ALONG))
    line = places[:, None] + along[:, None] * tangents[:, None]  # (N, along, 2)
    sides = [
        line[:, :, None] + sign * away[:, None] * normals[:, None, None]  # (N, along, away, 2)
        for sign in (-1, 1)
    ]
    points = torch.stack(sides, 1).flatten(2, 3)  # (N, 2, along * away, 2)
    height, width = luma.shape[2:]
    scale = points.new_tensor([max(1, width - 1), max(1, height - 1)])
    grid = (points / scale * 2 - 1).flatten(0, 1)[None]
    sampled = F.grid_sample(luma, grid, padding_mode="border", align_corners=True)
    return sampled[0, 0].mean(1).reshape(-1, 2)
