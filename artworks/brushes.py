"""Brushes: bristle textures, and strokes of thick paint that lie one over another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artworks.filters import blur, sample, smoothstep
from artworks.noise import line_noise, noise
from artworks.sheet import as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from artworks.color import Colors
    from artworks.flow import Flow
    from artworks.sheet import Picture, Plane

_ROWS, _COLUMNS = 32, 96  # size of a print


@dataclass(frozen=True)
class Brush:
    """Prints of one brush, each (K, 32 rows across, 96 columns along): cover, relief, streaks."""

    cover: NDArray[np.float32]
    relief: NDArray[np.float32]
    streak: NDArray[np.float32]


@dataclass
class Paint:
    """A wet layer: its color, (H, W, 3) sRGB, and its relief, (H, W); a thick stroke has 1."""

    color: Picture
    relief: Plane


@dataclass(frozen=True)
class Strokes:
    """N strokes: centers, lengths and widths in px, directions and bends in radians, colors (N, 3).

    `bend` is the angle between the start and the end of a stroke.
    """

    x: NDArray[np.floating]
    y: NDArray[np.floating]
    angle: NDArray[np.floating]
    length: NDArray[np.floating]
    width: NDArray[np.floating]
    bend: NDArray[np.floating]
    color: Colors


def _one_print(rng: np.random.Generator, dry: float, bristles: float) -> tuple[Plane, Plane, Plane]:
    shape = (_ROWS, _COLUMNS)
    across = np.linspace(-1, 1, _ROWS, dtype=np.float32)[:, None]
    along = np.linspace(0, 1, _COLUMNS, dtype=np.float32)[None, :]
    hairs = line_noise(_ROWS, _ROWS / bristles, 2, rng)[:, None]  # (32, 1)
    comb = hairs + 0.5 * noise(shape, _ROWS / bristles, 2, rng, stretch=14)  # (32, 96)
    # Each hair touches and leaves the paper at its own place: ragged ends, a blunter start.
    start = 0.05 + 0.05 * line_noise(_ROWS, 6, 2, rng)[:, None] + 0.10 * across**2
    end = 0.90 + 0.10 * line_noise(_ROWS, 4, 2, rng)[:, None] - 0.16 * across**2
    edge = 0.88 + 0.10 * line_noise(_COLUMNS, 24, 2, rng)[None, :]  # (1, 96)
    body = smoothstep(-0.05, 0.05, along - start) * smoothstep(0.08, -0.06, along - end)
    body = body * smoothstep(0.12, -0.06, np.abs(across) - edge)
    # A dry brush loses more paint toward its end; where the hairs are low, no paint remains.
    thirst = dry * (0.35 + 0.9 * along)
    body = body * smoothstep(-0.25, 0.15, comb + 0.75 - 1.5 * thirst)
    # The brush pushes paint to its sides and leaves a lip at the end of the stroke.
    sides = np.exp(-(((np.abs(across) - edge + 0.14) / 0.13) ** 2))
    lip = np.exp(-(((along - end + 0.05) / 0.05) ** 2))
    relief = 0.45 + 0.38 * comb + 0.35 * sides + 0.35 * lip
    return body, (relief * body).astype(np.float32), (comb * 0.8).astype(np.float32)


def bristle_brush(
    rng: np.random.Generator, *, dry: float = 0.3, bristles: float = 9.0, prints: int = 12
) -> Brush:
    """Return a flat hog brush; `dry` 0 covers, `dry` 1 only scumbles; `bristles` hairs across."""
    made = [_one_print(rng, dry, bristles) for _ in range(prints)]
    # Each (K, 32, 96).
    cover, relief, streak = (np.stack(kind).astype(np.float32) for kind in zip(*made, strict=True))
    return Brush(cover, relief, streak)


def round_brush(rng: np.random.Generator, *, softness: float = 0.35, prints: int = 8) -> Brush:
    """Return a round brush that leaves a full dab with a soft rim: dots, leaves, petals."""
    across = np.linspace(-1, 1, _ROWS, dtype=np.float32)[:, None]
    along = np.linspace(-1, 1, _COLUMNS, dtype=np.float32)[None, :]
    covers, reliefs, streaks = [], [], []
    for _ in range(prints):
        wobble = 0.16 * blur(noise((_ROWS, _COLUMNS), 14, 2, rng, stretch=3), 1)
        far = np.hypot(across, along) + wobble
        cover = smoothstep(1.0, 1.0 - softness, far)
        covers.append(cover)
        # Paint collects in a ring at 0.72 of the radius.
        reliefs.append(cover * (0.45 + 0.5 * np.exp(-(((far - 0.72) / 0.16) ** 2))))
        streaks.append(noise((_ROWS, _COLUMNS), 9, 2, rng, stretch=4))
    made = (np.stack(kind).astype(np.float32) for kind in (covers, reliefs, streaks))
    return Brush(*made)


def strokes_along(
    flow: Flow,
    x: NDArray[np.floating],
    y: NDArray[np.floating],
    *,
    length: NDArray[np.floating] | float,
    width: NDArray[np.floating] | float,
    color: Colors,
) -> Strokes:
    """Return strokes at pixel positions that follow the flow and bend as the flow bends."""
    lengths = np.broadcast_to(np.asarray(length, dtype=np.float32), x.shape)
    widths = np.broadcast_to(np.asarray(width, dtype=np.float32), x.shape)
    here = np.stack(flow.at(x, y))  # (2, N)
    half = lengths * 0.4
    # The bend comes from the directions 0.4 lengths before and after the center.
    before = np.stack(flow.at(x - here[0] * half, y - here[1] * half))
    after = np.stack(flow.at(x + here[0] * half, y + here[1] * half))
    bend = _turn(before, here) + _turn(here, after)
    angle = np.arctan2(here[1], here[0])
    # 1.25, because only 80 % of the length was measured. The limit of 1.6 radians, because the
    # parabola in `draw_strokes` is close to an arc only for small bends.
    return Strokes(x, y, angle, lengths, widths, np.clip(bend * 1.25, -1.6, 1.6), color)


def _turn(first: Plane, second: Plane) -> Plane:
    cross = first[0] * second[1] - first[1] * second[0]
    dot = np.abs((first * second).sum(axis=0))  # (N,)
    # A flow has no sense: opposite directions are the same, so the turn is at most 90 degrees.
    return as_plane(np.arctan2(cross * np.sign((first * second).sum(axis=0)), dot))


def draw_strokes(
    paint: Paint,
    strokes: Strokes,
    brush: Brush,
    rng: np.random.Generator,
    *,
    opacity: float = 1.0,
    streak: float = 0.05,
    thickness: float = 1.0,
) -> None:
    """Paint the strokes, in their order, on the wet paint in place.

    `streak` is how far the hairs of one stroke differ in tone (sRGB), `thickness` is how much
    relief a stroke leaves.
    """
    prints = rng.integers(0, len(brush.cover), len(strokes.x))
    flip = rng.integers(0, 2, len(strokes.x)) * 2 - 1  # a mirrored print counts as another one
    height, width = paint.relief.shape
    cos, sin = np.cos(strokes.angle), np.sin(strokes.angle)
    # Cover, relief and streak beside each other, because one look-up of all is faster than three.
    scaled = (brush.cover * np.float32(opacity), brush.relief * np.float32(thickness))
    kinds = np.stack([*scaled, brush.streak * np.float32(streak)], axis=-1)
    marks = kinds.reshape(len(kinds), _ROWS * _COLUMNS, 3)
    for i in range(len(strokes.x)):
        length, wide = float(strokes.length[i]), float(strokes.width[i])
        bend = float(strokes.bend[i])
        # The box of a bent stroke: the height of the arc is added to half the width.
        thick = wide / 2 + abs(bend) * length / 8 + 1
        reach_x = abs(cos[i]) * length / 2 + abs(sin[i]) * thick
        reach_y = abs(sin[i]) * length / 2 + abs(cos[i]) * thick
        x, y = float(strokes.x[i]), float(strokes.y[i])
        left, right = max(0, math.floor(x - reach_x)), min(width, math.ceil(x + reach_x) + 1)
        top, bottom = max(0, math.floor(y - reach_y)), min(height, math.ceil(y + reach_y) + 1)
        if left >= right or top >= bottom:
            continue
        dx = as_plane(np.arange(left, right) - x)[None, :]  # (1, w)
        dy = as_plane(np.arange(top, bottom) - y)[:, None]  # (h, 1)
        # u and v are px along and across the stroke. The stroke bends along a parabola, which is
        # close to an arc; `bend * length / 24` moves its mean to 0, so the stroke stays centered.
        u = dx * cos[i] + dy * sin[i]  # (h, w)
        v = (dy * cos[i] - dx * sin[i]) - (bend / (2 * length)) * u * u + bend * length / 24
        column = ((u / length + 0.5) * _COLUMNS).astype(np.int32)
        row = ((v * (flip[i] / wide) + 0.5) * _ROWS).astype(np.int32)
        # As numbers without a sign, negative ones are large.
        off = (column.view(np.uint32) >= _COLUMNS) | (row.view(np.uint32) >= _ROWS)
        mark = marks[prints[i]].take(row * _COLUMNS + column, axis=0, mode="clip")  # (h, w, 3)
        mark[off] = 0
        alpha, window = mark[..., :1], (slice(top, bottom), slice(left, right))
        color, relief = paint.color[window], paint.relief[window]
        # `color` and `relief` are views of the paint, so `+=` writes to the paint in place.
        color += (strokes.color[i] + mark[..., 2:] - color) * alpha
        # A new stroke flattens 70 % of the relief below it.
        relief += (relief * np.float32(-0.7) + mark[..., 1]) * alpha[..., 0]


def scatter(
    shape: tuple[int, int],
    spacing: float,
    rng: np.random.Generator,
    *,
    density: Plane | None = None,
) -> tuple[Plane, Plane]:
    """Return x and y px of a jittered grid with `spacing` px between points, in random order.

    Where `density` (H, W) is below one, only that share of the points remains.
    """
    # 1e-6 keeps the count, and so the numbers drawn, the same at any size of the sheet.
    rows, columns = (math.ceil(side / spacing - 1e-6) + 1 for side in shape)
    row, column = np.mgrid[0:rows, 0:columns].reshape(2, -1)
    x = as_plane((column + rng.uniform(-0.5, 0.5, len(column))) * spacing)
    y = as_plane((row + rng.uniform(-0.5, 0.5, len(row))) * spacing)
    keep = (x > -spacing) & (y > -spacing) & (x < shape[1] + spacing) & (y < shape[0] + spacing)
    lot = rng.permutation(len(x))
    # Drawn also without `density`: the next numbers stay the same.
    chance = rng.uniform(0, 1, len(x))
    if density is not None:
        keep &= chance < sample(density, x, y)
    order = lot[keep[lot]]
    return x[order], y[order]
