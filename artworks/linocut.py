"""Linocut: a heron in front of the moon, a reduction print from one block cut three times."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.color import Palette, glaze, hex_color, mix
from artworks.filters import blur, resize, sample, smoothstep
from artworks.finish import to_image
from artworks.flow import Flow, contour_flow, make_flow
from artworks.gouges import Gouge, cut
from artworks.noise import noise
from artworks.outlines import outline
from artworks.paper import deckle, paper_grain
from artworks.shapes import below, disk, lines, polygon, ridge, smooth
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from artworks.shapes import Points

    Stroke = tuple[Points, Sequence[float] | float]

ARTWORK = Artwork(
    slug="linocut",
    title="The Heron Lets the Evening Pass",
    technique="Linocut",
    description="A reduction print: one block cut three times and never to be printed again. "
    "The ridges the gouge left in the sky were kept, because they hum.",
    tags=("linocut", "heron", "bird", "moon", "reeds", "water", "print"),
    palette_note="A roll of apricot to lemon, sea green, blue-black on cream paper.",
    seed=5,
)

PAPER = hex_color("#f6ecd6")
# Inks rolled in bands, from the top of the sheet to the bottom.
ROLL = Palette(("#f0c75e", "#f3b04f", "#ee8a4a", "#e5694a", "#f0a45a", "#efc46c"))
GREEN = Palette(("#256a7c", "#3c8f8c", "#4f9f90", "#2d7c80", "#1f6373"))
DARK = hex_color("#13233f")
MOON, MOON_RADIUS = (410.0, 330.0), 232.0
SHORE = 716.0  # y of the waterline
# The heron, in units.
BODY = outline(
"566,452 536,500 548,556 604,604 676,630 760,668 838,712 800,650 "
"768,596 716,528 652,468 606,440 566,452"
)  # fmt: skip
NECK = outline("600,486 556,466 528,430 534,384 566,348 588,312 580,272 552,246 522,240")
BEAK = outline("536,222 500,232 356,274 440,268 508,262 540,258")
WING = outline(
"604,462 650,478 716,536 776,612 842,714 764,662 690,622 622,580 "
"590,524 604,462"
)  # fmt: skip


@dataclass
class Scene:
    """The masks of the scene, (H, W) in [0, 1], and the direction of the blade in it."""

    heron: Plane
    wing: Plane
    reeds: Plane
    hills: Plane
    water: Plane
    moon: Plane
    light: Plane
    flow: Flow

    def enlarged(self, shape: tuple[int, int]) -> Scene:
        """Return the scene at another size, (rows, columns): shapes are cheaper to draw small."""

        def grown(plane: Plane) -> Plane:
            return np.clip(resize(plane, shape), 0, 1)  # resampling can overshoot

        return Scene(
            grown(self.heron),
            grown(self.wing),
            grown(self.reeds),
            grown(self.hills),
            grown(self.water),
            grown(self.moon),
            grown(self.light),
            make_flow(resize(self.flow.x, shape), resize(self.flow.y, shape)),
        )


def _heron(sheet: Sheet) -> Plane:
    parts: list[Stroke] = [
        (smooth(NECK, 90), np.interp(np.linspace(0, 1, 90), (0, 0.25, 0.5, 0.8, 0.92, 1),
                                     (92, 60, 34, 27, 36, 30)).tolist()),
        (smooth(outline("548,232 600,238 664,268 700,300"), 30), np.linspace(13, 1, 30).tolist()),
        (smooth(((540, 228), (590, 250), (640, 290)), 30), np.linspace(12, 1, 30).tolist()),
        (smooth(((546, 486), (520, 540), (508, 600)), 24), np.linspace(24, 1, 24).tolist()),
        (smooth(((560, 520), (544, 580), (540, 632)), 24), np.linspace(24, 1, 24).tolist()),
        (((640, 606), (634, 668), (628, 700)), [20, 11, 9]),
        (((628, 700), (640, 800), (642, 850)), [13, 8, 8]),
        (((688, 626), (704, 672), (708, 708)), [20, 11, 9]),
        (((708, 708), (690, 800), (686, 838)), [13, 8, 8]),
    ]  # fmt: skip
    drawn = np.maximum(lines(sheet, parts), polygon(sheet, smooth(BODY, 140), BEAK))
    return as_plane(drawn * (1 - disk(sheet, 527, 241, 5)))  # the eye


def _blade(rng: np.random.Generator, x: float, top: float, foot: float) -> Stroke:
    lean = float(rng.normal(0, 52))
    knots = [(x, foot), (x + lean * 0.2, foot + (top - foot) * 0.45), (x + lean, top)]
    if rng.uniform() < 0.4:  # some blades break over
        knots += [(x + lean * 1.7 + math.copysign(16, lean), top + 46)]
    wide = float(rng.uniform(9, 19))
    shape = np.interp(np.linspace(0, 1, 40), (0, 0.5, 1), (wide * 0.7, wide, 0.8))
    return smooth(knots, 40), shape.tolist()


def _reeds(sheet: Sheet) -> Plane:
    rng = sheet.rng
    strokes: list[Stroke] = []
    for low, high, count, tallest in ((-20, 250, 26, 250.0), (840, 1050, 20, 330.0)):
        for _ in range(count):
            x = float(rng.uniform(low, high))
            # 1 at the rim of the sheet, 0 at the inner end, where the reeds are lower.
            inward = (high - x if low < 0 else x - low) / (high - low)
            top = tallest + 380 * (1 - inward) * 0.9 + float(rng.uniform(-60, 110))
            strokes.append(_blade(rng, x, top, 1040))
        for _ in range(4):
            x, top = float(rng.uniform(low + 30, high - 30)), float(rng.uniform(330, 520))
            sway = float(rng.normal(0, 20))
            strokes.append((smooth([(x, 1040), (x + sway * 0.3, 700), (x + sway, top)], 30), 6.0))
            # The head of a cattail.
            strokes.append(([(x + sway, top), (x + sway * 1.2, top - 84)], [25.0, 22.0]))
            strokes.append(([(x + sway * 1.2, top - 84), (x + sway * 1.4, top - 130)], [5.0, 2.0]))
    return lines(sheet, strokes)


def _direct(sheet: Sheet, masks: dict[str, Plane]) -> Flow:
    """Return the direction of the blade: rings in the sky, level in the water, form elsewhere."""
    heron, wing, reeds, hills, water = masks.values()
    x, y = sheet.units()
    drift = noise(sheet.shape, sheet.px(150), 2, sheet.rng)
    ripple = noise(sheet.shape, sheet.px(60), 2, sheet.rng, stretch=3)
    one = np.ones_like(x)
    rings = make_flow(-(y - MOON[1]), x - MOON[0])  # around the moon
    level = make_flow(one, as_plane(0.5 * drift))
    slope = make_flow(one, as_plane(0.7 + 0.9 * drift))
    far = np.hypot(x - MOON[0], y - MOON[1])
    flow = rings.mixed(level, as_plane(0.5 * smoothstep(330, 700, far)))  # level far from it
    flow = flow.mixed(slope, hills).mixed(make_flow(one, as_plane(0.2 * ripple)), water)
    flow = flow.mixed(contour_flow(heron, sheet.px(14)), blur(heron, sheet.px(1)))
    flow = flow.mixed(make_flow(one * 0.72, one * 0.7), wing)  # the feathers lie diagonally
    return flow.mixed(contour_flow(reeds, sheet.px(5)), reeds)


def compose(sheet: Sheet) -> Scene:
    """Return the scene: the place of each shape, and the direction of the blade in it."""
    x, y = sheet.units()
    far = below(sheet, ridge(sheet, 640, 44, 260))
    near = below(sheet, ridge(sheet, 684, 30, 190))
    water = smoothstep(SHORE - 2, SHORE + 2, y)
    hills = as_plane(np.maximum(far * 0.6, near) * (1 - water))
    heron, reeds = _heron(sheet), _reeds(sheet)
    wing = polygon(sheet, smooth(WING, 120))
    moon = disk(sheet, *MOON, MOON_RADIUS)
    deep = (y - SHORE) / (1024 - SHORE)
    sway = 60 * noise(sheet.shape, sheet.px(34), 2, sheet.rng, stretch=5)
    # The moon's path on the water.
    light = np.exp(-(((x - MOON[0] + sway) / (96 + 70 * deep)) ** 2)) * water
    land = as_plane(np.maximum(far, near))
    masks = {"heron": heron, "wing": wing, "reeds": reeds, "hills": land, "water": water}
    flow = _direct(sheet, masks)
    return Scene(heron, wing, reeds, hills, water, moon, as_plane(light), flow)


def _stand(taken: Plane, keep: Plane) -> Plane:
    """Return the surface that still prints: not cut away, or one of the shapes to keep."""
    return as_plane(np.maximum(1 - taken, keep))


def first_cut(sheet: Sheet, scene: Scene) -> Plane:
    """Return the block after the first cut, which clears the moon and its light.

    The cleared places show the white of the paper, with ridges that the blade left.
    """
    x, y = sheet.units()
    far = np.hypot(x - MOON[0], y - MOON[1])
    # Just around the moon.
    ring = smoothstep(MOON_RADIUS + 12, MOON_RADIUS + 24, far) * (1 - scene.water)
    glow = ring * (0.1 + 0.2 * smoothstep(520, 250, far))
    # The moon keeps most of its ridges.
    clear = np.clip(0.34 * scene.moon + glow + 0.62 * scene.light, 0, 1)
    taken = cut(sheet, scene.flow, as_plane(clear), Gouge(9.5, 44, 8))
    face = cut(sheet, scene.flow, as_plane(0.62 * scene.moon), Gouge(9.4, 70, 11), steady=0.9)
    face = face * smoothstep(0.4, 0.6, scene.moon)
    return _stand(as_plane(np.maximum(taken, face)), scene.heron)


def second_cut(sheet: Sheet, scene: Scene) -> Plane:
    """Return the block after the second cut: the sky near the moon and the sparkle are cleared.

    This block prints the sea green.
    """
    x, y = sheet.units()
    far = np.hypot(x - MOON[0], (y - MOON[1]) * 1.05)
    gust = 0.2 * noise(sheet.shape, sheet.px(120), 2, sheet.rng, stretch=2)
    sky = 0.12 + 0.74 * smoothstep(680, 290, far) + gust  # clear near the moon
    sky = np.maximum(sky, 0.8 * smoothstep(520, 640, y))
    water = 0.1 + 0.8 * scene.light + 0.2 * smoothstep(SHORE + 70, SHORE, y) + 0.5 * gust
    clear = sky * (1 - scene.water) + water * scene.water
    clear = np.where(scene.hills > 0.3, 0.35 - 0.3 * scene.hills, clear)  # hills stay green
    clear = np.clip(np.maximum(clear, scene.moon), 0, 1)
    coarse = cut(sheet, scene.flow, as_plane(clear), Gouge(10, 54, 8.4))
    fine = cut(sheet, scene.flow, as_plane(clear * 0.7), Gouge(8, 30, 4.4))
    # The moon is cut out whole.
    taken = np.maximum(np.maximum(coarse, fine), smoothstep(0.5, 0.6, scene.moon))
    return _stand(as_plane(taken), as_plane(np.maximum(scene.heron, scene.reeds * 0.9)))


def _clear_ground(sheet: Sheet, scene: Scene) -> Plane:
    """Return what the third cut removes around the shapes: most, but not night and ripples."""
    x, y = sheet.units()
    far = np.hypot(x - MOON[0], y - MOON[1])
    # The corners stay dark.
    night = 1 - 0.8 * smoothstep(430, 840, far + 0.3 * np.abs(x - 512)) * smoothstep(640, 160, y)
    shade = noise(sheet.shape, sheet.px(46), 2, sheet.rng, stretch=6)
    water = 0.5 + 0.6 * shade - 0.3 * smoothstep(840, 1010, y) + 0.7 * scene.light
    clear = night * (1 - scene.water) + water * scene.water
    clear = np.where(scene.hills > 0.7, 0.5, clear)
    coarse = cut(sheet, scene.flow, as_plane(np.clip(clear, 0, 1)), Gouge(8.4, 50, 8.6))
    again = as_plane(np.clip(clear * 1.4 - 0.66, 0, 1))
    chatter = cut(sheet, scene.flow, again, Gouge(6.4, 34, 5.4))
    return as_plane(np.maximum(np.maximum(coarse, chatter), smoothstep(0.5, 0.6, scene.moon)))


def third_cut(sheet: Sheet, scene: Scene) -> Plane:
    """Return the block after the third cut: only the dark remains.

    The dark is the heron, the reeds, the corners of the night and the ripples.
    """
    taken = _clear_ground(sheet, scene)
    feathers = 0.34 + 0.22 * scene.wing + 0.3 * (1 - blur(scene.heron, sheet.px(7)))
    plumage = as_plane(feathers * scene.heron)
    lit = cut(sheet, scene.flow, plumage, Gouge(8.2, 34, 4.2), steady=0.85)
    # No cut reaches the bird's outline.
    rim = smoothstep(0.52, 0.72, blur(scene.heron, sheet.px(2.4)))
    veins = cut(sheet, scene.flow, as_plane(0.3 * scene.reeds), Gouge(7, 46, 3.0))
    behind = 1 - scene.heron
    shapes = np.maximum(scene.heron * (1 - lit * rim), scene.reeds * (1 - veins) * behind)
    # Around the reeds the block is cleared twice, so that they stand free.
    free = 1 - 0.7 * smoothstep(0.1, 0.5, blur(scene.reeds, sheet.px(3)))
    return as_plane(np.maximum((1 - taken) * behind * free, shapes))


def _print(sheet: Sheet, block: Plane, shift: tuple[float, float], salt: float) -> Plane:
    """Return the ink that one print leaves: shifted, thin in specks, heavier at its edges.

    `shift` is in units; `salt` (0..1) is how thin the ink is in the specks.
    """
    rows, columns = np.mgrid[0 : sheet.height, 0 : sheet.width].astype(np.float32)
    placed = sample(block, columns + sheet.px(shift[0]), rows + sheet.px(shift[1]))
    placed = smoothstep(0.3, 0.7, blur(placed, sheet.px(0.55)))
    orange_peel = noise(sheet.shape, sheet.px(3.2), 2, sheet.rng)
    thin = smoothstep(0.42, 0.8, orange_peel + 0.3 * noise(sheet.shape, sheet.px(90), 3, sheet.rng))
    squeeze = np.clip(placed - blur(placed, sheet.px(2.2)), 0, 1) * 0.3  # pressed to the edge
    return as_plane(placed * (1 - salt * thin) + squeeze)


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Cut and print the block three times at twice its size, then reduce the sheet."""
    sheet = Sheet(width * 2, height * 2, seed)
    _, y = sheet.units()
    scene = compose(Sheet(width, height, seed)).enlarged(sheet.shape)
    grain = paper_grain(sheet, rough=4)
    picture: Picture = mix(PAPER, hex_color("#e3d2ae"), as_plane(grain * 0.45))
    edge = deckle(sheet, margin=20, rough=2.4)
    roll = ROLL.ramp(as_plane(y / 1024 + 0.02 * noise(sheet.shape, sheet.px(300), 2, sheet.rng)))
    green = GREEN.ramp(as_plane(y / 1024))
    pulls = (
        (first_cut(sheet, scene), roll, (1.4, -0.9), 0.4),
        (second_cut(sheet, scene), green, (-1.2, 1.3), 0.5),
        (third_cut(sheet, scene), np.broadcast_to(DARK, picture.shape), (0.0, 0.0), 0.3),
    )
    for block, ink, shift, salt in pulls:  # in the order of printing, from light to dark
        load = _print(sheet, block * edge, shift, salt)
        picture = glaze(mix(picture, ink, as_plane(load * 0.82)), ink, as_plane(load * 0.2))
    return to_image(picture, size=(width, height))
