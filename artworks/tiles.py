"""Tiles: oriented cells that settle along a direction field (similar to Hausner 2001)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from artworks.sheet import as_plane

if TYPE_CHECKING:
    from artworks.flow import Flow
    from artworks.sheet import Plane

Numbers = NDArray[np.int32]


@dataclass(frozen=True)
class Tiles:
    """N tiles: centers in px, directions as cosine and sine, and the region of each, all (N,)."""

    x: Plane
    y: Plane
    cos: Plane
    sin: Plane
    region: Numbers


def place_tiles(x: Plane, y: Plane, flow: Flow, regions: Numbers) -> Tiles:
    """Return tiles at pixel positions, turned along the flow, in the regions under them."""
    height, width = regions.shape
    column = np.clip(x, 0, width - 1).astype(np.intp)
    row = np.clip(y, 0, height - 1).astype(np.intp)
    cos, sin = flow.at(x, y)
    return Tiles(x, y, cos, sin, regions[row, column])


def tile_frame(tiles: Tiles, owner: Numbers) -> tuple[Plane, Plane]:
    """Return each pixel's place along and across its own tile, in px from the tile's center.

    `owner` (H, W) holds the number of the tile of each pixel.
    """
    rows, columns = np.mgrid[0 : owner.shape[0], 0 : owner.shape[1]].astype(np.float32)
    dx, dy = columns - tiles.x[owner], rows - tiles.y[owner]  # (H, W)
    cos, sin = tiles.cos[owner], tiles.sin[owner]
    return as_plane(dx * cos + dy * sin), as_plane(dy * cos - dx * sin)


def _cost(tiles: Tiles, candidate: Numbers, regions: Numbers, *, square: bool) -> Plane:
    along, across = tile_frame(tiles, candidate)
    if square:
        # A square distance gives square cells (Hausner uses the Manhattan distance). A little of
        # the round distance decides where two tiles are equally near.
        far = np.maximum(np.abs(along), np.abs(across)) + 0.1 * np.hypot(along, across)
    else:
        far = np.hypot(along, across)
    return as_plane(far + 1e4 * (tiles.region[candidate] != regions))  # another region: too far


def assign(
    tiles: Tiles,
    regions: Numbers,
    *,
    reach: float,
    square: bool = True,
    known: Numbers | None = None,
) -> Numbers:
    """Return the number of the nearest tile at each pixel, (H, W), by jump flooding.

    Distances are square, in the tile's own frame, or round. A pixel never gets a tile of another
    region if its own region has a tile within `reach` px. `known` is a first guess, which is
    improved.
    """
    height, width = regions.shape
    owner = np.zeros(regions.shape, dtype=np.int32) if known is None else known.copy()
    row = np.clip(np.round(tiles.y), 0, height - 1).astype(np.intp)
    column = np.clip(np.round(tiles.x), 0, width - 1).astype(np.intp)
    owner[row, column] = np.arange(len(tiles.x))  # each tile owns the pixel at its center
    best = _cost(tiles, owner, regions, square=square)
    jump = 1 << max(1, math.ceil(math.log2(max(2.0, reach))))  # a power of two
    jumps = [1]  # a first pass with a jump of 1 removes most errors
    while jump >= 1:
        jumps.append(jump)
        jump //= 2
    for step in jumps:
        for down, across in ((0, step), (0, -step), (step, 0), (-step, 0)):
            candidate = _shifted(owner, down, across)
            cost = _cost(tiles, candidate, regions, square=square)
            nearer = cost < best
            owner = np.where(nearer, candidate, owner)
            best = np.where(nearer, cost, best)
    return owner


def _shifted(owner: Numbers, down: int, across: int) -> Numbers:
    """Return what each pixel's neighbor at (down, across) px has; the edge repeats."""
    height, width = owner.shape
    rows = np.clip(np.arange(height) + down, 0, height - 1)
    columns = np.clip(np.arange(width) + across, 0, width - 1)
    return owner[rows[:, None], columns[None, :]]


def settle(
    tiles: Tiles, flow: Flow, regions: Numbers, *, spacing: float, rounds: int
) -> tuple[Tiles, Numbers]:
    """Return the tiles after `rounds` moves to the middle of their cells, and their cells (H, W).

    This is Lloyd's algorithm (1982): the tiles become evenly spaced.
    """
    rows, columns = np.mgrid[0 : regions.shape[0], 0 : regions.shape[1]].astype(np.float32)
    owner = assign(tiles, regions, reach=2 * spacing)
    for _ in range(rounds):
        flat, count = owner.ravel(), len(tiles.x)
        size = np.bincount(flat, minlength=count)
        x = np.bincount(flat, columns.ravel(), count) / np.maximum(size, 1)  # (N,) mean of the cell
        y = np.bincount(flat, rows.ravel(), count) / np.maximum(size, 1)
        # A tile without a cell stays where it is, in its own region.
        x, y = np.where(size > 0, x, tiles.x), np.where(size > 0, y, tiles.y)
        turned = place_tiles(as_plane(x), as_plane(y), flow, regions)
        # A tile keeps its region even if it moves over another one.
        tiles = Tiles(turned.x, turned.y, turned.cos, turned.sin, tiles.region)
        owner = assign(tiles, regions, reach=2 * spacing)
    return tiles, owner


def enlarge(tiles: Tiles, factor: int) -> Tiles:
    """Return the tiles on a sheet whose pixels are `factor` times smaller."""
    half = (factor - 1) / 2  # pixel centers, not corners, are the whole numbers
    return Tiles(
        as_plane(tiles.x * factor + half),
        as_plane(tiles.y * factor + half),
        tiles.cos,
        tiles.sin,
        tiles.region,
    )


def edges(numbers: Numbers) -> NDArray[np.bool_]:
    """Return where a map of numbers differs between a pixel and the one to the right or below."""
    found = np.zeros(numbers.shape, dtype=bool)
    found[:, :-1] |= numbers[:, :-1] != numbers[:, 1:]
    found[:-1] |= numbers[:-1] != numbers[1:]
    return found
