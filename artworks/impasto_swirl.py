"""Impasto: a harbor at night under a turning sky, in thick strokes that follow the wind."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.brushes import Paint, bristle_brush, draw_strokes, scatter, strokes_along
from artworks.color import Palette, hex_color, jitter, mix, over
from artworks.filters import blur, resize, sample, smoothstep
from artworks.finish import to_image
from artworks.flow import Flow, Vortex, contour_flow, make_flow, trace, vortices
from artworks.noise import line_noise, noise
from artworks.paper import light_up, relief_light
from artworks.shapes import below, disk, polygon, ridge
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from PIL import Image

ARTWORK = Artwork(
    slug="impasto-swirl",
    title="The Harbor Keeps Its Lamps Lit",
    technique="Impasto",
    description="Thousands of thick strokes follow the wind of a restless night, around the moon, "
    "over the hills and down into the harbor, where the lamps are counted again in the water.",
    tags=("impasto", "night", "sea", "swirl", "blue", "expressive"),
    palette_note="Ultramarine, cobalt and viridian against chrome yellow and a little orange.",
    aspect=(4, 3),
    seed=21,
)

SKY = Palette(("#0a1640", "#12307a", "#1f57a8", "#3f8fc4", "#8cc7cf", "#dfe6b8"))
WATER = Palette(("#081233", "#0f2d63", "#1a5a86", "#3c97a3"))
HILLS = Palette(("#07112b", "#0e2547", "#1a4560", "#2f6f70"))
GLOW = Palette(("#2f7fae", "#6fb7b4", "#c9d98f", "#ffdf7e"))
MOON, LAMP, EMBER = hex_color("#ffe79a"), hex_color("#ffc53d"), hex_color("#f07a2a")
HORIZON, SHORE = 520.0, 612.0  # y of the horizon and of the shore
MOON_AT = (792.0, 150.0)
# Spiral arms in the sky as x, y, radius and sense of the turn.
ARMS = ((400.0, 228.0, 120.0, 1.0), (566.0, 316.0, 74.0, -1.0), (160.0, 190.0, 70.0, -1.0))
# Stars as x, y, radius.
STARS = (
    (92, 92, 13), (214, 46, 9), (318, 176, 15), (470, 62, 12), (590, 196, 10),
    (652, 60, 11), (930, 330, 12), (420, 330, 9), (980, 60, 10), (150, 300, 10), (700, 350, 8),
)  # fmt: skip


def _sky_flow(sheet: Sheet) -> Flow:
    px = sheet.px
    eddies = [
        Vortex(px(400), px(228), px(104), 4.2),
        Vortex(px(560), px(316), px(66), -3.4),
        Vortex(px(MOON_AT[0]), px(MOON_AT[1]), px(92), 4.6),
        Vortex(px(150), px(180), px(74), -2.6),
        Vortex(px(930), px(330), px(52), -2.2),
        *(Vortex(px(x), px(y), px(r * 2.1), 2.4) for x, y, r in STARS),
    ]
    x, y = vortices(sheet.shape, eddies)
    swell = noise(sheet.shape, px(330), 2, sheet.rng)
    # A wind to the right carries the eddies.
    return make_flow(as_plane(x + 1.0), as_plane(y + 0.75 * swell))


def _streaks(sheet: Sheet, flow: Flow) -> Plane:
    """Return noise along the flow (line integral convolution, Cabral and Leedom 1993), (H, W).

    The values are in [-1.2, 1.2].
    """
    grain = noise(sheet.shape, sheet.px(26), 2, sheet.rng)
    coarse = max(1, round(sheet.px(3)))  # every third unit is enough: the streaks are smooth
    rows, columns = np.mgrid[0 : sheet.height : coarse, 0 : sheet.width : coarse]
    paths = trace(flow, columns.ravel(), rows.ravel(), step=sheet.px(7), count=22)
    # The mean along a path is similar for all pixels of that path: a streak.
    smeared = as_plane(sample(grain, paths[..., 0], paths[..., 1]).mean(axis=1)).reshape(rows.shape)
    down, across = np.mgrid[0 : sheet.height, 0 : sheet.width] / coarse
    # The mean of 22 samples has little contrast, hence 3.2.
    return as_plane(np.clip(sample(smeared, across, down) * 3.2, -1.2, 1.2))


def _paint_sky(sheet: Sheet, flow: Flow) -> Picture:
    _, y = sheet.units()
    height = np.clip(y / HORIZON, 0, 1)
    tone = 0.2 + 0.34 * height**1.6 + 0.2 * _streaks(sheet, flow)
    for x, y_eye, radius, sense in ARMS:
        across, down = sheet.units()
        far = np.hypot(across - x, down - y_eye) / radius
        turn = np.arctan2(down - y_eye, across - x) * sense
        arm = 0.5 + 0.5 * np.cos(turn * 2 - far * 5.5)  # two arms, wound up outward
        tone = tone + 0.62 * arm**2 * np.exp(-((far - 0.75) ** 2) / 0.5)
    picture = SKY.ramp(as_plane(tone))
    for x, y_star, radius in ((*MOON_AT, 46.0), *STARS):
        across, down = sheet.units()
        far = np.hypot(across - x, down - y_star) / radius
        rings = 0.5 + 0.5 * np.cos(far * 3.4)
        # The light falls off with distance, in rings.
        halo = np.exp(-np.maximum(far - 1, 0) * 0.75) * (0.45 + 0.55 * rings)
        glow = GLOW.ramp(as_plane(np.clip(1.9 - far * 0.62, 0, 1)))
        picture = over(picture, glow, as_plane(np.clip(halo * 1.15, 0, 1)))
        picture = over(picture, MOON, disk(sheet, x, y_star, radius * 0.9, soft=4))
    return over(
        picture, hex_color("#f6b43c"), disk(sheet, MOON_AT[0] + 9, MOON_AT[1] + 4, 22, soft=18)
    )


def _paint_land(sheet: Sheet, picture: Picture) -> tuple[Picture, Plane]:
    across, y = sheet.units()
    land = np.zeros(sheet.shape, dtype=np.float32)
    x = across[0]
    crests = (
        (440 + 60 * np.cos(x / 210 + 0.4), 24, 0.78),
        (488 + 44 * np.sin(x / 160 + 1.0), 18, 0.48),
        (536 + 26 * np.sin(x / 120 + 3.2), 10, 0.2),
    )
    for level, swing, tone in crests:
        skyline = as_plane(level + ridge(sheet, 0, swing, 170))
        mask = below(sheet, skyline, soft=3)
        # Rows of fields along the slope.
        rows = 0.5 + 0.5 * np.sin((y - skyline[None, :]) / 5.5 + 0.02 * across)
        shade = np.clip(tone - (y - skyline[None, :]) / 420 + 0.16 * (rows - 0.5), 0, 1)
        picture = over(picture, HILLS.ramp(as_plane(shade)), mask)
        rim = mask * np.exp(-np.abs(y - skyline[None, :] - 3) / 4)  # the crest catches light
        picture = mix(picture, hex_color("#8fc7b0"), as_plane(rim * 0.55 * tone + rim * 0.1))
        land = np.maximum(land, mask)
    return picture, land


def _houses(sheet: Sheet) -> list[tuple[float, float, float, float]]:
    places = []
    x = 330.0
    while x < 1010:
        wide = float(sheet.rng.uniform(18, 34))
        tall = float(sheet.rng.uniform(18, 40))
        base = SHORE - float(sheet.rng.uniform(-2, 18))
        places.append((x, base, wide, tall))
        x += wide + float(sheet.rng.uniform(-4, 12))  # houses overlap or leave gaps
    return places


def _paint_town(sheet: Sheet, picture: Picture) -> tuple[Picture, list[float]]:
    lamps = []
    for number, (x, base, wide, tall) in enumerate(_houses(sheet)):
        wall = mix(hex_color("#16335c"), hex_color("#4a6f8e"), float(sheet.rng.uniform(0, 1)))
        box = [(x, base), (x, base - tall), (x + wide, base - tall), (x + wide, base)]
        roof = [(x - 4, base - tall), (x + wide / 2, base - tall - 15), (x + wide + 4, base - tall)]
        picture = over(picture, wall, polygon(sheet, box))
        ember = mix(hex_color("#6b2f3a"), hex_color("#c4573a"), float(sheet.rng.uniform(0, 1)))
        picture = over(picture, ember, polygon(sheet, roof))
        if number % 4 != 3:  # three houses in four are lit
            at = x + wide * 0.5
            pane = [
                (at - 4, base - tall + 6),
                (at + 4, base - tall + 6),
                (at + 4, base - tall + 18),
            ]
            pane.append((at - 4, base - tall + 18))
            picture = over(picture, LAMP, polygon(sheet, pane))
            lamps.append(at)
    tower = [(612, 612), (616, 508), (634, 508), (638, 612)]
    spire = [(608, 510), (625, 420), (642, 510)]
    picture = over(picture, hex_color("#3a5f86"), polygon(sheet, tower))
    picture = over(picture, hex_color("#1a2b55"), polygon(sheet, spire))
    return over(picture, LAMP, disk(sheet, 625, 530, 6)), [*lamps, 625.0]


def _paint_water(sheet: Sheet, picture: Picture, lamps: list[float]) -> tuple[Picture, Plane]:
    across, y = sheet.units()
    mask = smoothstep(SHORE - 1, SHORE + 1, y)
    depth = np.clip((y - SHORE) / 156, 0, 1)
    ripple = noise(sheet.shape, sheet.px(11), 3, sheet.rng, stretch=7)
    water = WATER.ramp(as_plane(0.5 - 0.34 * depth + 0.34 * ripple))
    for x in lamps:
        sway = 5 * noise(sheet.shape, sheet.px(18), 1, sheet.rng, stretch=3)
        # A reflection widens toward the viewer.
        beam = np.exp(-(((across - x + sway) / (4.5 + 8 * depth)) ** 2)) * (1 - 0.75 * depth)
        glint = smoothstep(-0.35, 0.25, ripple)  # and is broken by ripples
        water = mix(water, mix(LAMP, EMBER, as_plane(depth)), as_plane(beam * glint * 0.95))
    gleam = np.exp(-(((across - MOON_AT[0]) / (26 + 50 * depth)) ** 2)) * smoothstep(
        0.0, 0.4, ripple
    )
    water = mix(water, MOON, as_plane(gleam * 0.8))
    return over(picture, water, mask), mask


def _cypress(sheet: Sheet) -> Plane:
    mask = np.zeros(sheet.shape, dtype=np.float32)
    for foot, top, wide in ((168.0, 150.0, 62.0), (252.0, 330.0, 40.0), (96.0, 390.0, 44.0)):
        t = np.linspace(0, 1, 60)
        # The tree has the outline of a flame.
        girth = wide * np.sin(np.pi * np.clip(t * 0.93 + 0.06, 0, 1) ** 0.62) ** 0.85
        wave = 14 * np.sin(t * 7 + foot) * t
        rough = line_noise(60, 5, 3, sheet.rng) * 14 * np.sin(np.pi * t)
        y = 790 + (top - 790) * t
        left = np.stack([foot + wave - girth * 0.75 + rough, y], axis=-1)
        right = np.stack([foot + wave + girth * 0.75 + rough[::-1], y], axis=-1)
        mask = np.maximum(mask, polygon(sheet, np.concatenate([left, right[::-1]])))
    return mask


def _compose(sheet: Sheet) -> tuple[Picture, Flow]:
    """Return the picture below the strokes, (H, W, 3), and the direction of the strokes."""
    sky_flow = _sky_flow(sheet)
    picture, land = _paint_land(sheet, _paint_sky(sheet, sky_flow))
    picture, lamps = _paint_town(sheet, picture)
    picture, water = _paint_water(sheet, picture, lamps)
    cypress = _cypress(sheet)
    across, y = sheet.units()
    flame = noise(sheet.shape, sheet.px(30), 3, sheet.rng)
    tree = Palette(("#050d1c", "#0b2a2e", "#1d5140", "#4f7d3a")).ramp(as_plane(0.34 + 0.5 * flame))
    picture = over(picture, tree, cypress)
    form = contour_flow(as_plane(picture.mean(axis=-1)), sheet.px(7))
    level = make_flow(
        np.ones(sheet.shape, np.float32), 0.25 * noise(sheet.shape, sheet.px(60), 2, sheet.rng)
    )
    rising = make_flow(
        as_plane(0.5 * np.sin(y / 34 + across / 23)), np.full(sheet.shape, -1.0, dtype=np.float32)
    )
    flow = sky_flow.mixed(form, blur(land, sheet.px(3)))  # sky outside, form on the land
    flow = flow.mixed(level, as_plane(water * 0.92))
    return picture, flow.mixed(rising, blur(cypress, sheet.px(3)))


def _lay(sheet: Sheet, paint: Paint, under: Picture, flow: Flow) -> None:
    layers = (
        # spacing, length, width, dryness, share of the sheet, thickness
        (24.0, 120.0, 36.0, 0.05, 1.0, 0.9),
        (17.0, 84.0, 23.0, 0.25, 1.0, 1.1),
        (13.0, 64.0, 14.0, 0.3, 0.62, 1.2),
        (8.0, 34.0, 8.0, 0.3, 1.0, 1.2),
    )
    # Detail is where the tone differs from its surroundings.
    tone = as_plane(under.mean(axis=-1))
    detail = np.abs(tone - blur(tone, sheet.px(9)))
    detail = as_plane(np.clip(0.3 + blur(detail, sheet.px(3)) * 14, 0, 1))
    for number, (spacing, long, wide, dry, share, thick) in enumerate(layers):
        brush = bristle_brush(sheet.rng, dry=dry, bristles=5 + wide / 4)
        # The last layer only adds detail.
        density = np.clip(detail * 1.7 - 0.6, 0, 1) if number == 3 else np.full_like(detail, share)
        x, y = scatter(sheet.shape, sheet.px(spacing), sheet.rng, density=as_plane(density))
        color = sample(blur(under, sheet.px(wide / 5)), x, y)
        color = jitter(color, sheet.rng, light=0.05, hue=0.016)
        size = sheet.rng.uniform(0.65, 1.25, len(x))
        busy = 1 - 0.5 * sample(detail, x, y) * (number > 0)  # shorter strokes at details
        strokes = strokes_along(
            flow,
            x,
            y,
            length=sheet.px(long) * size * busy,
            width=sheet.px(wide) * size**0.5,
            color=color,
        )
        draw_strokes(paint, strokes, brush, sheet.rng, streak=0.07, thickness=thick)


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Paint the artwork at twice its size and return it reduced; a seed gives one painting."""
    under, flow = _compose(Sheet(width, height, seed))
    sheet = Sheet(width * 2, height * 2, seed + 1)
    under = np.clip(resize(under, sheet.shape), 0, 1)
    flow = make_flow(resize(flow.x, sheet.shape), resize(flow.y, sheet.shape))
    paint = Paint(under.copy(), np.zeros(sheet.shape, dtype=np.float32))
    _lay(sheet, paint, under, flow)
    # The paint is lit from above on the left, and shines.
    shade, gloss = relief_light(
        blur(paint.relief, sheet.px(0.55)), strength=sheet.px(2.0), toward=-math.pi * 0.7, gloss=0.5
    )
    lit = light_up(paint.color, np.clip(shade, 0.55, 1.35), gloss, depth=0.75)
    return to_image(lit, size=(width, height))
