"""Risograph: a harbor town in three inks, screened, misregistered and grainy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.color import hex_color, mix
from artworks.filters import resize, sample, smoothstep
from artworks.finish import to_image
from artworks.noise import noise
from artworks.paper import paper_grain
from artworks.shapes import below, disk, lines, polygon, ridge, smooth
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from PIL import Image

ARTWORK = Artwork(
    slug="risograph",
    title="Ferry Town, Third Ink",
    technique="Risograph",
    description="Teal, fluorescent coral and yellow, one drum at a time. Where two inks meet, the "
    "town gets a color nobody bought.",
    tags=("risograph", "halftone", "town", "sea", "sun", "print", "graphic"),
    palette_note="Teal, fluorescent coral and yellow on warm white, with their overprints.",
    seed=31,
)

PAPER = hex_color("#f8f1e1")
TEAL, CORAL, YELLOW = hex_color("#007d8a"), hex_color("#ff4f5e"), hex_color("#ffd21f")
SUN = (330.0, 300.0, 168.0)  # x, y, radius
SEA_LINE = 560.0


@dataclass
class Plates:
    """The tone of each ink, (H, W) in [0, 1]."""

    teal: Plane
    coral: Plane
    yellow: Plane

    def lay(
        self, mask: Plane, teal: Plane | float, coral: Plane | float, yellow: Plane | float
    ) -> None:
        """Set the three tones under a mask, in place: each shape replaces what was there."""
        self.teal = as_plane(self.teal * (1 - mask) + np.asarray(teal) * mask)
        self.coral = as_plane(self.coral * (1 - mask) + np.asarray(coral) * mask)
        self.yellow = as_plane(self.yellow * (1 - mask) + np.asarray(yellow) * mask)


def _sky(sheet: Sheet) -> Plates:
    x, y = sheet.units()
    far = np.hypot(x - SUN[0], y - SUN[1])
    haze = 0.12 * noise(sheet.shape, sheet.px(260), 3, sheet.rng, stretch=2.5)
    high = smoothstep(420, -60, y)  # 1 at the top
    plates = Plates(
        as_plane(0.62 * high**1.3 * smoothstep(180, 620, far) + haze * 0.4),
        as_plane(0.18 + 0.5 * smoothstep(120, 560, y) + haze),
        as_plane(0.9 * smoothstep(760, 170, far) + 0.1),
    )
    for ring in range(4):  # paler rings around the sun
        radius = SUN[2] + 46 + 62 * ring
        band = smoothstep(radius + 16, radius + 14, far) * smoothstep(radius - 16, radius - 14, far)
        plates.coral = as_plane(plates.coral * (1 - band * (0.75 - 0.16 * ring)))
    for cloud in (  # x, y, half width, height
        (150, 150, 210, 30),
        (700, 110, 260, 34),
        (850, 226, 190, 24),
        (560, 196, 120, 16),
    ):
        cx, cy, wide, tall = cloud
        bulge = 1 + 0.55 * noise(sheet.shape, sheet.px(90), 2, sheet.rng)
        # Clouds are flat below and round above.
        puff = np.hypot((x - cx) / wide, np.maximum(cy + 8 - y, (y - cy) * 3.4) / (tall * bulge))
        plates.lay(
            smoothstep(1.0, 0.98, puff),
            0.0,
            as_plane(0.05 + 0.35 * smoothstep(cy - 20, cy + 14, y)),
            0.12,
        )
    plates.lay(disk(sheet, *SUN, soft=2), 0.0, as_plane(0.98 - 0.5 * smoothstep(120, 460, y)), 1.0)
    return plates


def _headland(sheet: Sheet, plates: Plates) -> None:
    x, y = sheet.units()
    for level, swing, start, teal, coral in ((500, 40, 380, 0.3, 0.42), (530, 36, 250, 0.52, 0.55)):
        # The headland is higher on the left.
        skyline = ridge(sheet, level, swing, 210) + 70 * (x[0] > 0) * smoothstep(
            460, 120, x[0] + start * 0.2
        )
        mask = below(sheet, as_plane(skyline)) * smoothstep(SEA_LINE + 2, SEA_LINE, y)
        lit = 0.2 * noise(sheet.shape, sheet.px(60), 3, sheet.rng)
        plates.lay(as_plane(mask), as_plane(teal + lit), as_plane(coral - lit), 0.3)


def _sea(sheet: Sheet, plates: Plates) -> None:
    x, y = sheet.units()
    water = smoothstep(SEA_LINE - 0.5, SEA_LINE + 0.5, y)
    deep = np.clip((y - SEA_LINE) / (1024 - SEA_LINE), 0, 1)
    ripple = noise(sheet.shape, sheet.px(26), 3, sheet.rng, stretch=5)
    # Rows of waves, closer toward the horizon.
    rows = np.sin(np.maximum(y - SEA_LINE, 0) ** 0.82 * 0.42 + 2.2 * ripple)
    # The path of the sun.
    glint = np.exp(-(((x - SUN[0]) / (60 + 150 * deep)) ** 2)) * smoothstep(0.15, 0.5, rows)
    crest = smoothstep(0.72, 0.86, rows + 0.3 * ripple)
    teal = (0.5 + 0.4 * deep + 0.16 * rows) * (1 - 0.92 * glint) * (1 - 0.7 * crest)
    plates.lay(
        as_plane(water),
        as_plane(teal),
        as_plane(0.6 * glint + 0.12 + 0.2 * (1 - deep) ** 3),
        as_plane(0.25 + 0.75 * glint),
    )


def _boat(sheet: Sheet, plates: Plates, place: tuple[float, float, float], tone: float) -> None:
    """Add a sailing boat, in place; `place` is its x, its foot (y) and its height, in units."""
    x, foot, tall = place
    main = smooth([(x, foot - 6), (x + 2, foot - tall), (x + tall * 0.3, foot - tall * 0.5),
                   (x + tall * 0.46, foot - 8)], 30)  # fmt: skip
    jib = smooth([(x - 4, foot - 8), (x - 4, foot - tall * 0.88), (x - tall * 0.26, foot - 9)], 24)
    hull = [
        (x - tall * 0.36, foot - 5),
        (x + tall * 0.5, foot - 5),
        (x + tall * 0.36, foot + tall * 0.09),
        (x - tall * 0.26, foot + tall * 0.09),
    ]
    plates.lay(polygon(sheet, main), 0.0, tone, 0.15)
    plates.lay(polygon(sheet, jib), 0.0, 0.0, 0.9)
    plates.lay(polygon(sheet, hull), 1.0, 0.7, 0.0)
    blink = [  # its broken reflection
        (
            [
                (x - tall * 0.3 + k * 7, foot + tall * 0.16 + k * 5),
                (x + tall * 0.34 - k * 9, foot + tall * 0.16 + k * 5),
            ],
            3.0,
        )
        for k in range(4)
    ]
    plates.lay(lines(sheet, blink), 1.0, 0.2, 0.0)


# Tones of teal, coral and yellow.
WALLS = (
    (0.0, 0.06, 0.2),
    (0.02, 0.72, 0.25),
    (0.0, 0.1, 0.85),
    (0.05, 0.5, 0.9),
    (0.36, 0.0, 0.22),
    (0.0, 0.3, 0.12),
)
ROOFS = ((0.2, 1.0, 0.6), (0.85, 0.9, 0.0), (0.1, 0.92, 1.0))


def _windows(sheet: Sheet, plates: Plates, box: tuple[float, float, float, float]) -> None:
    """Add windows with shutters to the lit wall of a box of left, top, right and bottom."""
    left, top, right, bottom = box
    rng = sheet.rng
    columns, rows = max(1, int((right - left) // 30)), max(1, int((bottom - top) // 44))
    dark, shutters = [], []
    for row in range(rows):
        for column in range(columns):
            if rng.uniform() < 0.14:  # some places stay empty
                continue
            x = left + (column + 0.5) * (right - left) / columns
            y = top + 16 + (row + 0.3) * 44
            if y > bottom - 30:
                continue
            dark.append(
                [(x - 4.6, y - 10), (x + 4.6, y - 10), (x + 4.6, y + 11), (x - 4.6, y + 11)]
            )
            for side in (-1, 1):
                a, b = x + side * 5.4, x + side * 9.6
                shutters.append([(a, y - 10), (b, y - 10), (b, y + 11), (a, y + 11)])
    if dark:
        plates.lay(polygon(sheet, *dark), 0.95, 0.6, 0.0)
        plates.lay(polygon(sheet, *shutters), 0.7, 0.0, 0.4)


def _house(sheet: Sheet, plates: Plates, box: tuple[float, float, float, float]) -> None:
    """Add a house in a box of x, top, width and foot: lit on the left, in shade on the right."""
    x, top, wide, foot = box
    rng = sheet.rng
    wall = WALLS[int(rng.integers(len(WALLS)))]
    turn = x + wide * float(rng.uniform(0.56, 0.8))  # the corner
    right = x + wide
    plates.lay(polygon(sheet, [(x, top), (turn, top), (turn, foot), (x, foot)]), *wall)
    plates.lay(
        polygon(sheet, [(turn, top), (right, top), (right, foot), (turn, foot)]),
        min(wall[0] + 0.5, 1), min(wall[1] + 0.25, 1), wall[2] * 0.6,
    )  # fmt: skip
    _windows(sheet, plates, (x + 3, top, turn - 3, foot))
    kind = rng.uniform()
    roof = ROOFS[int(rng.integers(len(ROOFS)))]
    if kind < 0.66:  # two houses in three have a gable roof
        rise = wide * float(rng.uniform(0.2, 0.42))
        peak = (x + turn) / 2
        gable = [(x - 4, top + 2), (peak, top - rise), (turn + 2, top + 2)]
        side = [
            (peak, top - rise),
            (right - (turn - peak) * 0.6, top - rise),
            (right + 4, top + 2),
            (turn + 2, top + 2),
        ]
        plates.lay(polygon(sheet, gable), *wall)
        plates.lay(polygon(sheet, side), min(roof[0] + 0.15, 1), roof[1], roof[2] * 0.7)
        eaves = [
            ([(x - 5, top + 3), (peak, top - rise)], 5.0),
            ([(peak, top - rise), (turn + 3, top + 3)], 5.0),
        ]
        plates.lay(lines(sheet, eaves), *roof)
    else:
        plates.lay(
            polygon(
                sheet, [(x - 3, top - 7), (right + 3, top - 7), (right + 3, top), (x - 3, top)]
            ),
            *roof,
        )


def _dome(sheet: Sheet, plates: Plates) -> None:
    x, y = sheet.units()
    tower = [(706, 300), (776, 300), (776, 620), (706, 620)]
    plates.lay(polygon(sheet, tower), as_plane(0.55 * smoothstep(738, 742, x)), 0.12, 0.4)
    # The top of the tower and the large dome.
    for cx, cy, wide, tall in ((741.0, 262.0, 24.0, 34.0), (602.0, 420.0, 74.0, 80.0)):
        drum = [
            (cx - wide, cy),
            (cx + wide, cy),
            (cx + wide, cy + tall * 0.9),
            (cx - wide, cy + tall * 0.9),
        ]
        plates.lay(
            polygon(sheet, drum),
            as_plane(0.6 * smoothstep(cx + wide * 0.2, cx + wide * 0.25, x)),
            0.1,
            0.3,
        )
        turn = np.linspace(math.pi, 2 * math.pi, 40)  # the upper half of a circle
        bowl = np.stack([cx + wide * 1.12 * np.cos(turn), cy + tall * np.sin(turn)], axis=-1)
        shade = smoothstep(-0.5, 1.0, (x - cx) / wide + 0.35 * (y - cy) / tall)
        ribs = 0.2 * (np.abs(np.sin((x - cx) / wide * 5)) < 0.25)
        plates.lay(
            polygon(sheet, as_plane(bowl)),
            as_plane(0.55 + 0.45 * shade + ribs),
            as_plane(0.1 + 0.3 * shade),
            0.5,
        )
        mast = [
            ([(cx, cy - tall - 34), (cx, cy - tall)], 4.0),
            ([(cx - 9, cy - tall - 22), (cx + 9, cy - tall - 22)], 4.0),
        ]
        plates.lay(lines(sheet, mast), 1.0, 0.8, 0.0)
    arches = [
        smooth([(x0 - 10, 356), (x0 - 10, 326), (x0, 314), (x0 + 10, 326), (x0 + 10, 356)], 30)
        for x0 in (724.0, 758.0)
    ]
    plates.lay(polygon(sheet, *arches), 1.0, 0.7, 0.0)


def _town(sheet: Sheet, plates: Plates) -> None:
    """Add the rows of the town, from the top down to the quay: near houses hide far ones."""
    _dome(sheet, plates)
    rng = sheet.rng
    for row, (start, top, foot) in enumerate(
        ((660, 420, 800), (540, 512, 800), (470, 604, 880), (400, 690, 960), (330, 772, 1000))
    ):
        x = float(start) + float(rng.uniform(0, 40))
        while x < 1040:
            wide = float(rng.uniform(62, 118))
            climb = (x - start) * 0.16  # the town rises to the right
            _house(sheet, plates, (x, top - climb + float(rng.uniform(-26, 26)), wide, foot))
            x += wide * float(rng.uniform(0.86, 1.12))
            if row < 4 and rng.uniform() < 0.35:
                _cypress(sheet, plates, x - 6, top - climb + 60)


def _cypress(sheet: Sheet, plates: Plates, x: float, foot: float) -> None:
    tall = float(sheet.rng.uniform(90, 150))
    shape = smooth(
        [
            (x - 5, foot),
            (x - 15, foot - tall * 0.3),
            (x - 7, foot - tall * 0.8),
            (x, foot - tall),
            (x + 7, foot - tall * 0.8),
            (x + 14, foot - tall * 0.3),
            (x + 5, foot),
        ],
        40,
    )
    across, _ = sheet.units()
    plates.lay(
        polygon(sheet, shape), as_plane(0.7 + 0.3 * smoothstep(x - 4, x + 4, across)), 0.2, 0.85
    )


def _foreground(sheet: Sheet, plates: Plates) -> None:
    """Add the quay, and leaves in the near corner on the left."""
    across, y = sheet.units()
    quay = polygon(sheet, [(210, 1024), (330, 930), (1024, 884), (1024, 1024)])
    joints = 0.25 * (np.abs(np.sin((across + y * 1.6) / 26)) < 0.12) + 0.25 * (
        np.abs(np.sin((y + 0.07 * across) / 12)) < 0.2
    )
    plates.lay(quay, as_plane(0.16 + joints), 0.34, as_plane(0.5 + 0 * y))
    edge = [(smooth([(206, 1024), (330, 930), (1024, 884)], 60), 7.0)]
    plates.lay(lines(sheet, edge), 0.9, 0.5, 0.0)
    rng = sheet.rng
    for _ in range(30):
        angle, long = float(rng.uniform(-1.75, 0.15)), float(rng.uniform(170, 330))
        root = (float(rng.uniform(-40, 60)), 1040.0)
        way = np.array([math.cos(angle), math.sin(angle)])
        side = np.array([-way[1], way[0]]) * float(rng.uniform(14, 26))
        tip = np.array(root) + way * long + np.array([0, long * 0.16])  # the tip hangs down
        middle = np.array(root) + way * long * 0.5
        leaf = smooth([root, tuple(middle + side), tuple(tip), tuple(middle - side), root], 50)
        dark = bool(rng.uniform() < 0.6)
        plates.lay(
            polygon(sheet, leaf),
            0.95 if dark else 0.7,
            0.55 if dark else 0.0,
            0.1 if dark else 0.95,
        )
        rib = [(smooth([root, tuple(middle), tuple(tip)], 20), [4.0] * 10 + [2.0] * 10)]
        plates.lay(lines(sheet, rib), 0.2 if dark else 0.95, 0.3, 0.6)


def screen(sheet: Sheet, tone: Plane, angle: float, pitch: float) -> Plane:
    """Return the dots of a halftone screen, (H, W): solid at tone 1, nothing at 0.

    `angle` is in radians; `pitch` is the distance between dots in units.
    """
    x, y = sheet.units()
    turn = 2 * math.pi / pitch
    u = (x * math.cos(angle) + y * math.sin(angle)) * turn
    v = (y * math.cos(angle) - x * math.sin(angle)) * turn
    dot = 0.5 + 0.25 * (np.cos(u) + np.cos(v))  # 0..1, highest in the middle of a dot
    grain = 0.08 * noise(sheet.shape, sheet.px(3.2), 2, sheet.rng)
    level = np.clip(tone, 0, 1) * 1.16 - 0.08  # tone 0 stays empty, tone 1 solid
    return smoothstep(-0.13, 0.13, level - 1 + dot + grain)


def pull(sheet: Sheet, tone: Plane, *, angle: float, shift: tuple[float, float]) -> Plane:
    """Return the ink of one drum: screened, shifted (units), uneven, and with pinholes."""
    rows, columns = np.mgrid[0 : sheet.height, 0 : sheet.width].astype(np.float32)
    placed = sample(tone, columns + sheet.px(shift[0]), rows + sheet.px(shift[1]))
    dots = screen(sheet, placed, angle, 7.0)
    pinholes = smoothstep(0.45, 0.75, noise(sheet.shape, sheet.px(3.6), 2, sheet.rng))
    uneven = 0.9 + 0.14 * noise(sheet.shape, sheet.px(210), 3, sheet.rng)
    return as_plane(dots * uneven * (1 - 0.55 * pinholes))


def compose(sheet: Sheet) -> Plates:
    """Return the tones of the three plates for the whole picture."""
    plates = _sky(sheet)
    _headland(sheet, plates)
    _sea(sheet, plates)
    for x, foot, tall, tone in (
        (96, 640, 120, 0.9),
        (236, 596, 58, 0.5),
        (420, 606, 44, 0.8),
        (330, 760, 210, 0.06),
    ):
        _boat(sheet, plates, (x, foot, tall), tone)
    _town(sheet, plates)
    _foreground(sheet, plates)
    return plates


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Print the three drums at twice the size, then reduce the sheet; a seed gives one print."""
    sheet = Sheet(width * 2, height * 2, seed)
    plates = compose(Sheet(width, height, seed))
    grain = paper_grain(sheet, rough=3)
    picture: Picture = mix(PAPER, hex_color("#e6d8bb"), as_plane(grain * 0.3))
    # Each screen has its own angle: equal angles would show a moiré.
    drums = (
        (plates.yellow, YELLOW, 0.0, (1.6, -1.0)),
        (plates.coral, CORAL, math.radians(75), (-1.8, 1.2)),
        (plates.teal, TEAL, math.radians(15), (0.4, 0.2)),
    )
    for tone, ink, angle, shift in drums:
        load = pull(sheet, resize(tone, sheet.shape), angle=angle, shift=shift)[..., None]
        # Riso inks are translucent: an overprint is the product of both inks.
        picture = as_plane(picture * (1 - load) + picture * ink * load)
    return to_image(picture, size=(width, height))
