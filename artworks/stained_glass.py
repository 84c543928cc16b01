"""Stained glass: a tree in front of the rising sun, in a round window."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.brushes import scatter
from artworks.color import Colors, Palette, hex_color, jitter, mix
from artworks.filters import blur, nearest_seed, resize, sample, smoothstep
from artworks.finish import to_image
from artworks.flow import make_flow
from artworks.noise import noise
from artworks.paper import light_up, relief_light
from artworks.shapes import below, disk, lines, ridge, smooth
from artworks.sheet import Picture, Plane, Sheet, as_plane
from artworks.tiles import Numbers, assign, edges, place_tiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from artworks.shapes import Points

ARTWORK = Artwork(
    slug="stained-glass",
    title="Window for a Tree That Woke Early",
    technique="Stained glass",
    description="A tree drinks from a river of blue glass while the sun climbs through its "
    "branches. The lead draws; the daylight paints.",
    tags=("stained glass", "tree", "sun", "window", "luminous", "jewel"),
    palette_note="Ruby, amber and cobalt, with emerald leaves, in black lead.",
    aspect=(1, 1),
    seed=12,
)

SKY = Palette(("#fff1a8", "#ffcf5c", "#f79a4b", "#d9647a", "#7a5cc0", "#2c4fc4", "#123a9a"))
LEAF = Palette(("#0f5a4a", "#1f8a4c", "#6cb33f", "#c2d23f", "#f3d54a", "#f0913a"))
HILL = Palette(("#173f78", "#1f6f8a", "#2f9a76", "#8fbf4f"))
RIVER = Palette(("#1c4fb0", "#2f8fd0", "#7fd0e2", "#d2f2ee"))
BARK = Palette(("#3a1a3f", "#6d2f3f", "#9a5230"))
RUBY, AMBER, COBALT, PEARL = (hex_color(c) for c in ("#b3122f", "#f2a51f", "#1b3fae", "#f5ecd0"))
LEAD = hex_color("#1b1c20")
SUN_AT, SUN_RADIUS = (628.0, 352.0), 96.0
CENTER, ROUND = (512.0, 512.0), 404.0


@dataclass
class Glazing:
    """The window, (H, W): the color of its light and the number of the piece at each pixel."""

    color: Picture
    piece: Numbers
    next_number: int = 1

    def fit(self, mask: Plane, color: Colors, cuts: Numbers) -> None:
        """Fit glass of some colors under a mask, in place, in pieces by the numbers of `cuts`."""
        inside = mask > 0.5
        self.color = as_plane(np.where(inside[..., None], color, self.color))
        # The numbers of this glass are new.
        self.piece = np.where(inside, cuts + np.int32(self.next_number), self.piece)
        self.next_number += int(cuts.max()) + 1


def _cells(sheet: Sheet, spacing: float, *, stretch: float = 1.0) -> Numbers:
    """Return the numbers of irregular cells, (H, W).

    A cell is about `spacing` units wide and `stretch` times as high.
    """
    shape = (max(1, round(sheet.height / stretch)), sheet.width)  # the map is stretched at the end
    x, y = scatter(shape, sheet.px(spacing), sheet.rng)
    inside = (x >= 0) & (y >= 0) & (x < shape[1]) & (y < shape[0])
    regions = np.zeros(shape, dtype=np.int32)
    level = make_flow(np.ones(shape, np.float32), np.zeros(shape, np.float32))
    tiles = place_tiles(x[inside], y[inside], level, regions)
    cells = assign(tiles, regions, reach=2 * sheet.px(spacing), square=False)
    rows = np.clip((np.arange(sheet.height) / stretch).astype(np.intp), 0, shape[0] - 1)
    return cells[rows]


def _polar_cuts(
    sheet: Sheet, at: tuple[float, float], rings: Sequence[float], parts: int
) -> Numbers:
    """Return the numbers of pieces, (H, W), cut along rings and rays around a point.

    `rings` are radii in units; each ring has `parts` pieces and is turned by half a piece.
    """
    across, y = sheet.units()
    dx, dy = across - at[0], y - at[1]
    ring = np.searchsorted(np.asarray(rings), np.hypot(dx, dy).ravel()).reshape(sheet.shape)
    share = np.arctan2(dy, dx) / math.tau + 0.5 + 0.5 * (ring % 2) / parts  # in turns
    return np.asarray(ring * parts + np.floor(share * parts) % parts, dtype=np.int32)


def _fit_sky(sheet: Sheet, glazing: Glazing) -> None:
    across, y = sheet.units()
    far = np.hypot(across - SUN_AT[0], y - SUN_AT[1])
    rings = [SUN_RADIUS + 38, SUN_RADIUS + 92, SUN_RADIUS + 160, SUN_RADIUS + 240, SUN_RADIUS + 340]
    cuts = _polar_cuts(sheet, SUN_AT, rings, 22)
    ring = np.searchsorted(np.asarray(rings), far.ravel()).reshape(sheet.shape)
    tone = np.clip((far - SUN_RADIUS) / 420, 0, 1) * 0.6 + ring * 0.075 + 0.03 * (cuts % 2)
    glazing.fit(as_plane(np.ones(sheet.shape)), SKY.ramp(as_plane(tone)), cuts)
    sun = disk(sheet, *SUN_AT, SUN_RADIUS)
    glow = mix(hex_color("#ffdf6a"), hex_color("#ee5a22"), as_plane(far / SUN_RADIUS * 1.1 - 0.1))
    glazing.fit(sun, glow, _polar_cuts(sheet, SUN_AT, [38.0], 11))


def _fit_land(sheet: Sheet, glazing: Glazing) -> None:
    across, y = sheet.units()
    for level, swing, tone, spacing in (
        (610, 60, 0.12, 78),
        (676, 46, 0.42, 70),
        (752, 34, 0.74, 62),
    ):
        skyline = ridge(sheet, level, swing, 360, octaves=2)
        depth = y - skyline[None, :]
        colors = HILL.ramp(as_plane(tone + 0.14 * np.sin(across / 90 + level) - depth / 700))
        glazing.fit(below(sheet, skyline), colors, _cells(sheet, spacing, stretch=0.62))
    # The river winds more toward the viewer.
    middle = 512 + 105 * np.sin((y - 640) / 78) * smoothstep(640, 800, y)
    wide = 10 + 78 * smoothstep(650, 900, y)  # and grows wider
    bank = smoothstep(1, -1, np.abs(across - middle) - wide) * smoothstep(668, 672, y)
    flow = (y - 640) / 26 + 0.9 * np.sin((across - middle) / 30)
    cuts = np.floor(flow).astype(np.int32) + 20
    # Pieces left and right of its middle.
    halves = (across > middle + 14 * np.sin(y / 17)).astype(np.int32)
    shimmer = as_plane(0.5 + 0.34 * np.sin(cuts * 2.4 + 1.5 * halves))
    glazing.fit(as_plane(bank), RIVER.ramp(shimmer), cuts * 2 + halves)


def _branches(
    sheet: Sheet,
) -> tuple[list[tuple[Points, Sequence[float] | float]], list[tuple[float, float]]]:
    """Return the limbs of the tree as tapered curves, and the places of its leaves."""
    limbs: list[tuple[Points, Sequence[float] | float]] = []
    tips: list[tuple[float, float]] = []

    def grow(
        start: tuple[float, float], angle: float, *, long: float, wide: float, order: int
    ) -> None:
        x, y = start
        bend = float(sheet.rng.normal(0, 0.16))
        middle = (x + math.cos(angle) * long * 0.55, y + math.sin(angle) * long * 0.55)
        end = (x + math.cos(angle + bend) * long, y + math.sin(angle + bend) * long)
        if order <= 2:
            tips.append(end)
        # The leaves hide the last twigs, and so many leads would be too close together.
        if order == 0:
            return
        girth = np.linspace(wide, wide * 0.62, 12).tolist()
        limbs.append((smooth([start, middle, end], 12), girth))
        # Lower limbs fork in two, the last ones in three.
        for turn in (-0.52, 0.5) if order > 1 else (-0.6, 0.1, 0.62):
            swing = angle + turn + float(sheet.rng.normal(0, 0.1))
            shorter = long * float(sheet.rng.uniform(0.68, 0.82))
            grow(end, swing, long=shorter, wide=wide * 0.62, order=order - 1)

    grow((352.0, 872.0), -1.5, long=186.0, wide=58.0, order=4)
    for x in (286.0, 420.0):
        root = smooth([(352, 800), ((352 + x) / 2, 862), (x, 896)], 12)
        limbs.append((root, np.linspace(40, 14, 12).tolist()))
    return limbs, tips


def _fit_tree(sheet: Sheet, glazing: Glazing) -> None:
    across, y = sheet.units()
    limbs, tips = _branches(sheet)
    crown = np.zeros(sheet.shape, np.float32)
    lump = noise(sheet.shape, sheet.px(60), 2, sheet.rng)
    for x, at in tips:
        far = np.hypot(across - x, y - at) / 46
        crown = np.maximum(crown, 1 - far + 0.35 * lump)  # a ball of leaves at each tip
    leaves = _cells(sheet, 31)
    light = np.hypot(across - SUN_AT[0], y - SUN_AT[1])
    tone = 0.78 - light / 520 + 0.24 * noise(sheet.shape, sheet.px(90), 2, sheet.rng)
    glazing.fit(as_plane(crown > 0.18), LEAF.ramp(as_plane(tone)), leaves)
    wood = lines(sheet, limbs)
    # Joints across the trunk.
    knots = np.floor((y + 30 * np.sin(across / 25)) / 74).astype(np.int32) + 4
    glazing.fit(wood, BARK.ramp(as_plane(0.5 + 0.4 * np.sin(knots * 2.2) + 0.2 * lump)), knots)


def _fit_frame(sheet: Sheet, glazing: Glazing) -> None:
    across, y = sheet.units()
    far = np.hypot(across - CENTER[0], y - CENTER[1])
    outside = smoothstep(ROUND - 0.5, ROUND + 0.5, far)  # 1 outside the round window
    cuts = _polar_cuts(sheet, CENTER, [ROUND, ROUND + 26, ROUND + 84], 32)
    band = np.where(cuts % 2 == 0, 1.0, 0.0)
    ring = mix(RUBY, COBALT, as_plane(band))
    pearls = np.broadcast_to(PEARL, ring.shape)
    colors = np.where((far < ROUND + 26)[..., None], mix(PEARL, AMBER, as_plane(band * 0.7)), ring)
    glazing.fit(outside, as_plane(colors), cuts)
    corners = smoothstep(ROUND + 83.5, ROUND + 84.5, far)
    cells = _cells(sheet, 64)
    tone = 0.6 + 0.3 * noise(sheet.shape, sheet.px(150), 2, sheet.rng)
    glazing.fit(corners, SKY.ramp(as_plane(np.clip(tone + 0.2, 0.62, 1))), cells)
    for left, top in ((92, 92), (932, 92), (92, 932), (932, 932)):
        rose = _polar_cuts(sheet, (left, top), [22.0], 6)
        petals = mix(AMBER, RUBY, as_plane(np.hypot(across - left, y - top) > 22))
        glazing.fit(disk(sheet, left, top, 58), as_plane(petals), rose)
    for k in range(16):
        turn = math.tau * (k + 0.5) / 16
        # Sixteen jewels in the frame.
        x, at = CENTER[0] + (ROUND + 55) * math.cos(turn), CENTER[1] + (ROUND + 55) * math.sin(turn)
        glazing.fit(
            disk(sheet, x, at, 17),
            pearls if k % 2 else np.broadcast_to(AMBER, ring.shape),
            np.zeros_like(cuts),
        )


def _glass(
    sheet: Sheet, glazing: Glazing, numbers: Numbers, color: Picture
) -> tuple[Picture, Plane]:
    """Return the light through the glass, (H, W, 3), and the relief of its surface, (H, W)."""
    count = int(numbers.max()) + 1
    turn = sheet.rng.uniform(0, math.tau, count)[numbers]  # each piece was cut at another angle
    rows, columns = np.mgrid[0 : sheet.height, 0 : sheet.width].astype(np.float32)
    cos, sin = np.cos(turn), np.sin(turn)
    span_y, span_x = sheet.height - 1, sheet.width - 1
    # Mirrored at the borders, so that turned places stay inside the noise.
    u = np.abs((columns * cos + rows * sin) % (2 * span_x) - span_x)
    v = np.abs((rows * cos - columns * sin) % (2 * span_y) - span_y)
    streaks = sample(noise(sheet.shape, sheet.px(26), 4, sheet.rng, stretch=3.4), u, v)
    ripple = sample(noise(sheet.shape, sheet.px(11), 2, sheet.rng, stretch=1.8), u, v)
    # Bubbles in the glass.
    seeds = smoothstep(0.62, 0.8, sample(noise(sheet.shape, sheet.px(6), 1, sheet.rng), v, u))
    # Each piece differs a little.
    batch = jitter(np.full((count, 3), 0.55, np.float32), sheet.rng, light=0.055, hue=0.014) - 0.55
    tint = color + batch[numbers]
    tint = tint * (1 + 0.24 * streaks + 0.1 * ripple)[..., None] + 0.12 * seeds[..., None]
    return as_plane(np.clip(tint, 0, 1)), as_plane(0.5 * ripple + 0.35 * streaks - 0.5 * seeds)


# Numbers without gaps, so that tables of pieces stay small.
def _compact(piece: Numbers) -> Numbers:
    return np.unique(piece, return_inverse=True)[1].reshape(piece.shape).astype(np.int32)


def _leading(sheet: Sheet, piece: Numbers) -> tuple[Plane, Plane]:
    """Return the distance in units to the nearest joint, and half the width of its lead."""
    column, row = nearest_seed(edges(piece), reach=sheet.px(14))
    rows, columns = np.mgrid[0 : sheet.height, 0 : sheet.width]
    far = np.hypot(columns - column, rows - row) / sheet.px(1)
    hand = 2.9 + 0.5 * noise(sheet.shape, sheet.px(40), 2, sheet.rng)
    return as_plane(np.where(column < 0, 40, far)), as_plane(hand)  # -1: no joint near


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Cut and lead the window at twice its size, let light in, and return it reduced."""
    plan = Sheet(width, height, seed)
    empty = np.zeros((*plan.shape, 3), dtype=np.float32)
    glazing = Glazing(empty, np.zeros(plan.shape, np.int32))
    for fit in (_fit_sky, _fit_land, _fit_tree, _fit_frame):
        fit(plan, glazing)
    sheet = Sheet(width * 2, height * 2, seed + 1)
    piece = _compact(np.repeat(np.repeat(glazing.piece, 2, axis=0), 2, axis=1))
    glass, wave = _glass(sheet, glazing, piece, np.clip(resize(glazing.color, sheet.shape), 0, 1))
    far, hand = _leading(sheet, piece)
    lead = smoothstep(0.5, -0.5, far - hand)
    grime = 0.42 * np.exp(-np.clip(far - hand, 0, None) / 3.2)  # dirt along the leads
    glass = as_plane(glass * (1 - grime)[..., None])
    # The round profile of a lead.
    round_lead = np.sqrt(np.clip(1 - (far / (hand + 0.5)) ** 2, 0, 1))
    rough = 0.16 * noise(sheet.shape, sheet.px(8), 3, sheet.rng)
    height_map = blur(
        as_plane(lead * (round_lead + rough) * 2.6 + (1 - lead) * 0.4 * wave), sheet.px(0.5)
    )
    shade, gloss = relief_light(height_map, strength=sheet.px(1.6), gloss=0.55)
    bars = LEAD * (1 + 0.9 * np.clip(shade - 0.8, 0, 1))[..., None]
    lit = light_up(glass, np.clip(shade, 0.6, 1.4), gloss, depth=0.5)
    window = as_plane(
        lit * (1 - lead)[..., None] + (bars + 0.5 * gloss[..., None]) * lead[..., None]
    )
    # Bright glass glows over its lead, as it does in the eye.
    small = resize(window, plan.shape)
    halo = blur(np.clip(small - 0.35, 0, 1), plan.px(9)) + 0.6 * blur(
        np.clip(small - 0.5, 0, 1), plan.px(34)
    )
    # This blend (screen) never exceeds 1.
    return to_image(as_plane(1 - (1 - np.clip(small, 0, 1)) * (1 - 0.5 * np.clip(halo, 0, 1))))
