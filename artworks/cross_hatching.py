"""Cross-hatching: an old bridge and its town, in sepia pen and a light wash on laid paper."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.color import glaze, hex_color, mix
from artworks.filters import blur, resize, sample, smoothstep
from artworks.finish import to_image
from artworks.noise import noise
from artworks.outlines import outline
from artworks.paper import paper_grain
from artworks.pen import LAYERS, Drawing, hatch
from artworks.shapes import below, lines, polygon, ridge, smooth
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from artworks.shapes import Points

    Stroke = tuple[Points, Sequence[float] | float]

ARTWORK = Artwork(
    slug="cross-hatching",
    title="The Bridge That Kept the River Company",
    technique="Pen and ink, cross-hatched",
    description="Three arches, one tower, no straight line anywhere. The shade is counted: one "
    "layer of strokes for dusk, four for the water under the stones.",
    tags=("cross-hatching", "pen", "ink", "bridge", "town", "river", "sepia"),
    palette_note="Sepia ink and a thin wash of umber and slate on laid ivory paper.",
    aspect=(4, 3),
    seed=19,
)

PAPER, INK = hex_color("#f4ead2"), hex_color("#2b1a10")
UMBER, SLATE = hex_color("#c99f68"), hex_color("#9fb0ad")
WATERLINE = 560.0
ARCHES = ((236.0, 78.0), (432.0, 100.0), (636.0, 80.0))  # x of the center, radius


def _sky(sheet: Sheet) -> Drawing:
    x, y = sheet.units()
    # The difference to the cloud 16 units toward the light shows which side is lit.
    cloud = noise(sheet.shape, sheet.px(230), 5, sheet.rng, stretch=2.0, gain=0.55)
    lit = sample(cloud, (x - 16) * sheet.px(1), (y - 16) * sheet.px(1))
    shaded = smoothstep(0.0, 0.4, lit - cloud + 0.1) * smoothstep(-0.05, 0.25, cloud)
    blue = smoothstep(0.06, -0.16, cloud) * (0.2 + 0.34 * smoothstep(420, 0, y))
    swirl = 16 * noise(sheet.shape, sheet.px(120), 2, sheet.rng)
    blank = np.zeros(sheet.shape, dtype=np.float32)
    tone = as_plane(1.02 - 0.42 * shaded - blue)
    # `cool` is 1: the wash of the sky is slate.
    return Drawing(sheet, tone, blank - 0.16, as_plane(swirl), blank + 1, blank)


def _hills(sheet: Sheet, drawing: Drawing) -> None:
    x, y = sheet.units()
    # Hills as y of the skyline, swing, tone and direction of the strokes, from far to near.
    for level, swing, tone, lean in (
        (392, 60, 0.8, 0.3),
        (450, 40, 0.66, -0.35),
        (500, 24, 0.52, 0.5),
    ):
        skyline = ridge(sheet, level, swing, 240)
        lump = noise(sheet.shape, sheet.px(44), 3, sheet.rng)
        depth = y - skyline[None, :]
        shade = (
            tone + 0.24 * lump - 0.1 * smoothstep(0, 20, depth) + 0.3 * smoothstep(60, 150, depth)
        )
        drawing.put(below(sheet, skyline), as_plane(shade), lean, as_plane(14 * lump), cool=0.6)
        # About 200 points.
        path = np.stack([x[0], skyline], axis=-1)[:: max(1, len(skyline) // 200)]
        drawing.outline(path, 1.3)


def _bridge_top(x: Plane | float) -> Plane:
    """Return the y of the parapet in units: a hump over the middle arch."""
    return as_plane(470 - 78 * np.exp(-(((np.asarray(x) - 436) / 210) ** 2)))


def _stones(sheet: Sheet, run: Plane, level: Plane) -> tuple[Plane, Plane, Plane]:
    """Return the tone and the hatching angle of each stone, and the mask of the joints.

    `run` and `level` are the place along the wall and below its top, in units, (H, W).
    """
    course = np.floor(level / 17)  # stones are 17 units high and 31 long
    place = run / 31 + 0.5 * (course % 2) + 0.23 * np.sin(course * 2.7)
    # Prime: few stones share a number.
    number = (course * 57 + np.floor(place)).astype(np.int64) % 997
    tones = sheet.rng.uniform(-0.16, 0.16, 997).astype(np.float32)
    turns = sheet.rng.choice([-0.5, -0.2, 0.15, 0.5, 0.95], 997).astype(np.float32)
    # The distance in units to the nearest joint.
    edge = np.minimum(
        np.abs(place - np.round(place)) * 31, np.abs(level / 17 - np.round(level / 17)) * 17
    )
    return tones[number], turns[number], smoothstep(1.3, 0.7, edge)


def _bridge(sheet: Sheet, drawing: Drawing) -> None:
    x, y = sheet.units()
    top = _bridge_top(x)
    wobble = 2.2 * noise(sheet.shape, sheet.px(70), 2, sheet.rng)
    body = (
        smoothstep(-1, 1, y - top)
        * (y < WATERLINE + 4)
        * smoothstep(60, 62, x)
        * smoothstep(822, 820, x)
    )
    tone, turn, joint = _stones(sheet, x + wobble, y - top + wobble)
    shade = 0.72 + tone + 0.1 * smoothstep(60, 0, y - top) - 0.16 * smoothstep(470, 560, y)
    shade = np.where(y - top < 15, 0.93, shade)  # the top stones are light
    shade = np.where((y - top > 15) & (y - top < 23), 0.4, shade)  # and throw a shadow
    drawing.put(as_plane(body), as_plane(shade * (1 - 0.5 * joint)), turn, cool=0.0)
    for cx, radius in ARCHES:
        far = np.hypot(x - cx, (y - WATERLINE) * 1.02)
        ring = (far < radius + 19) & (y < WATERLINE + 4)  # the wedge stones of the arch
        angle = np.arctan2(y - WATERLINE, x - cx)
        wedge = np.abs((angle * 14 / math.pi) - np.round(angle * 14 / math.pi)) * radius * 0.22
        drawing.put(as_plane(ring), as_plane(np.where(wedge < 1.2, 0.35, 0.9)), as_plane(angle))
        # The bridge is seen from one side, so the opening shows a part of its dark inner face.
        hole = (far < radius) & (y < WATERLINE + 4)
        inner = np.hypot(x - cx + 30, (y - WATERLINE) * 1.05) < radius - 6
        drawing.put(as_plane(hole & ~inner), 0.2, as_plane(angle + math.pi / 2))
        drawing.put(
            as_plane(hole & inner), as_plane(0.95 - 0.25 * smoothstep(500, 558, y)), 0.05, cool=0.8
        )
        turns = np.linspace(math.pi, 2 * math.pi, 60)  # the upper half of a circle
        for grown in (0.0, 19.0):
            ring_at = [
                (cx + (radius + grown) * math.cos(t), WATERLINE + (radius + grown) * math.sin(t))
                for t in turns
            ]
            drawing.outline(ring_at, 2.0)
        _pier(sheet, drawing, cx + radius + 15)
    xs = np.linspace(60, 822, 90)
    for drop in (0.0, 15.0, 23.0):
        drawing.outline(np.stack([xs, _bridge_top(xs) + drop], axis=-1), 2.0)


def _pier(sheet: Sheet, drawing: Drawing, x: float) -> None:
    across, _ = sheet.units()
    points = [
        (x - 16, WATERLINE + 12),
        (x - 16, 506),
        (x, 486),
        (x + 16, 506),
        (x + 16, WATERLINE + 12),
    ]
    drawing.put(polygon(sheet, points), as_plane(np.where(across < x, 0.88, 0.36)), 0.06)
    drawing.outline([*points, points[0]], 1.8)
    drawing.outline([(x, 486), (x, WATERLINE + 12)], 1.5)


def _house(
    sheet: Sheet, drawing: Drawing, box: tuple[float, float, float, float], *, tower: bool = False
) -> None:
    """Draw a house, lit from the left, in a box of left, top, right and bottom in units."""
    left, top, right, foot = box
    rng = sheet.rng
    _, y = sheet.units()
    # The corner between front and side.
    turn = left + (right - left) * float(rng.uniform(0.55, 0.72))
    peak, rise = (left + turn) / 2, (turn - left) * (1.5 if tower else 0.62)
    front = [(left, foot), (left, top), (peak, top - rise), (turn, top), (turn, foot)]
    side = [(turn, foot), (turn, top), (right, top), (right, foot)]
    roof = [
        (peak, top - rise),
        (turn + 3, top + 3),
        (right + 4, top + 3),
        (right - (turn - peak) * 0.7, top - rise),
    ]
    if tower:
        roof = [(peak, top - rise), (turn, top), (right, top)]
    light = float(rng.uniform(0.84, 0.98))
    plaster = 0.08 * noise(sheet.shape, sheet.px(30), 3, sheet.rng)
    tiles = np.abs(((y - top) / 7) % 1 - 0.5) < 0.14  # rows of roof tiles
    faces = (  # points, tone, direction of the strokes
        (front, light + plaster, 1.45),
        (side, 0.42 + plaster, float(rng.choice([1.5, 0.12]))),
        (roof, 0.5 - 0.3 * tiles, 1.15),
    )
    for points, tone, along in faces:
        drawing.put(polygon(sheet, points), as_plane(tone), along)
    for points, _, _ in faces:
        drawing.outline([*points, points[0]], 1.7)
    panes = [
        [(x, row), (x + 8, row), (x + 8, row + 14), (x, row + 14)]
        for row in np.arange(top + 12, foot - 16, 30)
        for x in (*np.arange(left + 9, turn - 9, 20), *np.arange(turn + 7, right - 8, 20))
    ]
    drawing.put(polygon(sheet, *panes), 0.08, 0.8)
    for pane in panes:
        drawing.outline([*pane, pane[0]], 1.2)


def _town(sheet: Sheet, drawing: Drawing) -> None:
    _house(sheet, drawing, (846, 216, 906, 470), tower=True)
    for box in (
        (744, 376, 830, 470), (906, 336, 990, 470), (700, 412, 764, 480), (812, 400, 886, 520),
        (968, 386, 1050, 540), (884, 428, 964, 560), (780, 460, 852, 566), (946, 476, 1040, 584),
    ):  # fmt: skip
        _house(sheet, drawing, box)
    bank = outline("700,584 800,552 1040,566 1040,700 900,640")
    lump = noise(sheet.shape, sheet.px(40), 3, sheet.rng)
    drawing.put(
        polygon(sheet, smooth(bank, 60)), as_plane(0.58 + 0.35 * lump), 0.3, as_plane(10 * lump)
    )


def _water(sheet: Sheet, drawing: Drawing) -> None:
    """Draw the river: a mirrored image of the scene above it, broken by level strokes."""
    x, y = sheet.units()
    deep = np.clip((y - WATERLINE) / 208, 0, 1)
    ripple = noise(sheet.shape, sheet.px(34), 3, sheet.rng, stretch=6)
    unit = sheet.px(1)
    mirrored = sample(
        blur(drawing.tone, sheet.px(2)),
        (x + 10 * ripple) * unit,
        (2 * WATERLINE - y * 1.0 + ripple * 12) * unit,  # y is mirrored at the waterline
    )
    tone = 0.12 + 0.8 * mirrored - 0.1 * deep + 0.34 * ripple
    drawing.put(
        smoothstep(WATERLINE - 1, WATERLINE + 1, y),
        as_plane(tone),
        0.0,
        as_plane(7 * ripple),
        cool=1.0,
    )


def _tree(sheet: Sheet, drawing: Drawing) -> None:
    across, y = sheet.units()
    lump = noise(sheet.shape, sheet.px(84), 4, sheet.rng, gain=0.62)
    # As in the clouds: the leaves toward the light are brighter.
    lit = sample(lump, (across - 10) * sheet.px(1), (y - 12) * sheet.px(1))
    curl = 30 * noise(sheet.shape, sheet.px(46), 1, sheet.rng)
    curl = curl + 9 * noise(sheet.shape, sheet.px(17), 1, sheet.rng)
    trunk = smooth(outline("96,790 84,640 98,500 80,360 96,220"), 60)
    limbs: list[Stroke] = [
        # The trunk is widest at its root.
        (trunk, np.interp(np.linspace(0, 1, 60), (0, 0.15, 1), (104, 70, 36)).tolist()),
        (smooth([(90, 400), (150, 320), (240, 268)], 30), np.linspace(30, 8, 30).tolist()),
        (smooth([(86, 470), (40, 400), (-10, 360)], 30), np.linspace(34, 12, 30).tolist()),
    ]
    wood = lines(sheet, limbs)
    side = (across - 92) / 36  # -1..1 across the trunk
    bark = noise(sheet.shape, sheet.px(16), 2, sheet.rng)
    drawing.put(wood, as_plane(0.62 - 0.42 * side + 0.3 * bark), 0.35, as_plane(16 * side**2))
    # Masses of leaves as x, y, half width and half height.
    for cx, cy, wide, tall in (
        (110, 110, 300, 150),
        (20, 300, 140, 90),
        (260, 236, 120, 62),
        (330, 60, 130, 70),
    ):
        far = np.hypot((across - cx) / wide, (y - cy) / tall)
        leaf = smoothstep(-0.02, 0.02, 1 - far + 0.5 * lump)
        shade = (
            0.42
            + 1.1 * (lump - lit)
            + 0.2 * lump
            - 0.36 * (y - cy) / tall
            - 0.16 * (across - cx) / wide
        )
        drawing.put(leaf, as_plane(np.clip(shade, 0.06, 1.0)), 0.6, as_plane(curl))


def _bank(sheet: Sheet, drawing: Drawing) -> None:
    _, y = sheet.units()
    lump = noise(sheet.shape, sheet.px(60), 3, sheet.rng)
    near = smooth(outline("-20,640 120,660 260,712 420,742 560,790"), 60)
    mask = polygon(sheet, [*near, (-20, 800)])
    drawing.put(
        mask, as_plane(0.55 + 0.4 * lump - 0.2 * smoothstep(690, 768, y)), 0.9, as_plane(20 * lump)
    )
    rng = sheet.rng
    for _ in range(420):
        x = float(rng.uniform(-10, 560))
        ground = float(np.interp(x, near[:, 0], near[:, 1])) + float(rng.uniform(-2, 70)) ** 1.0
        tall, lean = float(rng.uniform(16, 46)), float(rng.normal(4, 9))
        blade = smooth(
            [(x, ground), (x + lean * 0.3, ground - tall * 0.6), (x + lean, ground - tall)], 8
        )
        drawing.pending.append((blade, np.linspace(2.4, 0.7, 8).tolist()))


def compose(sheet: Sheet) -> Drawing:
    """Return the whole drawing as planes, before the pen draws it."""
    drawing = _sky(sheet)
    _hills(sheet, drawing)
    _bridge(sheet, drawing)
    _town(sheet, drawing)
    _water(sheet, drawing)
    _tree(sheet, drawing)
    _bank(sheet, drawing)
    drawing.draw_pending()
    return drawing


def _wash(sheet: Sheet, drawing: Drawing) -> Picture:
    """Return the laid paper, (H, W, 3), under thin washes of umber and slate with hard edges."""
    _, y = sheet.units()
    grain = paper_grain(sheet, rough=4)
    laid = 0.5 + 0.5 * np.sin(y * (2 * math.pi / 4.2))  # the lines of the paper mold
    picture: Picture = mix(PAPER, hex_color("#dcc79c"), as_plane(0.36 * grain + 0.12 * laid))
    pool = noise(sheet.shape, sheet.px(110), 5, sheet.rng)
    dark = 0.86 - blur(drawing.tone, sheet.px(4)) + 0.16 * pool
    for level in (0.12, 0.34, 0.56):  # darker places get more washes
        wash = smoothstep(level - 0.025, level + 0.025, dark)
        rim = np.clip(wash - blur(wash, sheet.px(3)), 0, 1)  # pigment dries at the edge
        load = wash * (0.36 + 0.16 * pool) + 0.35 * rim + 0.06 * grain * wash
        picture = glaze(picture, UMBER, as_plane(load * (1 - 0.8 * drawing.cool)))
        picture = glaze(picture, SLATE, as_plane(load * 0.95 * drawing.cool))
    return picture


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Draw the sheet at twice its size, then reduce it; the same seed gives the same drawing."""
    # The forms need no more pixels; the pen strokes do.
    drawing = compose(Sheet(width, height, seed))
    sheet = Sheet(width * 2, height * 2, seed + 1)
    tone, along, bow, cool, contour = (
        resize(plane, sheet.shape)
        for plane in (drawing.tone, drawing.along, drawing.bow, drawing.cool, drawing.contour)
    )
    large = Drawing(sheet, np.clip(tone, 0, 1), along, bow, np.clip(cool, 0, 1), contour)
    flow_of_ink = 0.9 + 0.2 * noise(sheet.shape, sheet.px(30), 3, sheet.rng)
    ink = np.clip(contour, 0, 1)
    for layer in LAYERS:
        ink = np.maximum(ink, hatch(sheet, large, layer))
    picture = _wash(sheet, large)
    return to_image(mix(picture, INK, as_plane(ink * flow_of_ink)), size=(width, height))
