"""Pointillism: a river bank at noon, in dots of pure color."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.brushes import Paint, draw_strokes, round_brush, scatter, strokes_along
from artworks.color import Palette, hex_color, jitter, mix, over, to_oklab
from artworks.filters import blur, resize, sample, smoothstep
from artworks.finish import to_image
from artworks.flow import Flow, contour_flow, make_flow
from artworks.noise import noise
from artworks.paper import canvas_weave, light_up, relief_light
from artworks.shapes import below, disk, line, lines, polygon, ridge
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from PIL import Image

    from artworks.color import Colors

ARTWORK = Artwork(
    slug="pointillism",
    title="Noon, Counted in Dots",
    technique="Pointillism",
    description="A river bank in midsummer. No color is mixed on the palette: each dot is laid "
    "beside its complement, and the heat does the blending.",
    tags=("pointillism", "river", "summer", "trees", "figures", "bright"),
    palette_note="Fourteen pure tints: lemon to orange lights, violet and ultramarine shadows.",
    aspect=(4, 3),
    seed=11,
)

PIGMENTS = Palette(
    (
        "#fdf6df", "#fbe58a", "#f6c22f", "#ef8b2c", "#d9502f", "#e68fa3", "#b4528f", "#5c3f8f",
        "#2b3a8c", "#2f69b5", "#79b6dc", "#bfe0e2", "#1f8a86", "#2d7f45", "#7fb24a", "#c3d45e",
        "#1c2f4f", "#17452f", "#f3c9a5",
    )
)  # fmt: skip
GRASS = Palette(("#28306f", "#2b6a5c", "#7ba548", "#d3cf5c", "#fae79a"))
LEAVES = Palette(("#2a2b66", "#1f5560", "#4b8a45", "#b3c24a", "#f6dc72"))
RIVER = Palette(("#2a5fa3", "#5d9fce", "#9fcfe0", "#e4eee2"))
WATERLINE = 318.0
# The edge of the bank along the water.
BANK = ((1024, 338), (900, 350), (760, 386), (600, 446), (470, 520), (330, 640), (250, 768))


def _paint_sky(sheet: Sheet) -> Picture:
    _, y = sheet.units()
    sky = Palette(("#5f9fd6", "#9cc9e6", "#d8e8e0", "#fae9c4")).ramp(as_plane(y / WATERLINE))
    clouds = noise(sheet.shape, sheet.px(190), 4, sheet.rng, stretch=2.6)
    puff = smoothstep(0.08, 0.5, clouds) * smoothstep(300, 120, y)
    return mix(sky, hex_color("#fff3e2"), as_plane(puff * 0.9))


def _paint_far_bank(sheet: Sheet, picture: Picture) -> Picture:
    _, y = sheet.units()
    light = noise(sheet.shape, sheet.px(26), 3, sheet.rng)
    hills = below(sheet, ridge(sheet, 258, 22, 300), soft=3)
    picture = over(picture, mix(hex_color("#8fa9cf"), hex_color("#b9c7cf"), light + 0.5), hills)
    woods = below(sheet, ridge(sheet, 286, 24, 60, octaves=4), soft=3)
    shade = 0.55 + 0.3 * light - (y - 270) / 130  # darker toward the water
    return over(picture, LEAVES.ramp(as_plane(shade)), woods)


def _paint_poplars(sheet: Sheet, picture: Picture) -> Picture:
    across, y = sheet.units()
    for x in (470.0, 510.0, 546.0, 588.0, 620.0, 664.0):
        tall = float(sheet.rng.uniform(110, 170))
        t = np.clip((y - (WATERLINE - tall)) / tall, 0, 1)
        girth = 17 * np.sin(np.pi * t**0.7) + 3  # pointed at the top
        rough = 7 * noise(sheet.shape, sheet.px(16), 2, sheet.rng)
        # A soft, rough edge.
        mask = smoothstep(2, -2, np.abs(across - x) - girth - rough) * smoothstep(0, 0.03, t)
        mask = mask * (y < WATERLINE)
        # Light comes from the left.
        shade = 0.5 - (across - x) / 48 + 0.2 * noise(sheet.shape, sheet.px(14), 2, sheet.rng)
        picture = over(picture, LEAVES.ramp(as_plane(shade)), as_plane(mask))
    return picture


def _sails(sheet: Sheet, picture: Picture) -> Picture:
    for x, foot, tall in ((150.0, 350.0, 118.0), (312.0, 330.0, 70.0), (392.0, 324.0, 46.0)):
        main = [(x, foot - 6), (x + 2, foot - tall), (x + tall * 0.5, foot - 10)]
        jib = [(x - 5, foot - 8), (x - 2, foot - tall * 0.84), (x - tall * 0.3, foot - 8)]
        hull = [
            (x - tall * 0.34, foot - 7),
            (x + tall * 0.52, foot - 8),
            (x + tall * 0.4, foot + 3),
        ]
        hull.append((x - tall * 0.24, foot + 3))
        picture = over(picture, hex_color("#fff4dc"), polygon(sheet, main))
        picture = over(picture, hex_color("#f3c9a5"), polygon(sheet, jib))
        picture = over(picture, hex_color("#8a3547"), polygon(sheet, hull))
    return picture


def _paint_river(sheet: Sheet, picture: Picture) -> Picture:
    """Return the picture with the part above the waterline mirrored in moving water."""
    across, y = sheet.units()
    depth = np.clip((y - WATERLINE) / (768 - WATERLINE), 0, 1)
    ripple = noise(sheet.shape, sheet.px(20), 3, sheet.rng, stretch=6)
    # Ripples grow toward the viewer.
    mirror_y = (2 * WATERLINE + 16 - y) + ripple * (5 + 16 * depth)
    mirrored = sample(picture, across * sheet.px(1) + ripple * sheet.px(6), mirror_y * sheet.px(1))
    water = RIVER.ramp(as_plane(0.62 - 0.5 * depth + 0.3 * ripple))
    water = mix(water, mirrored, as_plane(0.72 - 0.5 * depth))  # the far water mirrors most
    spark = smoothstep(0.42, 0.75, ripple) * (0.4 + depth)
    water = mix(water, hex_color("#fff2c0"), as_plane(spark * 0.8))
    return over(picture, water, smoothstep(WATERLINE - 1, WATERLINE + 2, y))


def _paint_bank(sheet: Sheet, picture: Picture) -> Picture:
    across, y = sheet.units()
    meadow = blur(polygon(sheet, [*BANK, (1030, 768)]), sheet.px(2))
    light = noise(sheet.shape, sheet.px(80), 4, sheet.rng, stretch=2)
    shade = 0.74 + 0.2 * light
    foreground = smoothstep(640, 720, y + 0.05 * across + 26 * light)  # the shade in front
    # The shade of the tree.
    canopy = smoothstep(-0.1, 0.3, light + 0.9 - np.hypot((across - 850) / 230, (y - 600) / 62))
    shade = shade - 0.54 * np.maximum(foreground, canopy)
    picture = over(picture, GRASS.ramp(as_plane(shade)), meadow)
    sand = line(sheet, BANK, [3, 4, 6, 9, 13, 18, 22])
    return over(picture, hex_color("#f2d7a0"), blur(sand, sheet.px(2)) * 0.85)


def _paint_tree(sheet: Sheet, picture: Picture) -> Picture:
    across, y = sheet.units()
    trunk = [(872, 606), (858, 500), (862, 380), (842, 270), (846, 120)]
    limbs = [
        (trunk, [46, 32, 28, 24, 18]),
        ([(856, 330), (770, 240), (700, 190)], [16, 11, 5]),
        ([(848, 300), (930, 220), (990, 150)], [17, 12, 6]),
    ]
    bark = mix(hex_color("#3a2f5c"), hex_color("#b5793f"), as_plane((880 - across) / 60 - 0.1))
    picture = over(picture, bark, lines(sheet, limbs))
    lump = noise(sheet.shape, sheet.px(120), 4, sheet.rng, gain=0.6)
    for x, top, wide, tall in ((850, 70, 300, 170), (690, 150, 150, 84), (985, 150, 130, 110)):
        far = np.hypot((across - x) / wide, (y - top) / tall)
        mask = smoothstep(-0.06, 0.06, 1 - far + 0.42 * lump)
        shade = 0.42 + 0.42 * lump - (y - top) / tall * 0.28 - (across - x) / wide * 0.2
        picture = over(picture, LEAVES.ramp(as_plane(shade)), mask)
    return picture


def _walker(x: float, foot: float, tall: float) -> tuple[list[tuple[float, float]], ...]:
    """Return the outlines of skirt, jacket and parasol of a walking figure, as points in units."""
    waist, neck = foot - tall * 0.52, foot - tall * 0.84
    skirt = [(x - tall * 0.2, foot), (x - tall * 0.07, waist), (x + tall * 0.07, waist)]
    skirt += [(x + tall * 0.15, foot - tall * 0.2), (x + tall * 0.19, foot)]
    jacket = [(x - tall * 0.08, waist), (x - tall * 0.09, neck), (x + tall * 0.07, neck)]
    jacket += [(x + tall * 0.1, waist + 2)]
    turns = np.linspace(np.pi, 2 * np.pi, 14)
    shade = [
        (
            x - tall * 0.06 + tall * 0.36 * float(np.cos(a)),
            neck - tall * 0.1 + tall * 0.26 * float(np.sin(a)),
        )
        for a in turns
    ]
    return skirt, jacket, shade


def _paint_figures(sheet: Sheet, picture: Picture) -> Picture:
    walkers = (
        (640.0, 566.0, 150.0, "#5c3f8f", "#2b3a8c", "#d9502f"),
        (716.0, 556.0, 128.0, "#e68fa3", "#fdf6df", "#1f8a86"),
        (796.0, 424.0, 62.0, "#fdf6df", "#79b6dc", "#e68fa3"),
        (936.0, 400.0, 48.0, "#2b3a8c", "#1c2f4f", "#fdf6df"),
    )
    for x, foot, tall, dress, coat, silk in walkers:
        cast = [  # the shadow on the grass
            (x + tall * 0.2, foot - 2),
            (x - tall * 0.15, foot + 4),
            (x - tall * 0.75, foot + tall * 0.2),
        ]
        cast.append((x - tall * 0.4, foot + tall * 0.06))
        picture = mix(picture, hex_color("#1d3f52"), 0.8 * polygon(sheet, cast))
        skirt, jacket, parasol = _walker(x, foot, tall)
        picture = over(picture, hex_color(dress), polygon(sheet, skirt))
        # The skirt squeezed to its right side, where the light falls.
        lit = polygon(sheet, [(px * 0.35 + (x + tall * 0.13) * 0.65, py) for px, py in skirt])
        picture = mix(picture, hex_color("#f3c9a5"), 0.45 * lit)
        picture = over(picture, hex_color(coat), polygon(sheet, jacket))
        picture = over(
            picture, hex_color("#f0b48a"), disk(sheet, x, foot - tall * 0.91, tall * 0.07)
        )
        pole = line(
            sheet, [(x + tall * 0.07, foot - tall * 0.6), (x - tall * 0.06, foot - tall)], 2
        )
        picture = over(picture, hex_color("#3a2f5c"), pole)
        picture = over(picture, hex_color(silk), polygon(sheet, parasol))
        bright = polygon(sheet, [(px + tall * 0.08, py - 1) for px, py in parasol[5:11]])
        picture = mix(picture, hex_color("#fff0c0"), 0.6 * bright)
    return picture


def _compose(sheet: Sheet) -> tuple[Picture, Flow]:
    picture = _paint_poplars(sheet, _paint_far_bank(sheet, _paint_sky(sheet)))
    picture = _paint_bank(sheet, _paint_river(sheet, _sails(sheet, picture)))
    picture = _paint_figures(sheet, _paint_tree(sheet, picture))
    form = contour_flow(as_plane(picture.mean(axis=-1)), sheet.px(10))
    level = make_flow(np.ones(sheet.shape, np.float32), np.zeros(sheet.shape, np.float32))
    return picture, form.mixed(level, 0.3)


def _divide(colors: Colors, sheet: Sheet, heat: float) -> Colors:
    """Return a pure pigment for each color, (N, 3), so that neighbors have the color as mean.

    A nearer pigment is more likely; `heat` (OKLab) is how far away a chosen pigment may be.
    """
    apart = to_oklab(colors)[:, None, :] - to_oklab(PIGMENTS.colors)[None]  # (N, 19, 3)
    cost = (apart**2 * np.array([1.6, 1.0, 1.0])).sum(axis=-1)
    # The largest of values with Gumbel noise is a random choice with the weights of a softmax.
    lot = sheet.rng.gumbel(0, 1, cost.shape)
    return as_plane(PIGMENTS.colors[np.argmax(lot - cost / (2 * heat**2), axis=1)])


def _dot(sheet: Sheet, paint: Paint, under: Picture, flow: Flow) -> None:
    tone = as_plane(under.mean(axis=-1))
    fine = blur(as_plane(np.abs(tone - blur(tone, sheet.px(7)))), sheet.px(3))  # 1 near edges
    fine = as_plane(np.clip(fine * 16 - 0.15, 0, 1))
    brush = round_brush(sheet.rng, softness=0.3)
    layers = (
        # spacing, width, heat, share of pure pigment, only at details
        (11.0, 17.0, 0.05, 0.3, False),
        (8.4, 10.5, 0.075, 0.75, False),
        (7.4, 7.8, 0.088, 0.95, False),
        (5.6, 5.6, 0.06, 0.75, True),
    )
    for spacing, wide, heat, pure, only_fine in layers:
        density: Plane = fine if only_fine else np.ones_like(fine)
        x, y = scatter(sheet.shape, sheet.px(spacing), sheet.rng, density=density)
        local = sample(blur(under, sheet.px(wide / 6)), x, y)  # (N, 3)
        color = mix(local, _divide(local, sheet, heat), pure)
        color = jitter(color, sheet.rng, light=0.018, hue=0.008)
        size = sheet.rng.uniform(0.75, 1.2, len(x)) * sheet.px(wide)
        long = size * sheet.rng.uniform(1.0, 1.45, len(x))
        strokes = strokes_along(flow, x, y, length=long, width=size, color=color)
        draw_strokes(paint, strokes, brush, sheet.rng, streak=0.03)


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Paint the artwork at twice its size and return it reduced; a seed gives one painting."""
    under, flow = _compose(Sheet(width, height, seed))
    sheet = Sheet(width * 2, height * 2, seed + 1)
    under = np.clip(resize(under, sheet.shape), 0, 1)
    flow = make_flow(resize(flow.x, sheet.shape), resize(flow.y, sheet.shape))
    weave = canvas_weave(sheet)
    ground = over(under, hex_color("#efe3c8"), 0.45) * (0.9 + 0.12 * weave[..., None])
    paint = Paint(as_plane(ground), as_plane(weave * 0.3))
    _dot(sheet, paint, under, flow)
    shade, gloss = relief_light(
        blur(paint.relief, sheet.px(0.5)), strength=sheet.px(0.4), gloss=0.1
    )
    return to_image(light_up(paint.color, shade, gloss, depth=0.7), size=(width, height))
