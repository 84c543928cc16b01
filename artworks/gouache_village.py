"""The village of the gouache artwork: its planes of color, directions and contours."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from artworks.color import Palette, from_oklab, hex_color, mix, over, to_oklab
from artworks.filters import smoothstep
from artworks.noise import noise
from artworks.outlines import outline
from artworks.shapes import polygon, smooth
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from artworks.color import Colors
    from artworks.shapes import Points

SKY = Palette(("#2a5fa8", "#4f9bb5", "#a9cf9a", "#f3dc74", "#f4a65a", "#ec7a6c"))


@dataclass
class Plan:
    """The painting before the brush: a color and a direction at each pixel, and the contours.

    `owner` (H, W) is the number of the topmost contour, so that hidden contours are not drawn.
    Each of `panes` is a window of one stroke: x and y of its middle, height, width and owner.
    """

    sheet: Sheet
    color: Picture
    angle: Plane
    owner: Plane
    contours: list[tuple[Points, float]] = field(default_factory=list)
    panes: list[tuple[float, float, float, float, int]] = field(default_factory=list)

    def shape(
        self, edge: Points, color: str | Colors, angle: Plane | float, *,
        width: float = 8.0, curved: bool = True,
    ) -> None:  # fmt: skip
        """Add a shape of one color on top, in place; `width` 0 omits its contour."""
        path = np.asarray(edge, dtype=float)
        path = smooth(path, 12 * len(path)) if curved else path  # 12 points per corner
        mask = polygon(self.sheet, path)
        flat = hex_color(color) if isinstance(color, str) else color
        self.lay(mask, flat, angle)
        if width:
            inside = mask > 0.5
            # The number of the contour added next.
            self.owner = as_plane(np.where(inside, len(self.contours), self.owner))
            self.contours.append((path, width))

    def pane(self, x: float, y: float, tall: float, wide: float) -> None:
        """Add a window to the shape that was added last; all values are in units."""
        self.panes.append((x, y, tall, wide, len(self.contours) - 1))

    def lay(self, mask: Plane, color: Colors, angle: Plane | float) -> None:
        """Add a color (one, or one per pixel) under a mask, with the direction of its strokes."""
        self.color = over(self.color, color, mask)
        inside = mask > 0.5  # angles cannot be mixed
        self.angle = as_plane(np.where(inside, angle, self.angle))


CLOUDS = (
    (
        "20,160 90,104 150,118 210,72 300,84 330,60 420,112 400,150 250,168 120,176 20,160",
        "#ec9aa6",
    ),
    # The light side of the cloud above.
    ("60,152 120,120 180,126 230,96 300,104 360,122 240,146 60,152", "#f8d9c4"),
    ("110,262 170,222 220,226 260,196 340,214 372,246 250,270 110,262", "#8fb8c9"),
    ("150,250 200,232 250,218 320,230 250,250 150,250", "#f6e4cf"),
    ("880,322 930,282 980,286 1050,256 1050,338 940,346 880,322", "#d7769b"),
    ("920,318 960,298 1050,282 1050,318 960,330 920,318", "#f5b9a8"),
    ("500,80 560,44 610,52 660,22 724,54 690,86 600,96 500,80", "#7fb3cf"),
    ("540,72 590,56 650,40 690,60 610,80 540,72", "#f6e4cf"),
)
FURROWS = (
    # from, to, bend, color: rows that a dry brush draws through the fields
    ((640, 690), (1040, 660), 10, "#f2b04a"), ((650, 712), (1040, 690), 8, "#c2482f"),
    ((660, 770), (1040, 726), 12, "#f07f8a"), ((690, 800), (1040, 762), 12, "#a82850"),
    ((730, 830), (1040, 800), 12, "#f28d7a"), ((780, 856), (1040, 838), 10, "#a82850"),
    ((720, 912), (1040, 902), 14, "#3fa7b5"), ((700, 950), (1040, 938), 14, "#174f7a"),
    ((690, 990), (1040, 976), 14, "#4fb8b0"), ((300, 700), (540, 720), 8, "#f4c04f"),
    ((330, 740), (550, 760), 8, "#b8431f"), ((380, 790), (560, 800), 8, "#f4c04f"),
    ((392, 850), (530, 850), 6, "#b8431f"), ((380, 920), (460, 915), 6, "#f4c04f"),
    ((30, 800), (330, 800), 26, "#8fae34"), ((20, 850), (350, 850), 30, "#f0e06a"),
    ((10, 900), (340, 890), 30, "#8fae34"), ((0, 960), (260, 950), -14, "#2f8a62"),
    ((0, 1000), (290, 1000), -14, "#0c4a44"), ((10, 570), (250, 560), 8, "#f6dc78"),
    ((0, 610), (230, 606), 8, "#c8932a"), ((660, 580), (1000, 566), 6, "#b8d65a"),
)  # fmt: skip


def _plan_sky(sheet: Sheet) -> Plan:
    x, y = sheet.units()
    swirl = noise(sheet.shape, sheet.px(260), 2, sheet.rng, stretch=1.6)
    place = np.round((y / 430 + 0.3 * swirl) * 9) / 9  # 9 flat bands
    plan = Plan(
        sheet,
        SKY.ramp(as_plane(place)),
        as_plane(0.5 * swirl - 0.15),
        np.full(sheet.shape, -1, np.float32),
    )
    far = np.hypot(x - 778, y - 176)  # the sun
    for radius, color in ((148, "#f3dc74"), (112, "#f6c24a"), (78, "#f7f0c6")):
        ring = as_plane(np.arctan2(y - 176, x - 778) + math.pi / 2)  # strokes around the sun
        plan.lay(smoothstep(radius + 1, radius - 1, far + 9 * swirl), hex_color(color), ring)
    for cloud, color in CLOUDS:
        plan.shape(outline(cloud), color, 0.1, width=0)
    return plan


def _plan_mountains(plan: Plan) -> None:
    ranges = (
        (
            outline("-30,470 60,372 150,300 214,330 300,430 360,500 -30,520"),
            "#8f6fb8",  # violet, on the left
            -0.8,
        ),
        (
            outline("640,520 740,400 836,326 900,352 1050,450 1050,540"),
            "#c0608f",  # rose, on the right
            0.7,
        ),
        (
            outline("150,540 250,430 350,300 436,196 474,184 520,236 600,330 700,430 800,540"),
            "#2348a6",  # the blue mountain
            0.95,
        ),
    )
    for edge, color, angle in ranges:
        plan.shape(edge, color, angle, curved=False)
    facets = (
        (
            outline("474,184 520,236 600,330 700,430 800,540 560,540 530,420 500,320"),
            "#5b3fa0",  # its shaded side
            0.85,
        ),
        (
            outline("474,184 436,196 396,246 430,262 452,240 478,284 506,254 540,262 520,236"),
            "#f2f3f0",  # its snow
            0.6,
        ),
        # Its lit side.
        (outline("350,300 396,380 350,470 290,540 150,540 250,430"), "#3f86c9", -0.9),
        (outline("500,320 560,420 590,540 470,540 440,440"), "#1b2f7c", 1.1),  # a dark fold
        (
            outline("836,326 900,352 1050,450 1050,540 900,540 860,430"),
            "#7d2f78",  # shaded side of the rose range
            0.6,
        ),
        # Shaded side of the violet range.
        (outline("150,300 214,330 300,430 360,500 220,510 180,400"), "#5a4aa0", 0.8),
    )
    for edge, color, angle in facets:
        plan.shape(edge, color, angle, width=4.0, curved=False)


def _plan_fields(plan: Plan) -> None:
    fields = (
        (
            outline("-30,500 140,462 320,486 520,520 760,492 1050,506 1050,800 -30,800"),
            "#1d8a63",  # green valley
            -0.1,
            7,
        ),
        (
            outline("-30,548 120,520 300,536 420,580 260,640 -30,660"),
            "#e8c23c",  # yellow field
            0.15,
            6,
        ),
        # Light green field.
        (outline("600,560 800,524 1050,540 1050,660 760,640"), "#7fb83f", -0.12, 6),
        (
            outline("-30,700 160,640 380,650 560,700 760,676 1050,640 1050,1050 -30,1050"),
            "#e2742f",  # orange fields in front
            -0.12,
            8,
        ),
        (
            outline("-30,780 150,720 330,770 380,900 300,1050 -30,1050"),
            "#c7d04a",  # lime field
            -0.5,
            7,
        ),
        (outline("640,760 820,700 1050,700 1050,880 840,870"), "#d93d4c", 0.12, 7),  # red field
        (outline("700,880 880,850 1050,880 1050,1050 660,1050"), "#1f6f8f", 0.2, 8),  # blue field
        (
            outline(
                "400,1050 470,920 560,830 590,760 560,700 610,690 660,760 650,850 610,940 620,1050"
            ),
            "#f3cfa4",
            1.9,  # the path
            7,
        ),
        # Dark green corner.
        (outline("-30,940 110,900 250,930 330,1050 -30,1050"), "#17624e", -0.3, 8),
    )
    for edge, color, angle, width in fields:
        plan.shape(edge, color, angle, width=width)
    for start, end, bend, color in FURROWS:
        along = np.linspace(0, 1, 7)[:, None]  # (7, 1)
        spine = np.array(start) * (1 - along) + np.array(end) * along  # (7, 2)
        lift = np.array([0, 1]) * bend * np.sin(math.pi * along)
        swell = np.array([0, 1]) * (2 + 9 * np.sin(math.pi * along) ** 0.5)
        # There along the top, back along the bottom.
        row = np.concatenate([spine + lift - swell, (spine + lift + swell)[::-1]])
        plan.shape(row, color, math.atan2(end[1] - start[1], end[0] - start[0]), width=0)


def _plan_house(
    plan: Plan,
    box: tuple[float, float, float, float],
    colors: tuple[str, str, str],
    lean: float = 0.0,
) -> None:
    """Plan a house: a lit gable, a shaded side and a roof.

    The box is x of the left edge, y of the foot, width and height, in units.
    """
    x, foot, wide, tall = box
    front = wide * 0.46  # width of the gable
    top = foot - tall
    peak = (x + front / 2 + lean, top - wide * 0.34)
    wall = [
        (x, foot),
        (x + lean * 0.5, top),
        peak,
        (x + front + lean * 0.5, top + 3),
        (x + front, foot + 4),
    ]
    side = [
        (x + front, foot + 4),
        (x + front + lean * 0.5, top + 3),
        (x + wide + lean * 0.4, top - 2),
        (x + wide, foot - 5),
    ]
    roof = [
        (x + front + lean * 0.5 + 5, top + 9),
        peak,
        (peak[0] + wide * 0.52, peak[1] - 3),
        (x + wide + lean * 0.4 + 9, top + 2),
    ]
    plan.shape(wall, colors[0], 1.5, width=6.5, curved=False)
    plan.shape(side, colors[1], 1.45, width=6.5, curved=False)
    plan.shape(roof, colors[2], 0.9, width=7.0, curved=False)
    eaves = [(x - 6, top + 8), peak, (peak[0] + 8, peak[1] + 10), (x + 8, top + 12)]
    plan.shape(eaves, colors[2], 0.9, width=4.0, curved=False)
    for at, level in (
        (x + front * 0.3, top + tall * 0.34),
        (x + front * 0.62, top + tall * 0.36),
        (x + front + (wide - front) * 0.4, top + tall * 0.38),
    ):
        plan.pane(at, level + wide * 0.06, wide * 0.17, wide * 0.105)  # x, y, height, width


def _plan_village(plan: Plan) -> None:
    white, cream, pink = "#f6efe0", "#f4d9a0", "#ef9f98"
    for x, foot, wide, tall, colors, lean in (
        (690, 588, 120, 62, (cream, "#b06a9a", "#d9342f"), -4),
        (210, 600, 130, 66, (pink, "#8a4f9c", "#2b50a8"), 5),
        (840, 620, 130, 72, (white, "#6aa3c8", "#e2582a"), 6),
        (330, 640, 128, 74, (white, "#5f8fc4", "#d9342f"), -5),
    ):
        _plan_house(plan, (x, foot, wide, tall), colors, lean)
    tower = outline("506,690 508,440 560,436 564,690")
    plan.shape(tower, white, 1.5, width=7.5, curved=False)
    plan.shape(outline("546,690 546,438 576,442 578,690"), "#6f7fc4", 1.5, width=6, curved=False)
    onion = outline(  # the dome of the tower
        "500,442 514,410 494,378 506,346 536,322 541,270 546,322 578,346 588,380 566,412 582,442"
    )
    plan.shape(onion, "#c22f3c", 1.5, width=7.5)
    plan.shape(
        outline("541,322 572,348 584,380 562,412 578,440 546,440 556,380"),
        "#7a1d4a",
        1.4,
        width=0,
    )
    plan.pane(528, 496, 38, 15)
    plan.pane(528, 560, 38, 15)
    _plan_house(plan, (560, 700, 150, 84), (cream, "#7c8fd0", "#e2582a"), 4)
    for x, foot, wide, tall, colors, lean in (
        (420, 706, 104, 68, (pink, "#9a4f8c", "#7a2f86"), 3),
        (752, 706, 146, 84, (white, "#5fa6a8", "#c22f3c"), -6),
        (150, 716, 150, 88, (cream, "#d9782f", "#c22f3c"), -4),
    ):
        _plan_house(plan, (x, foot, wide, tall), colors, lean)


def _plan_trees(plan: Plan) -> None:
    for x, foot, tall, dark, light in (
        (96, 690, 190, "#0f5a4a", "#2f9a5f"),
        (926, 716, 210, "#123f6b", "#2a82a0"),
        (402, 596, 96, "#0f5a4a", "#2f9a5f"),
        (1000, 640, 130, "#0f5a4a", "#58a848"),
        (36, 640, 120, "#123f6b", "#2a82a0"),
        (668, 560, 90, "#123f6b", "#2f9a8f"),
    ):
        half = tall * 0.19
        plan.shape(
            [
                (x - half, foot - tall * 0.1),
                (x - half * 0.8, foot - tall * 0.5),
                (x, foot - tall),
                (x + half * 0.8, foot - tall * 0.5),
                (x + half, foot - tall * 0.1),
                (x, foot),
            ],
            dark,
            1.5,
            width=7,
        )
        plan.shape(
            [
                (x - half * 0.8, foot - tall * 0.14),  # the lit left half of the tree
                (x - half * 0.6, foot - tall * 0.5),
                (x - half * 0.1, foot - tall * 0.88),
                (x - half * 0.1, foot - tall * 0.1),
            ],
            light,
            1.5,
            width=0,
        )
    _, y = plan.sheet.units()
    trunk = outline(
        "118,1050 150,930 142,820 110,740 136,730 168,800 200,738 224,748 190,838 196,940 232,1050"
    )
    plan.shape(
        trunk,
        mix(hex_color("#d9342f"), hex_color("#5b2a86"), as_plane((y - 740) / 330)),
        1.5,
        width=9,
    )
    # Masses of leaves as x, y, size and color.
    for cx, cy, size, color in (
        (84, 742, 92, "#17624e"), (236, 752, 84, "#c9482f"), (60, 812, 60, "#8f2f6a"),
        (160, 680, 108, "#2f8f5a"), (186, 652, 66, "#8cc04a"), (112, 700, 58, "#1f7f86"),
        (228, 728, 54, "#f0b43c"), (150, 740, 44, "#c3d45e"), (70, 760, 40, "#58a848"),
    ):  # fmt: skip
        turns = np.linspace(0, 2 * math.pi, 10)
        wob = plan.sheet.rng.uniform(0.86, 1.12, 9)
        radius = size * np.append(wob, wob[0])  # closed
        plan.shape(
            np.stack([cx + radius * np.cos(turns), cy + 0.8 * radius * np.sin(turns)], axis=-1),
            color,
            float(plan.sheet.rng.uniform(-1, 1)),
            width=6 if size > 80 else 3.5,
        )


def _facet(plan: Plan) -> None:
    """Change the planes, in place, along a few long lines, like light through a prism."""
    x, y = plan.sheet.units()
    rng = plan.sheet.rng
    lab = to_oklab(np.clip(plan.color, 0, 1))
    for _ in range(10):
        angle, away = float(rng.uniform(0, math.pi)), float(rng.uniform(-300, 300))
        bend = float(rng.normal(0, 0.0004))
        place = (x - 512) * math.cos(angle) + (y - 512) * math.sin(angle) - away
        along = (y - 512) * math.cos(angle) - (x - 512) * math.sin(angle)
        # -0.5..0.5, on the two sides of the line.
        side = smoothstep(-1.5, 1.5, place + bend * along**2) - 0.5
        lab[..., 0] += side * float(rng.normal(0, 0.045))
        lab[..., 1] += side * float(rng.normal(0, 0.014))
        lab[..., 2] += side * float(rng.normal(0, 0.014))
    plan.color = from_oklab(as_plane(lab))


def plan_painting(sheet: Sheet) -> Plan:
    """Return the plan of the painting, from the sky to the tree in front."""
    plan = _plan_sky(sheet)
    _plan_mountains(plan)
    _plan_fields(plan)
    _plan_village(plan)
    _plan_trees(plan)
    _facet(plan)
    return plan
