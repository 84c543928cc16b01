"""Gouache blocks: a village below a blue mountain, in dry planes of color with dark contours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.brushes import (
    Brush,
    Paint,
    Strokes,
    bristle_brush,
    draw_strokes,
    scatter,
    strokes_along,
)
from artworks.color import hex_color, jitter, mix
from artworks.filters import blur, sample
from artworks.finish import to_image
from artworks.flow import flow_from_angle
from artworks.gouache_village import Plan, plan_painting
from artworks.noise import noise
from artworks.paper import light_up, paper_grain, relief_light
from artworks.sheet import Sheet, as_plane

if TYPE_CHECKING:
    from PIL import Image

ARTWORK = Artwork(
    slug="gouache-blocks",
    title="Blue Mountain, Seven Roofs",
    technique="Gouache",
    description="A village before the mountains, after the painters who stopped copying green. "
    "Each plane is one loaded brush, dragged until it ran dry.",
    tags=("gouache", "village", "mountain", "expressionism", "church", "bold"),
    palette_note="Ultramarine, emerald and cadmium red beside yellow, pink and violet.",
    seed=37,
)

CONTOUR = hex_color("#141a3c")


def draw_contours(sheet: Sheet, paint: Paint, plan: Plan, brush: Brush) -> None:
    """Draw the visible contours, in place, with short dark strokes along them."""
    found = []
    for number, (outline, width) in enumerate(plan.contours):
        if width == 0:
            continue
        path = np.concatenate([outline, np.asarray(outline)[:1]])  # closed
        # The length up to each point, (N + 1,).
        steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
        at = np.arange(6, steps[-1], 13.0)  # a stroke every 13 units
        x, y = (np.interp(at, steps, path[:, i]) for i in range(2))
        ahead = [
            # The direction, from 4 units before the stroke to 4 units after it.
            np.interp(at + 4, steps, path[:, i]) - np.interp(at - 4, steps, path[:, i])
            for i in range(2)
        ]
        angle = np.arctan2(ahead[1], ahead[0])
        top = sample(plan.owner, x * sheet.px(1), y * sheet.px(1))
        seen = top <= number + 0.5  # a later shape hides the contour
        size = np.full(len(x), width)
        found.append(np.stack([x, y, angle, size], axis=-1)[seen])  # (M, 4)
    marks = np.concatenate(found)
    press = sheet.rng.uniform(0.65, 1.25, len(marks))
    color = jitter(np.repeat(CONTOUR[None], len(marks), axis=0), sheet.rng, light=0.03, hue=0.015)
    strokes = Strokes(
        as_plane(marks[:, 0] * sheet.px(1)),
        as_plane(marks[:, 1] * sheet.px(1)),
        as_plane(marks[:, 2]),
        as_plane(np.full(len(marks), sheet.px(30))),
        as_plane(sheet.px(1) * marks[:, 3] * press),
        np.zeros(len(marks), np.float32),
        color,
    )
    draw_strokes(paint, strokes, brush, sheet.rng, streak=0.05, thickness=0.7)


def draw_panes(sheet: Sheet, paint: Paint, plan: Plan, brush: Brush) -> None:
    """Paint the windows, in place, with two touches of a small full brush for each."""
    panes = np.repeat(np.array(plan.panes), 2, axis=0)  # two touches
    x, y, tall, wide = panes[:, :4].T * sheet.px(1)
    seen = sample(plan.owner, x, y) <= panes[:, 4] + 0.5
    x, y, tall, wide = (side[seen] for side in (x, y, tall, wide))
    still = np.zeros(len(x), dtype=np.float32)
    night = np.repeat(hex_color("#1b2a63")[None], len(x), axis=0)
    color = jitter(night, sheet.rng, light=0.03, hue=0.02)
    strokes = Strokes(x, y, still + math.pi / 2, tall, wide, still, color)
    draw_strokes(paint, strokes, brush, sheet.rng, streak=0.04)


def _paint_planes(sheet: Sheet, paint: Paint, plan: Plan) -> None:
    """Fill the planes, in place, with a full brush, then a smaller one, then a dry one."""
    flow = flow_from_angle(
        as_plane(plan.angle + 0.3 * noise(sheet.shape, sheet.px(90), 2, sheet.rng))
    )
    # Planes meet here.
    edges = blur(as_plane(np.abs(plan.owner - blur(plan.owner, sheet.px(2))) > 0.04), sheet.px(4))
    # 1 far from edges: large strokes may not cross them.
    calm = as_plane(np.clip(1.15 - 1.6 * edges, 0, 1))
    layers = (
        # spacing, length, width, dryness, only away from edges, opacity, lightness
        (15.0, 74.0, 24.0, 0.25, True, 1.0, 0.03),
        (8.5, 34.0, 11.0, 0.3, False, 1.0, 0.034),
        (12.0, 62.0, 16.0, 0.86, True, 0.9, 0.085),
        (9.0, 26.0, 6.5, 0.7, False, 0.9, 0.06),
    )
    for spacing, length, width, dry, only_calm, opacity, light in layers:
        brush = bristle_brush(sheet.rng, dry=dry, bristles=8)
        density = calm if only_calm else np.ones_like(calm)
        x, y = scatter(sheet.shape, sheet.px(spacing), sheet.rng, density=density)
        column = np.clip(x, 0, sheet.width - 1).astype(int)
        line = np.clip(y, 0, sheet.height - 1).astype(int)
        color = jitter(as_plane(plan.color[line, column]), sheet.rng, light=light, hue=light * 0.4)
        long = sheet.px(length) * sheet.rng.uniform(0.7, 1.2, len(x))
        strokes = strokes_along(flow, x, y, length=long, width=sheet.px(width), color=color)
        draw_strokes(paint, strokes, brush, sheet.rng, opacity=opacity, streak=0.05)


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Paint the artwork on rough paper; the same seed gives the same painting."""
    sheet = Sheet(width, height, seed)
    plan = plan_painting(sheet)
    grain = paper_grain(sheet, rough=4)
    ground = mix(hex_color("#e9dcc0"), as_plane(plan.color), 0.55)  # thin paint under the strokes
    paint = Paint(as_plane(ground), as_plane(0.3 * grain))
    _paint_planes(sheet, paint, plan)
    draw_panes(sheet, paint, plan, bristle_brush(sheet.rng, dry=0.05, bristles=5))
    draw_contours(sheet, paint, plan, bristle_brush(sheet.rng, dry=0.42, bristles=6))
    shade, gloss = relief_light(
        blur(paint.relief, sheet.px(0.5)) + 0.22 * grain, strength=sheet.px(1.0), gloss=0.03
    )
    return to_image(light_up(paint.color, shade, gloss, depth=0.6), size=(width, height))
