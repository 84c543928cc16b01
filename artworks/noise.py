"""Noise fields: gradient noise, its fractal sums, ridges, and domain warping."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from artworks.filters import sample
from artworks.sheet import as_plane

if TYPE_CHECKING:
    from artworks.sheet import Plane


def gradient_noise(
    shape: tuple[int, int], scale: tuple[float, float], rng: np.random.Generator
) -> Plane:
    """Return one octave of gradient noise (Perlin 2002), about [-1, 1], (H, W).

    `scale` is the size of a cell in px (down, across). The number of cells, and so the numbers
    drawn, is the same at any size of the same sheet.
    """
    # Without 1e-6, rounding could add a cell.
    rows, columns = (
        math.ceil(side / step - 1e-6) + 1 for side, step in zip(shape, scale, strict=True)
    )
    angle = rng.uniform(0, 2 * math.pi, (rows + 1, columns + 1)).astype(np.float32)
    toward_y, toward_x = np.sin(angle), np.cos(angle)
    y = ((np.arange(shape[0]) + 0.5) / scale[0]).astype(np.float32)[:, None]  # (H, 1)
    x = ((np.arange(shape[1]) + 0.5) / scale[1]).astype(np.float32)[None, :]  # (1, W)
    row, column = y.astype(int), x.astype(int)
    y, x = y - row, x - column  # place inside the cell

    def corner(down: int, across: int) -> Plane:
        at = (row + down, column + across)
        return as_plane(toward_y[at] * (y - down) + toward_x[at] * (x - across))

    ease_y, ease_x = (t * t * t * (t * (t * 6 - 15) + 10) for t in (y, x))  # Perlin's fade
    top = corner(0, 0) * (1 - ease_x) + corner(0, 1) * ease_x
    bottom = corner(1, 0) * (1 - ease_x) + corner(1, 1) * ease_x
    # A corner gives at most sqrt(1/2).
    return as_plane((top * (1 - ease_y) + bottom * ease_y) * 1.42)


def noise(
    shape: tuple[int, int],
    scale: float,
    octaves: int,
    rng: np.random.Generator,
    *,
    gain: float = 0.5,
    stretch: float = 1.0,
) -> Plane:
    """Return fractal noise, about [-1, 1]: `octaves` layers; the first has cells of `scale` px.

    `gain` is the weight of each layer relative to the one before. `stretch` > 1 makes the cells
    wider than high by this factor (wood, water, dry brush).
    """
    total = np.zeros(shape, dtype=np.float32)
    weight, reach = 1.0, 0.0
    for octave in range(octaves):
        cell = scale / 2**octave  # each layer has cells of half the size
        total += weight * gradient_noise(shape, (cell, cell * stretch), rng)
        reach += weight
        weight *= gain
    # `reach` would make it too weak, the root of the squared weights too strong.
    return as_plane(total / math.sqrt(reach))


def ridges(shape: tuple[int, int], scale: float, octaves: int, rng: np.random.Generator) -> Plane:
    """Return noise in [0, 1] with sharp crests, like veins, mountain ridges and cracks."""
    return as_plane(np.clip(1.0 - np.abs(noise(shape, scale, octaves, rng)) * 1.6, 0.0, 1.0))


def line_noise(
    count: int, scale: float, octaves: int, rng: np.random.Generator, *, gain: float = 0.5
) -> Plane:
    """Return fractal noise, about [-1, 1], on a line of `count` px, (count,): a ridge, an edge."""
    return as_plane(noise((1, count), scale, octaves, rng, gain=gain)[0])


def warp(plane: Plane, amount: float, scale: float, rng: np.random.Generator) -> Plane:
    """Return the plane distorted by noise with cells of `scale` px, by up to about `amount` px."""
    rows, columns = np.mgrid[0 : plane.shape[0], 0 : plane.shape[1]].astype(np.float32)
    down = noise(plane.shape, scale, 3, rng) * amount
    across = noise(plane.shape, scale, 3, rng) * amount
    return sample(plane, columns + across, rows + down)
