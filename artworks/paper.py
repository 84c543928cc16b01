"""Supports and light: paper grain, canvas weave, wood, relief lighting, vignettes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from artworks.filters import blur, slope
from artworks.noise import line_noise, noise, warp
from artworks.sheet import as_plane

if TYPE_CHECKING:
    from artworks.sheet import Picture, Plane, Sheet


def paper_grain(sheet: Sheet, *, rough: float = 7.0) -> Plane:
    """Return the relief of cold-pressed paper in [0, 1], with pits about `rough` units wide."""
    # Gradient noise is 0 along the lines of its lattice; warping hides these lines.
    cells = noise(sheet.shape, sheet.px(rough), 3, sheet.rng, gain=0.75)
    cells = cells + 0.6 * noise(sheet.shape, sheet.px(rough * 0.63), 2, sheet.rng)
    cells = warp(cells, sheet.px(rough * 0.7), sheet.px(rough * 2.3), sheet.rng)
    fibers = noise(sheet.shape, sheet.px(rough / 2.5), 1, sheet.rng, stretch=5)
    return as_plane(np.clip(0.5 + 0.34 * cells + 0.14 * fibers, 0, 1))


def canvas_weave(sheet: Sheet, *, thread: float = 3.4) -> Plane:
    """Return the relief of a linen canvas in [0, 1], with threads `thread` units wide."""
    x, y = sheet.units()
    turn = math.pi / thread
    over = np.sin(x * turn) * np.sin(y * turn)  # > 0 where the warp lies on top
    warp_thread, weft = np.abs(np.cos(x * turn)), np.abs(np.cos(y * turn / 1))  # round threads
    slub = 0.25 * noise(sheet.shape, sheet.px(40), 2, sheet.rng)  # uneven yarn
    return as_plane(np.clip(0.5 + 0.3 * np.where(over > 0, warp_thread, weft) - 0.2 + slub, 0, 1))


def wood_grain(sheet: Sheet, *, rings: float = 15.0) -> Plane:
    """Return the fibers of a plank in [0, 1], which run across; `rings` units between rings."""
    _, y = sheet.units()
    bow = noise(sheet.shape, sheet.px(420), 2, sheet.rng, stretch=2.5) * 120  # rings bend slowly
    ring = 0.5 + 0.5 * np.sin((y + bow) * (2 * math.pi / rings))
    fiber = noise(sheet.shape, sheet.px(5), 2, sheet.rng, stretch=30)
    return as_plane(np.clip(0.62 * ring**2 + 0.3 + 0.32 * fiber, 0, 1))


def relief_light(
    relief: Plane, *, strength: float, toward: float = -2.2, gloss: float = 0.0
) -> tuple[Plane, Plane]:
    """Return the shade (1 on a flat place) and the gloss (0 on a flat place) of a lit relief.

    `strength` is the height in px of relief 1. `toward` is the direction of the light in radians;
    -2.2 is from above on the left. `gloss` scales the highlight (Blinn 1977).
    """
    across, down = slope(relief * np.float32(strength))
    size = np.sqrt(across**2 + down**2 + 1)
    # The light stands at about 52 degrees.
    light = np.array([math.cos(toward), math.sin(toward)]) * 0.62
    up = math.sqrt(1 - 0.62**2)
    facing = (up - across * light[0] - down * light[1]) / size  # Lambert: normal times light
    half = np.array([light[0], light[1], up + 1])  # halfway to a viewer above
    half /= np.linalg.norm(half)
    mirror = np.clip((half[2] - across * half[0] - down * half[1]) / size, 0, 1) ** 24
    flat = half[2] ** 24  # the gloss of a flat place, which is taken off
    return (facing / up).astype(np.float32), (np.maximum(mirror - flat, 0) * gloss).astype(
        np.float32
    )


def light_up(picture: Picture, shade: Plane, gloss: Plane, *, depth: float = 1.0) -> Picture:
    """Return the picture, (H, W, 3), under a shade and a gloss from `relief_light`.

    `depth` (0..1) is how strong the shade is.
    """
    lit = picture * (1 + (shade - 1) * depth)[..., None]  # (H, W, 3)
    return as_plane(np.clip(lit + gloss[..., None], 0, 1))


def vignette(sheet: Sheet, *, depth: float = 0.2) -> Plane:
    """Return a factor that is 1 in the middle and falls by `depth` in the corners."""
    x, y = sheet.grid()
    far = (x - 0.5) ** 2 + (y - 0.5) ** 2  # 0.5 in the corners
    return as_plane(1 - depth * np.clip(far * 2, 0, 1) ** 1.5)


def deckle(sheet: Sheet, *, margin: float, rough: float) -> Plane:
    """Return the mask of a printed area with an uneven edge `margin` units from the rim."""
    x, y = sheet.units()
    height, width = sheet.shape
    unit = sheet.px(1)

    def edge(count: int) -> Plane:
        return as_plane(margin + rough * line_noise(count, sheet.px(60), 4, sheet.rng))

    left, right = edge(height)[:, None], edge(height)[:, None]
    top, bottom = edge(width)[None, :], edge(width)[None, :]
    # The distance in units to the nearest of the four edges, positive inside.
    inside = np.minimum.reduce(
        [x - left, width / unit - x - right, y - top, height / unit - y - bottom]
    )
    return blur(as_plane(np.clip(inside * unit + 0.5, 0, 1)), 0.5)
