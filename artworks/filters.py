"""Filters of planes: sampling between pixels, blur, slopes, distances."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from artworks.sheet import as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from artworks.sheet import Plane


def sample(plane: Plane, x: NDArray[np.floating], y: NDArray[np.floating]) -> Plane:
    """Return the plane, (H, W) or (H, W, C), at pixel positions (bilinear); edges repeat."""
    height, width = plane.shape[:2]
    x = np.clip(x, 0, width - 1)
    y = np.clip(y, 0, height - 1)
    # The last column and row belong to the cell before them: there is no pixel beyond.
    left = np.minimum(x.astype(np.intp), max(width - 2, 0))
    top = np.minimum(y.astype(np.intp), max(height - 2, 0))
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = (x - left).astype(np.float32), (y - top).astype(np.float32)
    if plane.ndim == 3:
        across, down = across[..., None], down[..., None]  # (..., 1)
    upper = plane[top, left] * (1 - across) + plane[top, right] * across
    lower = plane[bottom, left] * (1 - across) + plane[bottom, right] * across
    return as_plane(upper * (1 - down) + lower * down)


def smoothstep(low: float, high: float, value: NDArray[np.floating]) -> Plane:
    """Return 0 below `low`, 1 above `high`, a smooth step between; `low` > `high` reverses it."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return as_plane(t * t * (3 - 2 * t))


def _box(plane: Plane, size: int, axis: int) -> Plane:
    half = size // 2
    pad = [(0, 0)] * plane.ndim
    pad[axis] = (half + 1, half)  # one more in front: the running sum starts before the window
    # float64: a float32 sum over a long row would lose the small differences.
    sums = np.cumsum(np.pad(plane, pad, mode="edge"), axis=axis, dtype=np.float64)
    ahead = np.take(sums, range(size, sums.shape[axis]), axis=axis)
    behind = np.take(sums, range(sums.shape[axis] - size), axis=axis)
    return ((ahead - behind) / size).astype(np.float32)


def _kernel(plane: Plane, sigma: float, axis: int) -> Plane:
    reach = max(1, math.ceil(3 * sigma))  # 0.3 % lies beyond 3 sigma
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    pad = [(0, 0)] * plane.ndim
    pad[axis] = (reach, reach)
    padded = np.pad(plane, pad, mode="edge")
    length = plane.shape[axis]
    total = np.zeros_like(plane)
    for shift, weight in enumerate(weights):
        window = [slice(None)] * plane.ndim
        window[axis] = slice(shift, shift + length)
        total += np.float32(weight) * padded[tuple(window)]
    return total


def blur(plane: Plane, sigma: float) -> Plane:
    """Return the plane, (H, W) or (H, W, C), after a Gaussian blur of `sigma` px; edges repeat."""
    if sigma < 0.2:
        return plane
    if sigma < 3:
        return _kernel(_kernel(plane, sigma, 0), sigma, 1)
    # Three box filters are within 3 % of a Gaussian, and their cost does not grow with sigma.
    ideal = math.sqrt(12 * sigma**2 / 3 + 1)  # width of one box with a third of the variance
    size = max(1, round((ideal - 1) / 2) * 2 + 1)  # odd, so the box has a center
    for _ in range(3):
        plane = _box(_box(plane, size, 0), size, 1)
    return plane


def slope(plane: Plane) -> tuple[Plane, Plane]:
    """Return the derivatives of the plane along x and along y, per px."""
    down, across = np.gradient(plane)  # NumPy returns the derivative along rows first
    return as_plane(across), as_plane(down)


def nearest_seed(
    seeds: NDArray[np.bool_], *, reach: float | None = None
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the column and row of each pixel's nearest seed, by jump flooding (Rong and Tan 2006).

    Rare pixels get a seed that is not the nearest. A pixel without a known seed gets -1.
    `reach` px limits the search and its cost: seeds beyond it may stay unknown.
    """
    height, width = seeds.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.int32)
    far = np.int32(-(10**4))  # a place farther than any seed; its square fits int32
    x, y = np.where(seeds, columns, far), np.where(seeds, rows, far)
    span = reach or max(height, width) / 2
    step = 1 << max(0, math.ceil(math.log2(max(1.0, span))))
    steps = [1]  # a first pass with a jump of 1 (1+JFA) removes most errors
    while step >= 1:
        steps.append(step)
        step //= 2
    for jump in steps:
        best = (x - columns) ** 2 + (y - rows) ** 2
        old = (x.copy(), y.copy())  # a pass reads only the state before it
        for down in (-jump, 0, jump):
            for across in (-jump, 0, jump):
                if not down and not across:
                    continue
                _take_nearer((x, y, best), old, down=down, across=across)
    none = x == far
    return np.where(none, -1, x).astype(np.int32), np.where(none, -1, y).astype(np.int32)


def _take_nearer(
    known: tuple[NDArray[np.int32], ...],
    old: tuple[NDArray[np.int32], ...],
    *,
    down: int,
    across: int,
) -> None:
    """Give each pixel, in place, the seed that its neighbor knows, if that seed is nearer."""
    height, width = known[0].shape
    if abs(down) >= height or abs(across) >= width:
        return
    # The parts of the plane for which the neighbor at (down, across) exists.
    to_y = slice(max(0, -down), height - max(0, down))
    to_x = slice(max(0, -across), width - max(0, across))
    from_y = slice(max(0, down), height - max(0, -down))
    from_x = slice(max(0, across), width - max(0, -across))
    rows = np.arange(height, dtype=np.int32)[to_y, None]
    columns = np.arange(width, dtype=np.int32)[None, to_x]
    near_x, near_y = old[0][from_y, from_x], old[1][from_y, from_x]
    apart = (near_x - columns) ** 2 + (near_y - rows) ** 2
    nearer = apart < known[2][to_y, to_x]
    for target, value in zip(known, (near_x, near_y, apart), strict=True):
        np.copyto(target[to_y, to_x], value, where=nearer)


def distance(inside: NDArray[np.bool_]) -> Plane:
    """Return the distance in px of each pixel inside to the nearest pixel outside, else 0."""
    if inside.all():  # there is no pixel outside
        return np.full(inside.shape, float(max(inside.shape)), dtype=np.float32)
    x, y = nearest_seed(~inside)
    rows, columns = np.mgrid[0 : inside.shape[0], 0 : inside.shape[1]]
    return as_plane(np.hypot(x - columns, y - rows))


def signed_distance(inside: NDArray[np.bool_]) -> Plane:
    """Return the distance in px to the region's edge, positive inside and negative outside."""
    return distance(inside) - distance(~inside)


def resize(plane: Plane, shape: tuple[int, int]) -> Plane:
    """Return the plane, (H, W) or (H, W, C), resampled to `shape` (rows, columns) by Lanczos."""
    if plane.ndim == 3:
        # Pillow resizes float32 only in one channel.
        return np.stack([resize(plane[..., i], shape) for i in range(plane.shape[2])], axis=-1)
    image = Image.fromarray(np.ascontiguousarray(plane, dtype=np.float32))
    # Pillow takes (width, height).
    small = image.resize((shape[1], shape[0]), Image.Resampling.LANCZOS, reducing_gap=None)
    return np.asarray(small, dtype=np.float32)
