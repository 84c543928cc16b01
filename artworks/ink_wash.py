"""Ink wash: peaks in mist, pines and a boat, on rice paper with a red seal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.brushes import Paint, bristle_brush, draw_strokes, round_brush, scatter, strokes_along
from artworks.color import glaze, hex_color, mix
from artworks.filters import blur, sample, smoothstep
from artworks.finish import to_image
from artworks.flow import make_flow
from artworks.noise import noise, ridges, warp
from artworks.paper import paper_grain
from artworks.shapes import below, disk, line, lines, polygon, ridge
from artworks.sheet import Plane, Sheet, as_plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from artworks.shapes import Points

ARTWORK = Artwork(
    slug="ink-wash",
    title="Three Peaks and a Boat That Waits",
    technique="Ink wash",
    description="Five breaths of diluted ink make the distance; a dry brush makes the rock. What "
    "was left unpainted is mist.",
    tags=("ink", "mountains", "mist", "pines", "monochrome", "calm"),
    palette_note="Warm and blue-black ink on rice paper, a pale sun, one vermilion seal.",
    aspect=(3, 4),
    seed=5,
)

PAPER, INK, FAR_INK = hex_color("#f1e8d6"), hex_color("#2b2a2c"), hex_color("#4b5663")
SUN, SEAL = hex_color("#d9633f"), hex_color("#b8281c")
Peaks = tuple[tuple[float, float, float], ...]
"""Summits as x, height above the range and half width, in units."""

RANGES: tuple[tuple[float, float, float, Peaks], ...] = (
    # y of the range, ink, units the wash reaches down, summits; from far to near
    (500, 0.30, 190, ((90, 150, 60), (250, 240, 50), (330, 160, 60), (640, 110, 90))),
    (610, 0.50, 210, ((180, 250, 60), (460, 180, 70), (585, 370, 62), (680, 280, 46))),
    (720, 0.80, 230, ((40, 300, 84), (150, 190, 60), (722, 350, 74), (560, 150, 60))),
    (850, 1.05, 220, ((-20, 280, 100), (104, 170, 60), (800, 290, 110))),
)


def _skyline(sheet: Sheet, level: float, peaks: Peaks) -> Plane:
    x = sheet.units()[0][0]
    rise = np.zeros_like(x)
    for at, height, wide in peaks:
        lean = (x - at) / wide
        # The higher summit wins.
        rise = np.maximum(rise, height * np.exp(-(np.abs(lean) ** 2.3) * 0.9))
    crag = ridge(sheet, 0, 1, 70, octaves=6, gain=0.58)
    return as_plane(level - rise + crag * (9 + 0.13 * rise))  # high rock is rougher


def _soak(sheet: Sheet, mask: Plane, ink: Plane | float, *, edge: float = 0.5) -> Plane:
    """Return the ink of a wash inside a mask, (H, W): uneven, and darker at its dried rim."""
    pool = 0.78 + 0.34 * noise(sheet.shape, sheet.px(120), 4, sheet.rng)
    inner = blur(mask, sheet.px(4))
    rim = np.clip(mask - inner, 0, 1) * edge * 2.2
    return as_plane(mask * ink * np.clip(pool, 0.2, 1.6) + rim * ink)


def _cun(sheet: Sheet, skyline: Plane, ink: float, reach: float) -> Plane:
    """Return the ink of dry texture strokes down the faces of a mountain (cun), (H, W)."""
    _, y = sheet.units()
    run = noise(sheet.shape, sheet.px(60), 3, sheet.rng)
    # The slope of the skyline.
    slant = as_plane(np.gradient(blur(skyline[None, :], sheet.px(12))[0]) / (1 / sheet.px(1)))
    # Strokes run down, and away from the summit on both sides.
    flow = make_flow(
        as_plane(0.9 * run - 0.35 * np.sign(slant)[None, :]), np.full(sheet.shape, 1, np.float32)
    )
    depth = y - skyline[None, :]
    # Less ink toward the mist.
    fade = np.exp(-np.clip(depth, 0, None) / (reach * 0.75)) * (depth > 1)
    # Strokes gather in folds.
    folds = smoothstep(0.35, 0.9, ridges(sheet.shape, sheet.px(90), 4, sheet.rng))
    # The ink is painted as a gray picture, so that the brushes can be used.
    layer = Paint(np.zeros((*sheet.shape, 3), np.float32), np.zeros(sheet.shape, np.float32))
    for spacing, long, wide, dry in ((9.0, 62.0, 11.0, 0.8), (6.0, 34.0, 5.0, 0.7)):
        brush = bristle_brush(sheet.rng, dry=dry, bristles=7)
        density = as_plane(np.clip(fade * (0.12 + 0.88 * folds), 0, 1))
        x, at = scatter(sheet.shape, sheet.px(spacing), sheet.rng, density=density)
        tone = sheet.rng.uniform(0.25, 1.0, len(x)).astype(np.float32) * ink
        tone = tone * sample(as_plane(np.sqrt(fade)), x, at)
        size = sheet.rng.uniform(0.6, 1.3, len(x)) * sheet.px(1)
        strokes = strokes_along(
            flow, x, at, length=long * size, width=wide * size, color=np.repeat(tone[:, None], 3, 1)
        )
        draw_strokes(layer, strokes, brush, sheet.rng, opacity=0.75, streak=0.15)
    return as_plane(np.clip(layer.color[..., 0], 0, None) * (depth > -2))


def _moss(sheet: Sheet, skyline: Plane, ink: float) -> Plane:
    """Return the ink of dots that represent trees along a crest, (H, W)."""
    _, y = sheet.units()
    depth = y - skyline[None, :]
    clumps = noise(sheet.shape, sheet.px(60), 2, sheet.rng)
    # A band about 6 units below the crest.
    density = np.exp(-np.abs(depth - 6) / 6) * smoothstep(0.0, 0.3, clumps) * (depth > 3) * 0.5
    x, at = scatter(sheet.shape, sheet.px(5), sheet.rng, density=as_plane(density))
    layer = Paint(np.zeros((*sheet.shape, 3), np.float32), np.zeros(sheet.shape, np.float32))
    size = sheet.rng.uniform(0.5, 1.3, len(x)) * sheet.px(1)
    tone = np.full((len(x), 3), 1.25 * ink, dtype=np.float32)
    level = make_flow(np.ones(sheet.shape, np.float32), np.zeros(sheet.shape, np.float32))
    strokes = strokes_along(level, x, at, length=8 * size, width=5 * size, color=tone)
    draw_strokes(layer, strokes, round_brush(sheet.rng), sheet.rng, opacity=0.8)
    return as_plane(layer.color[..., 0])


def _mountains(sheet: Sheet) -> tuple[Plane, Plane]:
    """Return the bluish ink of the far ranges and the warm ink of the near ones, (H, W) each."""
    _, y = sheet.units()
    far, near = np.zeros(sheet.shape, np.float32), np.zeros(sheet.shape, np.float32)
    for number, (level, ink, reach, peaks) in enumerate(RANGES):
        skyline = _skyline(sheet, level, peaks)
        mask = below(sheet, skyline, soft=1.6 + 2.5 * (3 - number) ** 0.5)
        depth = np.clip(y - skyline[None, :], 0, None)
        mist = noise(sheet.shape, sheet.px(260), 3, sheet.rng, stretch=2.5)
        fade = np.exp(-((depth / (reach * (1 + 0.5 * mist))) ** 1.5))  # the wash fades into mist
        fade = fade * smoothstep(level + 34, level - 96, y + 46 * mist)
        # A nearer range hides the parts behind its rock, but not those behind its mist.
        hides = mask * np.clip(fade * 1.4, 0, 1)
        wash = _soak(sheet, mask, as_plane(ink * 0.62 * fade), edge=0.5)
        rock = wash + (
            (0.8 * _cun(sheet, skyline, ink, reach) + _moss(sheet, skyline, ink)) * np.sqrt(fade)
            if number
            else 0
        )
        far = as_plane(far * (1 - 0.85 * hides) + (rock if number < 2 else 0))
        near = as_plane(near * (1 - 0.85 * hides) + (rock if number >= 2 else 0))
    return far, near


def _pine(sheet: Sheet, x: float, foot: float, tall: float, lean: float) -> Plane:
    """Return the ink of a pine, (H, W): a crooked trunk, level boughs, and fans of needles.

    `x`, `foot` and `tall` are in units; `lean` is the shift of the top as a share of the height.
    """
    rng = sheet.rng
    t = np.linspace(0, 1, 14)
    bow = lean * tall * t**1.5 + tall * 0.035 * np.sin(t * 9 + x)
    trunk = np.stack([x + bow, foot - tall * t], axis=-1)
    paths: list[tuple[Points, Sequence[float] | float]] = [  # thinner upward
        (trunk, [float(w) for w in tall * 0.052 * (1 - 0.8 * t)])
    ]
    needles: list[tuple[Points, Sequence[float] | float]] = []
    for i in range(4, 14):
        side = 1 if i % 2 else -1  # boughs turn left and right
        long = tall * float(rng.uniform(0.18, 0.34)) * (1.25 - 0.6 * t[i])
        start = trunk[i]
        end = start + np.array([side * long, tall * float(rng.uniform(-0.06, 0.03))])
        elbow = (start + end) / 2 + np.array([0, -tall * 0.025])
        paths.append(([tuple(start), tuple(elbow), tuple(end)], [tall * 0.018, tall * 0.012, 1.2]))
        for share in np.linspace(0.25, 1.08, 7):
            tuft = start + (end - start) * share + rng.normal(0, tall * 0.01, 2)
            for angle in rng.uniform(-math.pi * 0.97, -math.pi * 0.03, 15):  # needles point up
                reach = tall * float(rng.uniform(0.03, 0.055))
                tip = tuft + reach * np.array([math.cos(angle) * 1.3, math.sin(angle) * 0.8])
                needles.append(([tuple(tuft), tuple(tip)], [1.5, 0.6]))
    wood, fans = lines(sheet, paths), lines(sheet, needles)
    bark = 0.7 + 0.6 * noise(sheet.shape, sheet.px(7), 2, rng)
    haze = blur(fans, sheet.px(6)) * 0.5  # many needles blur into a tone
    return as_plane(wood * np.clip(bark, 0.2, 1.3) * 1.5 + fans * 1.35 + haze)


def _foreground(sheet: Sheet) -> Plane:
    """Return the ink of the near bank, with rocks, pines, the boat and the birds, (H, W)."""
    _, y = sheet.units()
    bank = as_plane(_skyline(sheet, 985, ((640, 70, 120), (770, 140, 110), (60, 20, 90))))
    mask = below(sheet, bank, soft=2)
    depth = np.clip(y - bank[None, :], 0, None)
    ink = _soak(sheet, mask, as_plane(0.55 + 0.8 * np.exp(-depth / 30)), edge=0.8)
    ink = as_plane(ink + 1.1 * _cun(sheet, bank, 1.5, 110))
    for x, foot, tall, lean in (
        (668.0, 925.0, 300.0, -0.16),
        (730.0, 880.0, 210.0, 0.1),
        (604.0, 945.0, 150.0, -0.3),
    ):
        ink = as_plane(ink * 0.96 + _pine(sheet, x, foot, tall, lean))
    ink += 1.4 * _boat(sheet, 250, 905)
    flock = [
        (132.0, 180.0, 15.0),
        (168.0, 160.0, 12.0),
        (196.0, 190.0, 10.0),
        (104.0, 150.0, 9.0),
        (230.0, 168.0, 8.0),
    ]
    birds: list[tuple[Points, Sequence[float] | float]] = []
    for x, at, span in flock:
        wing = [(x - span, at - span * 0.35), (x - span * 0.4, at - span * 0.5), (x, at)]
        wing += [(x + span * 0.45, at - span * 0.6), (x + span, at - span * 0.3)]
        birds.append((wing, [0.6, 2.2, 1.6, 2.2, 0.6]))
    return as_plane(ink + 1.2 * lines(sheet, birds))


def _boat(sheet: Sheet, x: float, y: float) -> Plane:
    hull = [
        (x - 62, y - 8),
        (x - 40, y + 2),
        (x + 34, y + 3),
        (x + 66, y - 12),
        (x + 40, y + 9),
        (x - 36, y + 9),
    ]
    roof = [(x - 22, y), (x - 18, y - 16), (x, y - 22), (x + 18, y - 16), (x + 22, y)]
    man = [(x + 36, y + 2), (x + 38, y - 22), (x + 44, y - 28), (x + 50, y - 20), (x + 50, y + 1)]
    hat = [(x + 32, y - 26), (x + 44, y - 37), (x + 56, y - 26)]
    pole = line(sheet, [(x + 70, y + 34), (x + 46, y - 14), (x + 34, y - 60)], 1.6)
    # The hull's reflection.
    shade = blur(polygon(sheet, [(px, 2 * y + 18 - py) for px, py in hull]), sheet.px(3)) * 0.35
    return as_plane(
        0.9 * polygon(sheet, hull, man, hat) + 0.55 * polygon(sheet, roof) + pole + shade
    )


def _water(sheet: Sheet) -> Plane:
    _, y = sheet.units()
    flow = make_flow(np.ones(sheet.shape, np.float32), np.zeros(sheet.shape, np.float32))
    layer = Paint(np.zeros((*sheet.shape, 3), np.float32), np.zeros(sheet.shape, np.float32))
    brush = bristle_brush(sheet.rng, dry=0.75, bristles=8)
    # Bare paper between the strokes is light on the water.
    lake = as_plane(
        smoothstep(800, 850, y)
        * (0.25 + 0.75 * (noise(sheet.shape, sheet.px(120), 2, sheet.rng, stretch=3) > 0.0))
    )
    for spacing, long, wide, most in ((26.0, 260.0, 26.0, 0.22), (15.0, 110.0, 5.0, 0.5)):
        x, at = scatter(sheet.shape, sheet.px(spacing), sheet.rng, density=lake)
        tone = sheet.rng.uniform(0.05, most, len(x)).astype(np.float32)
        size = sheet.rng.uniform(0.5, 1.3, len(x)) * sheet.px(1)
        strokes = strokes_along(
            flow, x, at, length=long * size, width=wide * size, color=np.repeat(tone[:, None], 3, 1)
        )
        draw_strokes(layer, strokes, brush, sheet.rng, opacity=0.8, streak=0.05)
    return as_plane(np.clip(layer.color[..., 0], 0, None))


def _sky(sheet: Sheet) -> Plane:
    """Return the ink of a broad wet brush across the sky, (H, W)."""
    _, y = sheet.units()
    bands = noise(sheet.shape, sheet.px(90), 4, sheet.rng, stretch=6)
    cloud = noise(sheet.shape, sheet.px(240), 4, sheet.rng, stretch=1.7)
    rim = np.exp(-((cloud / 0.05) ** 2)) * 0.1  # a cloud's dried edge
    return as_plane(
        (0.05 + 0.09 * bands + 0.16 * smoothstep(-0.1, 0.5, cloud) + rim) * smoothstep(620, 120, y)
    )


def _seal(sheet: Sheet) -> Plane:
    """Return the mask of a square seal: a mountain over waves, cut out of the stone."""
    x, y, side = 82.0, 872.0, 58.0
    stone = polygon(
        sheet, [(x, y + 2), (x + side, y), (x + side + 1, y + side), (x + 1, y + side + 1)]
    )
    cut = [
        (
            [
                (x + 8, y + 34),
                (x + 20, y + 16),
                (x + 28, y + 26),
                (x + 39, y + 9),
                (x + 51, y + 34),
            ],
            4.0,
        ),
        (
            [
                (x + 8, y + 43),
                (x + 19, y + 39),
                (x + 30, y + 44),
                (x + 41, y + 39),
                (x + 51, y + 43),
            ],
            3.4,
        ),
        (
            [
                (x + 8, y + 51),
                (x + 19, y + 47),
                (x + 30, y + 52),
                (x + 41, y + 47),
                (x + 51, y + 51),
            ],
            3.4,
        ),
    ]
    # Worn places take less color.
    worn = smoothstep(-0.75, -0.35, noise(sheet.shape, sheet.px(7), 3, sheet.rng))
    return as_plane(
        warp(stone * (1 - lines(sheet, cut)), sheet.px(1.2), sheet.px(9), sheet.rng)
        * (0.35 + 0.65 * worn)
    )


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Paint the artwork; the same seed gives the same painting."""
    sheet = Sheet(width, height, seed)
    grain = paper_grain(sheet, rough=6)
    fibers = noise(sheet.shape, sheet.px(9), 2, sheet.rng, stretch=5)
    stain = noise(sheet.shape, sheet.px(380), 3, sheet.rng)
    picture = mix(PAPER, hex_color("#dfcfae"), as_plane(0.12 + 0.3 * stain + 0.1 * fibers))
    # Pigment settles in the pits of the paper, so a wash looks grainy.
    pits = as_plane(np.clip(1.25 - 0.5 * grain + 0.12 * fibers, 0.4, 1.6))
    sun = warp(disk(sheet, 420, 200, 62, soft=3), sheet.px(3), sheet.px(50), sheet.rng)
    picture = glaze(
        picture,
        SUN,
        as_plane(_soak(sheet, sun, 0.62, edge=1.2) * pits * smoothstep(300, 200, sheet.units()[1])),
    )
    far, near = _mountains(sheet)
    bled = warp(far, sheet.px(2.5), sheet.px(18), sheet.rng)  # ink runs along the fibers
    picture = glaze(picture, FAR_INK, as_plane((bled + _sky(sheet) + 0.4 * _water(sheet)) * pits))
    picture = glaze(picture, INK, as_plane((near * 1.0 + 0.5 * _water(sheet)) * pits))
    picture = glaze(picture, INK, as_plane(_foreground(sheet) * (0.55 + 0.45 * pits)))
    picture = mix(picture, SEAL, as_plane(_seal(sheet) * 0.94))
    return to_image(as_plane(picture * (0.985 + 0.03 * grain[..., None])))
