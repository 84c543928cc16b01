"""Art deco night: a liner arrives under searchlights, sprayed in steps of color."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.color import Palette, glaze, hex_color, mix, over
from artworks.filters import blur, resize, smoothstep
from artworks.finish import to_image
from artworks.noise import noise
from artworks.outlines import outline
from artworks.paper import paper_grain
from artworks.shapes import disk, lines, polygon, smooth
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from artworks.color import Colors
    from artworks.shapes import Points

    Stroke = tuple[Points, Sequence[float] | float]

ARTWORK = Artwork(
    slug="art-deco-night",
    title="Arrival, with Searchlights",
    technique="Art deco poster (airbrush and gold)",
    description="A liner leans out of the dark and the whole city stands up to look. Sprayed "
    "through stencils, one step of blue at a time; the gold went on last.",
    tags=("art deco", "city", "night", "ship", "poster", "gold", "sea"),
    palette_note="Midnight, petrol and jade, ivory and old gold, a red line at the water.",
    seed=29,
)

NIGHT = Palette(("#0b1226", "#122243", "#1a3a5c", "#24586f", "#3d7d80", "#86a98d", "#dcc78c"))
SEA = Palette(("#08101f", "#0f2238", "#173b50", "#2a6069", "#6f9c8c", "#e2cf96"))
TOWER = Palette(("#0a1020", "#14233d", "#27425c", "#4e7178", "#a59c74", "#e8cd8a"))
GOLD, IVORY, RED, INK = (hex_color(name) for name in ("#e3b85a", "#f7ebcd", "#b5352b", "#080d1a"))
MOON = (512.0, 356.0, 250.0)  # x, y, radius
QUAY = 716.0  # y of the foot of the city
# Towers as x, width and y of the roof.
FAR = (
    (60, 90, 440),
    (190, 84, 380),
    (318, 74, 450),
    (706, 74, 440),
    (838, 90, 390),
    (962, 84, 450),
)
NEAR = (
    (8, 120, 500), (118, 128, 330), (238, 112, 470), (336, 92, 560), (688, 92, 560),
    (790, 114, 452), (906, 130, 300), (1018, 120, 480),
)  # fmt: skip


def _spray(sheet: Sheet, amount: float) -> Plane:
    """Return the speckle of an airbrush, (H, W): normal noise of deviation `amount`."""
    return as_plane(amount * sheet.rng.normal(0, 1, sheet.shape))


def flat_steps(value: Plane, count: int, soft: float) -> Plane:
    """Return the value (0..1) in `count` flat steps; `soft` shades each toward the next."""
    place = np.clip(value, 0, 1) * count
    step = np.floor(place)
    return as_plane((step + soft * (place - step) ** 2) / count)  # in [0, 1]


def _paint_sky(sheet: Sheet) -> Picture:
    x, y = sheet.units()
    far = np.hypot(x - MOON[0], y - MOON[1])
    glow = 1.02 - np.clip((far - MOON[2]) / 560, 0, 1) ** 0.75  # brightest at the moon's rim
    picture = NIGHT.ramp(flat_steps(as_plane(glow * 0.86), 8, 0.75) + _spray(sheet, 0.022))
    picture = _beams(sheet, picture)
    # Steps from the moon's middle to its rim.
    rim = flat_steps(as_plane((far / MOON[2]) ** 2), 5, 0.8)
    moon = mix(IVORY, hex_color("#eabf62"), as_plane(rim * 0.95 + _spray(sheet, 0.05)))
    moon = mix(
        moon, hex_color("#d98a4e"), as_plane(smoothstep(330, 620, y) * 0.6 + _spray(sheet, 0.03))
    )
    picture = over(picture, moon, disk(sheet, *MOON))
    ring = np.abs(far - MOON[2] - 13) < 2.2  # a thin ring 13 units outside the moon
    return over(picture, GOLD, blur(as_plane(ring), 0.6) * 0.9)


def _beams(sheet: Sheet, picture: Picture) -> Picture:
    """Return the sky with searchlights from behind the city, with gold edges."""
    x, y = sheet.units()
    # Beams as x at the quay, and lean and half width for each unit of height.
    for root, lean, wide in (
        (120, -0.30, 0.06),
        (250, 0.36, 0.05),
        (392, -0.52, 0.055),
        (640, 0.55, 0.05),
        (784, -0.34, 0.055),
        (900, 0.26, 0.06),
    ):
        rise = np.clip(QUAY - y, 1, None)
        place = ((x - root) / rise - lean) / wide  # -1..1 across the beam
        inside = smoothstep(1.02, 0.98, np.abs(place))
        fade = 0.16 + 0.4 * smoothstep(800, 0, rise)  # weaker far from the lamp
        lift = 0.5 + 0.5 * (place + 1) / 2
        light = as_plane(inside * fade * lift + inside * _spray(sheet, 0.02))
        picture = mix(picture, hex_color("#e9dca4"), light)
        edge = smoothstep(0.05, 0.01, np.abs(np.abs(place) - 1)) * smoothstep(900, 60, rise) * 0.7
        picture = over(picture, GOLD, as_plane(edge))
    stars: list[Stroke] = []
    for _ in range(90):
        sx, sy = float(sheet.rng.uniform(0, 1024)), float(sheet.rng.uniform(0, 330))
        size = float(sheet.rng.uniform(1.2, 3.4))
        if sheet.rng.uniform() < 0.16:  # about one star in six has rays
            stars.append(([(sx - 9, sy), (sx, sy), (sx + 9, sy)], [0.5, 2.6, 0.5]))
            stars.append(([(sx, sy - 13), (sx, sy), (sx, sy + 13)], [0.5, 2.6, 0.5]))
        stars.append(([(sx, sy)], size))
    return over(picture, IVORY, lines(sheet, stars) * 0.9)


def _rect(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def setbacks(wide: float, top: float, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Return the stages of a tower as half width, top and foot (y), from the ground up."""
    stages, half, level = [], wide * 0.5, QUAY
    count = int(rng.integers(3, 6))  # 3 to 5 stages
    # Lower stages tend to be taller.
    heights = np.cumsum(rng.dirichlet(np.linspace(3.2, 1.0, count))) * (QUAY - top)
    for high in heights:
        stages.append((half, QUAY - float(high), level))
        level = QUAY - float(high)
        half *= float(rng.uniform(0.64, 0.84))
    return stages


@dataclass
class Row:
    """One row of towers as planes: their mask, their tone, their lit windows and their gold."""

    cover: Plane
    tone: Plane
    panes: Plane
    gold: Plane


def raise_tower(sheet: Sheet, row: Row, x: float, *, wide: float, top: float, depth: float) -> None:
    """Add a stepped tower to the row, in place; the face toward the moon is lit.

    `x`, `wide` and `top` (y) are in units; `depth` 1 is far and pale, 0 is near.
    """
    across, y = sheet.units()
    rng = sheet.rng
    toward = 1.0 if x < MOON[0] else -1.0
    gold: list[Stroke] = []
    panes = []
    for half, high, foot in setbacks(wide, top, rng):
        block = np.clip((half - np.abs(across - x)) * sheet.px(1) + 0.5, 0, 1)  # 1 px soft edge
        block = as_plane(block * np.clip((y - high) * sheet.px(1) + 0.5, 0, 1) * (y < foot + 1))
        fall = np.clip((y - high) / (QUAY - high + 1), 0, 1)
        lit = smoothstep(-0.5, 0.5, toward * (across - x) + half * 0.24)
        flutes = 0.06 * np.sign(np.sin((across - x) / half * 14))  # fine vertical grooves
        tone = lit * (0.74 - 0.42 * fall + flutes) + (1 - lit) * (0.34 - 0.26 * fall)
        tone = flat_steps(as_plane(tone * (1 - 0.25 * depth) + 0.16 * depth), 9, 0.8)
        row.tone = as_plane(row.tone * (1 - block) + tone * block)
        row.cover = np.maximum(row.cover, block)
        # The new stage hides what is behind it.
        row.panes, row.gold = row.panes * (1 - block), row.gold * (1 - block)
        gold.append(([(x - half, high), (x + half, high)], 2.4))
        panes += _windows(x, half, high, foot, share=0.62 - 0.3 * depth, rng=rng)
    spire = float(rng.uniform(30, 80)) * (wide / 120)
    gold.append(([(x, top), (x, top - spire)], [4.0, 1.0]))
    for side in (-16, -8, 8, 16):
        rise = abs(side)
        curve = smooth(
            [(x + side, top), (x + side * 0.4, top - rise * 0.9), (x, top - rise * 1.5)], 12
        )
        gold.append((curve, 2.0))
    if panes:
        row.panes = np.maximum(row.panes, polygon(sheet, *panes))
    row.gold = np.maximum(row.gold, lines(sheet, gold))


def _windows(
    x: float, half: float, top: float, foot: float, *, share: float, rng: np.random.Generator
) -> list[list[tuple[float, float]]]:
    """Return the lit windows of a stage: of most columns, and of a `share` of the rows."""
    columns = max(2, int(half / 7))
    panes = []
    for column in range(columns):
        at = x - half + (column + 0.5) * 2 * half / columns
        if rng.uniform() < 0.22:
            continue
        levels = [float(row) for row in np.arange(top + 14, foot - 4, 15) if rng.uniform() < share]
        panes += [_rect(at - 2.4, level, at + 2.4, level + 8) for level in levels]
    return panes


def _paint_city(sheet: Sheet, picture: Picture) -> Picture:
    y = sheet.units()[1]
    for depth, towers in ((1.0, FAR), (0.0, NEAR)):
        row = Row(*(np.zeros(sheet.shape, dtype=np.float32) for _ in range(4)))
        for x, wide, top in towers:
            raise_tower(sheet, row, x, wide=wide, top=top, depth=depth)
        face = TOWER.ramp(as_plane(row.tone + _spray(sheet, 0.025)))
        picture = over(picture, face, row.cover)
        warm = mix(GOLD, hex_color("#fff0c0"), as_plane(0.5 + _spray(sheet, 0.2)))
        picture = over(picture, warm, as_plane(row.panes * (0.92 - 0.4 * depth)))
        picture = over(picture, GOLD, as_plane(row.gold * (1 - 0.4 * depth)))
        # Stronger over the far row.
        haze = smoothstep(420, QUAY, y) * (0.34 if depth else 0.18) * (y < QUAY)
        mist = as_plane(haze * (1 + _spray(sheet, 0.3)))
        picture = mix(picture, hex_color("#5f8d86"), mist)
    return picture


def _paint_sea(sheet: Sheet, picture: Picture) -> Picture:
    """Return the picture with a harbor of fans: rows of stepped arcs, bright in the moon's path."""
    x, y = sheet.units()
    tone = np.zeros(sheet.shape, dtype=np.float32)
    arc_edge = np.zeros(sheet.shape, dtype=np.float32)
    level, size, odd = QUAY + 10.0, 34.0, 0
    while level < 1120:
        place = (x - 512) / (2 * size) + 0.5 * odd  # odd rows are shifted by half a fan
        center = 512 + (np.round(place) - 0.5 * odd) * 2 * size
        far = np.hypot(x - center, (y - level) * 1.55) / size  # 1.55 flattens the arcs
        fan = far < 1
        rings = 1 - far
        tone = np.where(fan, 0.16 + 0.5 * flat_steps(as_plane(rings), 4, 0.6) + 0.05 * odd, tone)
        arc_edge = np.where(fan, smoothstep(0.07, 0.02, np.abs(rings - 0.04)), arc_edge)
        level += size * 0.44
        size *= 1.075  # rows grow toward the viewer
        odd = 1 - odd
    path = np.exp(-(((x - MOON[0]) / (190 + 0.35 * (y - QUAY))) ** 2))  # the moon's path widens
    shade = as_plane((0.35 + 0.75 * path) * tone + 0.2 * path + _spray(sheet, 0.02))
    sea = SEA.ramp(shade)
    sea = mix(sea, GOLD, as_plane(arc_edge * (0.22 + 0.6 * path)))
    sea = mix(sea, INK, as_plane(0.45 * smoothstep(0, 1, (y - 860) / 200)))
    return over(picture, sea, smoothstep(QUAY - 0.5, QUAY + 0.5, y))


def _ship_half(side: float) -> list[tuple[float, float]]:
    """Return the outline of one half of the bow, seen from the front; `side` is -1 or 1."""
    flare = smooth(outline("0,560 96,556 176,540 150,690 96,850 40,968 0,990"), 60)
    return [(512 + side * float(px), float(py)) for px, py in flare]


def _paint_funnels(sheet: Sheet, picture: Picture) -> Picture:
    across, y = sheet.units()
    # Half width, top, foot.
    decks = ((118, 500, 566), (96, 462, 502), (76, 430, 464), (56, 404, 432))
    for half, top, foot in decks:
        shade = (across - 512) / half
        tone = flat_steps(
            as_plane(0.96 - 0.62 * smoothstep(-0.1, 1.0, shade) - 0.1 * (y - top) / 50), 7, 0.7
        )
        color = mix(hex_color("#2c4257"), IVORY, tone + _spray(sheet, 0.03))
        picture = over(picture, color, polygon(sheet, _rect(512 - half, top, 512 + half, foot)))
        lamps = [
            _rect(at - 4, top + 10, at + 4, top + 19)
            for at in np.arange(512 - half + 12, 512 + half - 4, 15.6)
        ]
        picture = over(picture, hex_color("#16283c"), polygon(sheet, *lamps))
        picture = over(picture, GOLD, polygon(sheet, *lamps[::2]) * 0.95)
        picture = over(
            picture, INK, lines(sheet, [([(512 - half - 8, top), (512 + half + 8, top)], 4.0)])
        )
    funnel = outline("470,404 476,286 548,286 554,404")
    tone = flat_steps(as_plane(smoothstep(462, 562, across)), 6, 0.8) + _spray(sheet, 0.03)
    picture = over(
        picture, mix(hex_color("#d9503b"), hex_color("#4a1017"), tone), polygon(sheet, funnel)
    )
    picture = over(picture, INK, polygon(sheet, outline("475,312 476,280 548,280 549,312")))
    picture = over(picture, IVORY, polygon(sheet, outline("474,332 474,322 550,322 550,332")) * 0.9)
    masts: list[Stroke] = [([(512, 286), (512, 176)], [5.0, 2.0])]
    masts += [([(512, 190), (512 + s * 170, 545)], 1.3) for s in (-1, 1)]
    return over(picture, INK, lines(sheet, masts))


def _paint_hull(sheet: Sheet, picture: Picture) -> Picture:
    across, y = sheet.units()
    for side in (-1.0, 1.0):
        reach = (across - 512) * side / 176  # 0 at the stem, 1 at the side
        lit = 0.5 if side < 0 else 0.12  # the light comes from the left
        tone = lit + 0.42 * reach - 0.24 * smoothstep(560, 960, y) + (0.1 if side < 0 else 0.0)
        tone = flat_steps(as_plane(tone), 9, 0.75) + _spray(sheet, 0.02)
        hull = TOWER.ramp(as_plane(tone * 0.95))
        hull = over(hull, RED * (1.0 if side < 0 else 0.6), smoothstep(828, 831, y + 10 * reach))
        hull = over(
            hull,
            IVORY * (1.0 if side < 0 else 0.62),
            as_plane((np.abs(y + 10 * reach - 827) < 4) * 0.95),
        )
        hull = over(
            hull, IVORY * (1.0 if side < 0 else 0.62), as_plane((y + 8 * reach < 578) * 0.92)
        )
        picture = over(picture, hull, polygon(sheet, _ship_half(side)))
    stem: list[Stroke] = [
        (smooth([(512, 556), (512, 700), (512, 990)], 40), np.linspace(7, 3, 40).tolist()),
        (_ship_half(-1.0)[12:55], 2.6), (_ship_half(1.0)[12:55], 2.6),
    ]  # fmt: skip
    picture = over(picture, GOLD, lines(sheet, stem))
    ports = [
        ([(512 + s * px, py)], 7.0)
        for s in (-1, 1)
        for py in (620, 650)
        for px in (52, 78, 104, 128)
    ]
    picture = over(picture, hex_color("#ffe9a8"), lines(sheet, ports))
    anchors: list[Stroke] = [([(512 + s * 62, 690), (512 + s * 56, 728)], 6.0) for s in (-1, 1)]
    anchors += [
        (smooth([(512 + s * 40, 716), (512 + s * 56, 734), (512 + s * 76, 720)], 12), 6.0)
        for s in (-1, 1)
    ]
    return over(picture, INK, lines(sheet, anchors))


def _paint_wake(sheet: Sheet, picture: Picture) -> Picture:
    """Return the picture with the bow wave: sprayed plumes that part in curls, step by step."""
    for step in range(6):
        share = step / 5
        plumes = []
        for side in (-1, 1):
            reach, lift = 330 - 44 * step, 128 - 17 * step  # each step is smaller and paler
            crest = [
                (512, 874 + 16 * step),
                (512 + side * 60, 906 - lift * 0.2),
                (512 + side * reach * 0.55, 956 - lift * 0.5),
                (512 + side * reach, 1000 - lift * 0.2),
                (512 + side * reach * 1.15, 1050),
                (512, 1060),
            ]
            plumes.append(smooth(crest, 70))
        color: Colors = mix(
            hex_color("#1c4a5c"), IVORY, as_plane(share * 0.92 + _spray(sheet, 0.05))
        )
        picture = over(picture, color, polygon(sheet, *plumes))
        picture = over(picture, GOLD, lines(sheet, [(p[:52], 1.8) for p in plumes]) * 0.8)
    return picture


def _paint_gulls(sheet: Sheet, picture: Picture) -> Picture:
    gulls: list[Stroke] = []
    for x, y, span in (
        (214, 596, 46),
        (282, 640, 34),
        (770, 612, 42),
        (846, 660, 30),
        (160, 672, 26),
        (716, 668, 24),
    ):
        wing = smooth(
            [
                (x - span, y - span * 0.2),
                (x - span * 0.45, y - span * 0.42),
                (x, y),
                (x + span * 0.5, y - span * 0.4),
                (x + span, y - span * 0.12),
            ],
            30,
        )
        # The wings are thick in the middle.
        gulls.append((wing, (np.sin(np.linspace(0, math.pi, 30)) * 6 + 0.8).tolist()))
    return over(picture, IVORY, lines(sheet, gulls))


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Spray the poster and return it on its paper; the same seed gives the same print."""
    sheet = Sheet(width, height, seed)
    picture = _paint_city(sheet, _paint_sky(sheet))
    picture = _paint_sea(sheet, picture)
    picture = _paint_hull(sheet, _paint_funnels(sheet, picture))
    picture = _paint_gulls(sheet, _paint_wake(sheet, picture))
    # The paper needs twice the pixels for its fine grain.
    large = Sheet(width * 2, height * 2, seed + 1)
    picture = resize(picture, large.shape)
    grain = paper_grain(large, rough=3.2)
    fleck = smoothstep(0.35, 0.8, noise(large.shape, large.px(2.4), 2, large.rng))
    picture = mix(picture, hex_color("#e9d9ac"), as_plane(0.1 * fleck))
    dusk = 0.18 * noise(large.shape, large.px(240), 3, large.rng) + 0.24 * (grain - 0.5)
    picture = glaze(picture, hex_color("#7f7a86"), as_plane(np.maximum(dusk, 0)))
    return to_image(picture, size=(width, height))
