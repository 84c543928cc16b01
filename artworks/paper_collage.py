"""Paper collage: a window to the sea, of painted papers that were cut and torn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.color import hex_color, mix
from artworks.finish import to_image
from artworks.glued_paper import Board, glue, make_board
from artworks.outlines import outline
from artworks.paper import light_up, paper_grain, relief_light
from artworks.shapes import disk, lines, polygon, smooth
from artworks.sheet import Sheet, as_plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from artworks.color import Colors
    from artworks.shapes import Points

    Stroke = tuple[Points, Sequence[float] | float]

ARTWORK = Artwork(
    slug="paper-collage",
    title="The Window Keeps a Piece of the Sea",
    technique="Painted paper collage",
    description="Papers brushed with gouache, then cut with large scissors or torn by hand. The "
    "lemons were the last to arrive and have the best places.",
    tags=("collage", "paper", "window", "sea", "still life", "leaves", "fruit"),
    palette_note="Cobalt, emerald and turquoise against rose, vermilion and lemon.",
    seed=13,
)

COBALT, NAVY, SKY, TURQUOISE = (hex_color(c) for c in ("#1f4fa8", "#16265c", "#7cc3dc", "#1f93a8"))
EMERALD, LEAF, LIME, BLACK = (hex_color(c) for c in ("#11795c", "#2f9e5c", "#a9c94a", "#1b1d2a"))
ROSE, PINK, PLUM, VERMILION = (hex_color(c) for c in ("#e0567a", "#f4a9b0", "#7d2a5e", "#e2472e"))
ORANGE, LEMON, CREAM, OCHRE = (hex_color(c) for c in ("#f28a2b", "#f8cf3a", "#f8efdc", "#dca23c"))


def _box(left: float, top: float, right: float, bottom: float, rng: np.random.Generator) -> Points:
    """Return a rectangle cut by hand, (4, 2): its corners are a few units off."""
    off = rng.normal(0, 3.2, (4, 2))
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    return as_plane(corners + off)


def _seaweed(
    rng: np.random.Generator,
    root: tuple[float, float],
    tip: tuple[float, float],
    lobes: int,
    size: float,
) -> list[Stroke]:
    """Return a leaf with rounded lobes along a bent stem, as strokes with changing width."""
    start, end = np.asarray(root), np.asarray(tip)
    way = (end - start) / np.hypot(*(end - start))  # unit vectors along and across
    side = np.array([-way[1], way[0]])
    spine = smooth(
        [
            root,
            tuple((start + end) / 2 + side * float(rng.normal(0, 0.12)) * np.hypot(*(end - start))),
            tip,
        ],
        40,
    )
    strokes: list[Stroke] = [(spine, np.linspace(size * 0.34, size * 0.2, 40).tolist())]
    for i in range(lobes):
        t = (i + 0.7) / (lobes + 0.4)
        base = spine[int(t * 39)]
        # The middle lobes are the longest.
        grow = size * (0.75 + 1.5 * math.sin(math.pi * min(1.0, t * 0.9 + 0.12)))
        for turn in (-1.0, 1.0):  # a lobe on each side
            out = side * turn * 0.92 + way * 0.55
            knee = base + out * grow * 0.55 + way * grow * 0.1
            end_at = base + out * grow * 0.95 + way * grow * 0.42
            curve = smooth([tuple(base), tuple(knee), tuple(end_at)], 14)
            strokes.append(
                (
                    curve,
                    np.interp(
                        np.linspace(0, 1, 14), (0, 0.6, 1), (size * 0.22, size * 0.42, size * 0.34)
                    ).tolist(),
                )
            )
    strokes.append(([tip, tuple(end + way * size * 0.4)], [size * 0.4, size * 0.3]))
    return strokes


def _glue_wall(board: Board) -> None:
    sheet, rng = board.sheet, board.sheet.rng
    for left, top, right, bottom, color in (
        (-20, -20, 560, 420, ROSE), (-20, 380, 520, 800, PLUM), (480, -20, 1044, 260, PINK),
        (500, 220, 1044, 820, ROSE),
    ):  # fmt: skip
        glue(board, polygon(sheet, _box(left, top, right, bottom, rng)), color, torn=True, lift=0.5)
    # A pattern on the wallpaper.
    for x, y in outline("54,78 54,238 54,398 54,560 980,90 986,250 980,410 984,574"):
        sprig = lines(sheet, _seaweed(rng, (x, y + 58), (x + 6, y - 40), 3, 27))
        glue(board, sprig, PINK if x < 500 or y > 230 else CREAM, lift=0.35)


def _glue_view(board: Board) -> None:
    """Glue the view: sky, sun and clouds, then the hills and the sea."""
    sheet, rng = board.sheet, board.sheet.rng
    glue(board, polygon(sheet, _box(190, 60, 850, 420, rng)), SKY, lift=0.4)
    glue(
        board,
        polygon(sheet, _box(190, 60, 850, 170, rng)),
        hex_color("#f7c9a8"),
        torn=True,
        lift=0.5,
    )
    glue(board, disk(sheet, 640, 196, 66), LEMON, lift=0.6)
    for x, y, wide in ((330, 190, 96), (450, 250, 70), (760, 268, 84)):
        puff = smooth(
            [
                (x - wide, y + 12),
                (x - wide * 0.5, y - 24),
                (x, y - 36),
                (x + wide * 0.6, y - 20),
                (x + wide, y + 12),
                (x, y + 18),
            ],
            40,
        )
        glue(board, polygon(sheet, puff), CREAM, torn=True, lift=0.6)
    # The far coast.
    hills = smooth(outline("180,420 240,352 330,330 420,372 520,400 560,420 380,440"), 50)
    glue(board, polygon(sheet, hills), hex_color("#7a6bb0"), torn=True, lift=0.6)
    # Strips of sea, the near one on top.
    for top, color in ((396, TURQUOISE), (450, COBALT), (512, hex_color("#2f7fc0")), (566, NAVY)):
        xs = np.linspace(180, 860, 30)
        # A wavy upper edge.
        edge = [(float(x), top + 9 * math.sin(x / 47 + top) + float(rng.normal(0, 2))) for x in xs]
        glue(board, polygon(sheet, [*edge, (860, 690), (180, 690)]), color, torn=True, lift=0.6)


def _glue_boats(board: Board) -> None:
    """Glue three boats and the sparkle on the water."""
    sheet = board.sheet
    for x, foot, tall, color in (
        (352, 470, 118, CREAM),
        (560, 440, 64, VERMILION),
        (738, 520, 136, CREAM),
    ):
        # The large sail.
        sail = [(x, foot), (x + tall * 0.06, foot - tall), (x + tall * 0.52, foot - tall * 0.06)]
        jib = [
            (x - tall * 0.06, foot),
            (x - tall * 0.02, foot - tall * 0.8),
            (x - tall * 0.34, foot),
        ]
        hull = smooth(
            [
                (x - tall * 0.4, foot + 5),
                (x + tall * 0.62, foot + 3),
                (x + tall * 0.42, foot + tall * 0.17),
                (x - tall * 0.24, foot + tall * 0.17),
            ],
            24,
        )
        glue(board, polygon(sheet, sail), color, lift=0.6)
        glue(board, polygon(sheet, jib), OCHRE, lift=0.6)
        glue(board, polygon(sheet, [*hull, tuple(hull[0])]), BLACK, lift=0.6)
    glints = [  # spots of sunlight on the water
        (
            smooth([(x - 22, y), (x, y - 5), (x + 24, y + 1)], 10),
            [2.0, 6.0, 8.0, 8.0, 8.0, 8.0, 7.0, 6.0, 4.0, 2.0],
        )
        for x, y in outline("620,424 664,436 612,474 668,498 628,546 590,600 676,610")
    ]
    glue(board, lines(sheet, glints), LEMON, lift=0.4)


def _glue_frame(board: Board) -> None:
    sheet, rng = board.sheet, board.sheet.rng
    # The frame: top, left, right and middle.
    for box in ((168, 38, 872, 74), (168, 50, 206, 720), (836, 50, 874, 720), (506, 60, 532, 700)):
        glue(board, polygon(sheet, _box(*box, rng)), CREAM, lift=1.0)
    for post in (236, 302, 368, 434, 566, 632, 698, 764, 830):  # the balcony outside
        glue(board, polygon(sheet, _box(post, 606, post + 12, 720, rng)), BLACK, lift=0.7)
    glue(board, polygon(sheet, _box(196, 592, 850, 612, rng)), BLACK, lift=0.8)
    for side, edge in ((1.0, 106.0), (-1.0, 930.0)):  # a curtain on each side
        for fold in range(4):
            x = edge + side * 34 * fold
            wide = side * (40 - 3 * fold)
            drop = 700 - 40 * fold
            cloth = smooth(
                [
                    (x - wide, 10),
                    (x + wide, 6),
                    (x + wide * 0.7, 300),
                    (x + wide * (0.8 - 0.2 * fold), drop),
                    (x - wide * 0.8, drop + 26),
                    (x - wide * 0.7, 300),
                ],
                60,
            )
            glue(board, polygon(sheet, cloth), (ORANGE, LEMON, OCHRE, ORANGE)[fold], lift=0.9)


def _glue_table(board: Board) -> None:
    sheet, rng = board.sheet, board.sheet.rng
    top = outline("-20,744 300,716 760,712 1044,740 1044,1044 -20,1044")
    glue(board, polygon(sheet, top), EMERALD, torn=True, lift=1.3)
    for i in range(9):
        left = -60.0 + 136 * i  # the stripes of the tablecloth
        stripe = [
            (left + 60, 752),
            (left + 92, 750),
            (left + 60 + 15.6 * (4 - i), 1044),  # they meet toward the back
            (left + 6 + 15.6 * (4 - i), 1044),
        ]
        glue(board, polygon(sheet, stripe), LEAF if i % 2 else hex_color("#0c5a52"), lift=0.3)
    for x, y in outline("90,970 356,996 560,880 930,966 724,1000 140,812"):
        glue(
            board,
            lines(sheet, _seaweed(rng, (x - 36, y + 20), (x + 34, y - 22), 3, 20)),
            LIME,
            lift=0.4,
        )


def _glue_vase(board: Board) -> None:
    sheet, rng = board.sheet, board.sheet.rng
    stems = (
        ((226, 700), (92, 470), 5, 44, EMERALD), ((236, 690), (214, 348), 6, 50, COBALT),
        ((244, 700), (366, 440), 5, 44, BLACK), ((240, 720), (420, 590), 4, 36, LEAF),
        ((226, 720), (60, 640), 4, 36, TURQUOISE),
    )  # fmt: skip
    for root, tip, lobes, size, color in stems:
        glue(board, lines(sheet, _seaweed(rng, root, tip, lobes, size)), color, lift=1.1)
    body = smooth(  # the vase
        outline(
            "196,690 208,740 164,800 156,870 196,930 286,930 326,870 318,800 "
            "272,740 284,690 240,696 196,690"
        ),
        90,
    )
    glue(board, polygon(sheet, body), COBALT, lift=1.4)
    bands: list[Stroke] = [  # two bands around it
        (smooth([(166, 820 + k), (240, 838 + k), (316, 820 + k)], 20), 12.0) for k in (0, 44)
    ]
    glue(board, lines(sheet, bands), CREAM, lift=0.3)
    dots: list[Stroke] = [
        ([(x, 854 + (6 if 200 < x < 290 else 0))], 17.0) for x in (184, 212, 241, 270, 298)
    ]
    glue(board, lines(sheet, dots), VERMILION, lift=0.3)


def _fruit(board: Board, x: float, y: float, size: float, color: Colors) -> None:
    sheet, rng = board.sheet, board.sheet.rng
    turns = np.linspace(0, 2 * math.pi, 26)[:-1]
    pip = 0.24 if color is LEMON else 0.0  # a lemon has two tips
    radius = size * (1 + pip * np.abs(np.cos(turns - 0.4)) ** 9 + rng.normal(0, 0.018, len(turns)))
    rim = np.stack([x + radius * np.cos(turns) * 1.04, y + radius * np.sin(turns) * 0.95], axis=-1)
    glue(board, polygon(sheet, rim), color, lift=1.1)
    moon = smooth(  # the light side
        [
            (x - size * 0.62, y - size * 0.1),
            (x - size * 0.36, y - size * 0.58),
            (x + size * 0.06, y - size * 0.7),
            (x - size * 0.3, y - size * 0.34),
            (x - size * 0.62, y - size * 0.1),
        ],
        30,
    )
    glue(board, polygon(sheet, moon), mix(color, CREAM, 0.66), lift=0.25)


def _glue_bowls(board: Board) -> None:
    """Glue the goldfish in their bowl, and the bowl of fruit."""
    sheet, rng = board.sheet, board.sheet.rng
    glass = smooth(  # the fishbowl
        outline("486,700 470,760 482,850 530,880 600,880 648,850 660,760 644,700 566,710 486,700"),
        80,
    )
    glue(board, polygon(sheet, glass), hex_color("#bfe3e2"), lift=1.2)
    water = smooth(
        outline("474,748 520,742 570,750 620,742 656,750 644,846 598,872 530,872 484,844 474,748"),
        80,
    )
    glue(board, polygon(sheet, water), TURQUOISE, torn=True, lift=0.3)
    for x, y, way in ((530, 784, 1.0), (600, 812, -1.0), (556, 842, 1.0)):
        fish = smooth(
            [
                (x - 32 * way, y),
                (x - 4 * way, y - 15),
                (x + 24 * way, y - 3),
                (x + 44 * way, y - 17),
                (x + 39 * way, y),
                (x + 44 * way, y + 17),
                (x + 24 * way, y + 4),
                (x - 4 * way, y + 15),
                (x - 32 * way, y),
            ],
            50,
        )
        glue(board, polygon(sheet, fish), VERMILION, lift=0.4)
        glue(board, disk(sheet, x - 19 * way, y - 3, 3.6), BLACK, lift=0.1)
    for x, y, size, color in (
        (756, 800, 46, ORANGE),  # fruit behind the rim of the bowl
        (836, 786, 50, LEMON),
        (912, 802, 45, VERMILION),
        (796, 758, 42, LEMON),
        (874, 752, 43, ORANGE),
    ):
        _fruit(board, x, y, size, color)
    bowl = smooth(
        outline("690,806 760,822 834,826 910,822 980,804 946,884 890,918 784,918 724,884 690,806"),
        80,
    )
    glue(board, polygon(sheet, bowl), NAVY, lift=1.4)
    waves: list[Stroke] = [
        (smooth([(716 + 60 * k, 850), (736 + 60 * k, 872), (760 + 60 * k, 848)], 14), 9.0)
        for k in range(4)
    ]
    glue(board, lines(sheet, waves), SKY, lift=0.3)
    # Fruit on the table.
    for x, y, size, color in ((440, 940, 44, LEMON), (524, 962, 40, ORANGE), (640, 944, 42, LEMON)):
        _fruit(board, x, y, size, color)
    leaf = lines(sheet, _seaweed(rng, (420, 902), (366, 868), 2, 22))
    glue(board, leaf, LIME, lift=0.6)


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Glue the collage and light its layers from above; a seed gives one collage."""
    sheet = Sheet(width, height, seed)
    board = make_board(sheet)
    _glue_wall(board)
    _glue_view(board)
    _glue_boats(board)
    _glue_frame(board)
    _glue_table(board)
    _glue_vase(board)
    _glue_bowls(board)
    grain = paper_grain(sheet, rough=3.4)
    shade, gloss = relief_light(board.relief + 0.5 * grain, strength=sheet.px(1.1), gloss=0.03)
    return to_image(light_up(board.picture, shade, gloss, depth=0.62))
