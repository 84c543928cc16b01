"""Shapes: smooth masks of polygons, lines, disks and skylines, and maps of many pieces."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from artworks.filters import smoothstep
from artworks.noise import line_noise
from artworks.sheet import as_plane

if TYPE_CHECKING:
    from artworks.sheet import Plane, Sheet

Points = NDArray[np.floating] | Sequence[tuple[float, float]]
"""Corners as x and y in units, 1/1024 of the sheet's longer side, (N, 2)."""

_FINE = 4  # Pillow draws hard edges; 4 times larger and then reduced, they become smooth


def _corners(sheet: Sheet, points: Points, fine: int) -> list[tuple[float, float]]:
    return [(sheet.px(float(x)) * fine, sheet.px(float(y)) * fine) for x, y in points]


def polygon(sheet: Sheet, *outlines: Points) -> Plane:
    """Return the mask of filled polygons, (H, W) in [0, 1], with smooth edges."""
    size = (sheet.width * _FINE, sheet.height * _FINE)
    image = Image.new("L", size)
    pen = ImageDraw.Draw(image)
    for outline in outlines:
        pen.polygon(_corners(sheet, outline, _FINE), fill=255)
    return np.asarray(image.reduce(_FINE), dtype=np.float32) / 255  # (H, W)


def line(sheet: Sheet, points: Points, widths: Sequence[float] | float) -> Plane:
    """Return the mask of a line, (H, W); `widths` in units: one, or one per point (it tapers)."""
    image = Image.new("L", (sheet.width * _FINE, sheet.height * _FINE))
    draw_line(image, sheet, points, widths)
    return np.asarray(image.reduce(_FINE), dtype=np.float32) / 255  # (H, W)


def lines(sheet: Sheet, paths: Sequence[tuple[Points, Sequence[float] | float]]) -> Plane:
    """Return the mask of many lines, (H, W); each has points and widths as in `line`."""
    image = Image.new("L", (sheet.width * _FINE, sheet.height * _FINE))
    for points, widths in paths:
        draw_line(image, sheet, points, widths)
    return np.asarray(image.reduce(_FINE), dtype=np.float32) / 255


def draw_line(
    image: Image.Image, sheet: Sheet, points: Points, widths: Sequence[float] | float
) -> None:
    """Draw a line with round joints and changing width on an image larger than the sheet."""
    fine = image.width // sheet.width
    corners = _corners(sheet, points, fine)
    # Radii in px.
    thick = np.broadcast_to(np.asarray(widths, dtype=float), len(corners)) * sheet.px(1) * fine / 2
    pen = ImageDraw.Draw(image)
    for i, (x, y) in enumerate(corners):
        r = max(float(thick[i]), 0.5)  # at least one px wide, so that a thin line has no gaps
        pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
        if i == 0:
            continue
        px, py = corners[i - 1]
        long = math.hypot(x - px, y - py) or 1.0
        # (nx, ny) is the unit vector across the segment; the quad joins circles of radii q and r.
        nx, ny, q = -(y - py) / long, (x - px) / long, max(float(thick[i - 1]), 0.5)
        quad = [(px + nx * q, py + ny * q), (x + nx * r, y + ny * r)]
        quad += [(x - nx * r, y - ny * r), (px - nx * q, py - ny * q)]
        pen.polygon(quad, fill=255)


def smooth(points: Points, count: int = 160) -> NDArray[np.floating[Any]]:
    """Return `count` points of the Catmull-Rom curve through the given points, (count, 2)."""
    knots = np.asarray(points, dtype=float)
    # One mirrored point at each end: the curve then starts and ends at the given points.
    padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    where = np.linspace(0, len(knots) - 1 - 1e-9, count)
    i = where.astype(int)
    t = (where - i)[:, None]  # (count, 1)
    a, b, c, d = (padded[i + k] for k in range(4))  # each (count, 2)
    curve = b + t * (c - a) / 2 + t**2 * (2 * a - 5 * b + 4 * c - d) / 2
    return as_plane(curve + t**3 * (3 * b - 3 * c + d - a) / 2)


def disk(sheet: Sheet, x: float, y: float, radius: float, *, soft: float = 1.0) -> Plane:
    """Return the mask of a disk, all in units, whose edge is `soft` units wide."""
    across, down = sheet.units()
    far = np.hypot(across - np.float32(x), down - np.float32(y))  # (H, W)
    return smoothstep(radius + soft / 2, radius - soft / 2, far)


def ridge(
    sheet: Sheet, level: float, swing: float, scale: float, *, octaves: int = 5, gain: float = 0.5
) -> Plane:
    """Return the y in units of a skyline at each column, (W,): `swing` units around `level`."""
    along = line_noise(sheet.width, sheet.px(scale), octaves, sheet.rng, gain=gain)
    return (level - swing * along).astype(np.float32)


def below(sheet: Sheet, skyline: Plane, *, soft: float = 1.0) -> Plane:
    """Return the mask of the part under a skyline, (W,) in units; its edge is `soft` units wide."""
    _, y = sheet.units()
    return smoothstep(-soft / 2, soft / 2, y - skyline[None, :])  # (H, W)


def piece_map(shape: tuple[int, int], pieces: Sequence[NDArray[np.floating]]) -> NDArray[np.int32]:
    """Return the number of the polygon (corners in px) at each pixel, (H, W).

    A later polygon covers an earlier one; -1 means no polygon.
    """
    image = Image.new("I", (shape[1], shape[0]), -1)  # "I" is int32: more than 255 pieces
    pen = ImageDraw.Draw(image)
    for number, piece in enumerate(pieces):
        pen.polygon([(float(x), float(y)) for x, y in piece], fill=number)
    return np.asarray(image, dtype=np.int32)
