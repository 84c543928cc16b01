"""Woodcut: a great wave in front of a mountain, four blocks printed in five inks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.color import glaze, hex_color, mix
from artworks.filters import blur, sample, signed_distance, smoothstep
from artworks.finish import to_image
from artworks.noise import line_noise, noise
from artworks.paper import paper_grain, wood_grain
from artworks.shapes import below, disk, line, lines, polygon, smooth
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from artworks.shapes import Points

ARTWORK = Artwork(
    slug="woodcut",
    title="The Wave Looks Back at the Mountain",
    technique="Woodcut",
    description="Four blocks and five inks. Each line was left standing while the wood about it "
    "was cut away, and each runs the way the water runs.",
    tags=("woodcut", "sea", "wave", "mountain", "print", "graphic"),
    palette_note="Indigo, Prussian blue, pale jade and coral on cream paper.",
    aspect=(4, 3),
    seed=17,
)

PAPER, KEY = hex_color("#f3e8cf"), hex_color("#16213f")
DEEP, JADE = hex_color("#2f6294"), hex_color("#9fc9c0")
CORAL, OCHRE = hex_color("#e0654a"), hex_color("#efc985")
SUN_AT, SUN_RADIUS = (694.0, 214.0), 118.0
# The wave's back and its hollow front, and the mountain, in units.
BACK = (
    (-60, 470),
    (20, 330),
    (110, 200),
    (220, 118),
    (330, 84),
    (430, 100),
    (506, 158),
    (540, 240),
)
HOLLOW = (
    (540, 240),
    (486, 208),
    (424, 212),
    (366, 256),
    (328, 330),
    (318, 420),
    (344, 510),
    (410, 590),
    (520, 646),
    (660, 690),
    (820, 738),
    (990, 800),
)
MOUNTAIN = (
    (416, 640),
    (540, 540),
    (630, 444),
    (690, 372),
    (716, 350),
    (742, 352),
    (772, 378),
    (836, 456),
    (930, 546),
    (1040, 616),
    (1040, 660),
)


@dataclass
class Blocks:
    """What each block prints, (H, W) in [0, 1]: where the wood was left standing and inked."""

    key: Plane
    deep: Plane
    jade: Plane
    coral: Plane
    ochre: Plane


def engrave(phase: Plane, tone: Plane, *, waver: Plane) -> Plane:
    """Return parallel cut lines, (H, W): one ink line at each whole `phase`, as wide as `tone`.

    `tone` (0..1) is the share of ink; `waver` (periods) is the unsteadiness of the knife.
    """
    moved = phase + waver
    apart = np.abs(moved - np.round(moved)) * 2  # 0 in the middle of a line, 1 between
    across, down = np.gradient(phase)
    # `period` is the change of `apart` per px, so the edge of a line is about one px soft.
    period = np.clip(np.hypot(across, down) * 2, 1e-4, 1.0)
    return smoothstep(-0.6, 0.6, (tone - apart) / period)


def _knife(sheet: Sheet) -> tuple[Plane, Plane]:
    """Return the unsteadiness of a line (periods) and of its width (tone), (H, W) each."""
    waver = 0.16 * noise(sheet.shape, sheet.px(70), 2, sheet.rng)
    chatter = 0.2 * noise(sheet.shape, sheet.px(26), 3, sheet.rng)
    return as_plane(waver), as_plane(chatter)


def _to_curve(sheet: Sheet, points: Points) -> Plane:
    """Return the distance in units of each pixel to a curve through points, (H, W)."""
    mark = line(sheet, smooth(points), 2.0) > 0.3
    return as_plane(np.abs(signed_distance(mark)) / sheet.px(1))


def _sky(sheet: Sheet, blocks: Blocks) -> None:
    across, y = sheet.units()
    waver, chatter = _knife(sheet)
    drift = 26 * noise(sheet.shape, sheet.px(360), 2, sheet.rng, stretch=2)
    far = np.hypot(across - SUN_AT[0], y - SUN_AT[1])
    # Lines bend around the sun.
    pull = 30 * np.exp(-(((far - SUN_RADIUS) / 90) ** 2)) * np.sign(y - SUN_AT[1])
    night = smoothstep(330, -20, y)  # 1 at the top
    # Lines 10.5 units apart.
    phase = as_plane((y + drift - pull * smoothstep(90, 0, np.abs(far - SUN_RADIUS))) / 10.5)
    cut = engrave(phase, as_plane(0.1 + 0.56 * night + chatter), waver=waver)
    outside = smoothstep(SUN_RADIUS - 1, SUN_RADIUS + 3, far)
    blocks.key = as_plane(cut * outside * smoothstep(0.02, 0.2, night + chatter * 0.4 + 0.1))
    # The lines between those of the key block.
    rows = engrave(phase + 0.5, as_plane(0.55 * night + 0.3 + chatter), waver=waver)
    blocks.deep = as_plane(rows * smoothstep(230, 20, y + drift) * outside)
    blocks.ochre = as_plane(smoothstep(620, 200, y) * 0.95)
    sun = disk(sheet, *SUN_AT, SUN_RADIUS)
    rings = engrave(
        as_plane((y + 0.2 * drift) / 9),
        as_plane(1.16 - 0.75 * smoothstep(150, 330, y) + chatter),
        waver=waver,
    )
    blocks.coral = as_plane(np.maximum(sun * rings, 0.45 * smoothstep(400, 560, y + drift)))


def _mountain(sheet: Sheet, blocks: Blocks) -> None:
    across, y = sheet.units()
    waver, chatter = _knife(sheet)
    mask = polygon(sheet, smooth(MOUNTAIN, 200))
    slope = (across - 728) / np.clip(y - 300, 30, None)  # lines run down from the summit
    height = y + 26 * np.abs(((across - 728) / 26 + 0.4 * chatter) % 2 - 1)  # a jagged snow line
    snow = smoothstep(448, 440, height)
    shade = 0.3 + 0.5 * smoothstep(0.1, -0.5, slope) + 0.25 * smoothstep(0.4, 1.2, slope)
    run = engrave(
        as_plane(slope * 30),
        as_plane((shade + 1.6 * chatter) * (1 - 0.72 * snow)),
        waver=waver * 1.6,
    )
    mist = smoothstep(640, 560, y)
    rim = np.clip(mask - blur(mask, sheet.px(2.2)), 0, 1) * 3  # the outline
    blocks.key = as_plane(blocks.key * (1 - mask) + np.clip(run * mask * mist + rim * mist, 0, 1))
    blocks.deep = as_plane(blocks.deep * (1 - mask) + mask * (1 - snow) * mist * 0.85)
    blocks.jade = as_plane(blocks.jade * (1 - mask) + mask * (1 - mist) * 0.8)
    blocks.coral = as_plane(blocks.coral * (1 - mask))
    blocks.ochre = as_plane(blocks.ochre * (1 - mask))


def _swells(sheet: Sheet, blocks: Blocks) -> None:
    """Carve the rows of smaller waves in front of the mountain, from far to near."""
    across, y = sheet.units()
    x = across[0]
    for level, swing, long, lean in ((604, 10, 150, 1.0), (648, 20, 220, 2.4), (704, 30, 330, 4.4)):
        waver, chatter = _knife(sheet)
        roll = np.abs(np.sin(x / long * math.pi + lean)) ** 0.8  # pointed crests
        skyline = as_plane(
            level
            - swing * 1.5 * (1 - roll)
            - 5 * line_noise(sheet.width, sheet.px(50), 4, sheet.rng)
        )
        mask = below(sheet, skyline)
        depth = y - skyline[None, :]
        bowl = depth * (1 + 0.5 * roll[None, :]) + 14 * noise(  # lines follow the crest
            sheet.shape, sheet.px(150), 2, sheet.rng, stretch=2
        )
        foam = smoothstep(9, 6, depth + 9 * chatter * 2 + 6 * roll[None, :])
        tone = np.clip(0.25 + depth / 90 + chatter, 0.1, 0.85) * (1 - foam)
        cut = engrave(as_plane(bowl / 9.5), as_plane(tone), waver=waver)
        rim = np.clip(mask - blur(mask, sheet.px(2)), 0, 1) * 3
        # The wave replaces the mountain in every block.
        for block, value in (
            ("key", np.clip(cut + rim, 0, 1)),
            ("deep", (1 - foam) * smoothstep(4, 60, depth) * 0.95),
            ("jade", (1 - foam) * 0.9),
            ("coral", 0.0),
            ("ochre", 0.0),
        ):
            setattr(blocks, block, as_plane(getattr(blocks, block) * (1 - mask) + value * mask))


def _claws(
    sheet: Sheet,
) -> tuple[list[tuple[Points, Sequence[float] | float]], list[tuple[float, float, float]]]:
    """Return the fingers of the foam as tapered curves, and its round heads as x, y, radius."""
    crest = smooth(BACK, 400)[150:]
    inner = smooth(HOLLOW, 400)[:130][::-1]
    edge = np.concatenate([crest, inner[::-1]])
    fingers: list[tuple[Points, Sequence[float] | float]] = []
    heads = []
    for i in range(0, len(edge), 7):
        x, y = edge[i]
        way = edge[min(i + 6, len(edge) - 1)] - edge[max(i - 6, 0)]
        way = way / max(float(np.hypot(*way)), 1e-6)
        out = np.array([way[1], -way[0]])  # out of the wave
        # The foam is larger toward the tip of the wave.
        size = float(sheet.rng.uniform(8, 17)) * (0.55 + 0.6 * min(1.0, i / 200))
        heads.append((float(x), float(y), size))
        if i < 90:
            continue
        turn = way * 0.7 + out * 0.75 + np.array([0.25, 0.35])  # forward, outward and down
        tip = edge[i] + turn * size * float(sheet.rng.uniform(1.5, 2.6))
        hook = tip + np.array([0.1, 1.0]) * size * float(sheet.rng.uniform(0.5, 1.2))
        path = smooth(
            [
                tuple(edge[i]),
                tuple((edge[i] + tip) / 2 + out * size * 0.35),
                tuple(tip),
                tuple(hook),
            ],
            18,
        )
        fingers.append((path, [float(w) for w in np.linspace(size * 0.95, 1.6, 18)]))
    return fingers, heads


def _foam(sheet: Sheet) -> tuple[Plane, Plane]:
    """Return the mask of the foam and the mask of its black outline, (H, W) each."""
    fingers, heads = _claws(sheet)
    dots: list[tuple[Points, Sequence[float] | float]] = [([(x, y)], 2 * r) for x, y, r in heads]
    for _ in range(70):
        x, y = 500 + sheet.rng.normal(0, 90), 150 + sheet.rng.normal(0, 80)
        dots.append(([(float(x), float(y))], float(sheet.rng.uniform(3, 9))))
    # 5.5 units wider: the outline.
    grown = [(p, (np.asarray(w) + 5.5).tolist()) for p, w in (*dots, *fingers)]
    inside, outline = lines(sheet, [*dots, *fingers]), lines(sheet, grown)
    return inside, as_plane(np.clip(outline - inside, 0, 1))


def _great_wave(sheet: Sheet, blocks: Blocks) -> None:
    across, y = sheet.units()
    waver, chatter = _knife(sheet)
    outline = np.concatenate([smooth(BACK, 240), smooth(HOLLOW, 240)[1:], [(990, 830), (-80, 830)]])
    mask = polygon(sheet, outline)
    outer, inner = _to_curve(sheet, BACK), _to_curve(sheet, HOLLOW)
    share = outer / (outer + inner + 1e-3)  # 0 at the back, 1 at the hollow
    band = share * 17 + 0.22 * noise(sheet.shape, sheet.px(210), 2, sheet.rng)
    stripe = 0.5 + 0.5 * np.cos(band * 2 * math.pi / 4.25)  # wide stripes of light and dark
    tone = np.clip(0.18 + 0.5 * stripe + 0.28 * share**3 + chatter, 0.05, 0.92)
    cut = engrave(as_plane(band * 2.1), as_plane(tone), waver=waver)
    curl = smoothstep(0.8, 0.97, share) * smoothstep(700, 420, y)
    foam, black = _foam(sheet)
    veins = smoothstep(0.35, 0.62, stripe)
    body = {
        "key": np.clip(cut + np.clip(mask - blur(mask, sheet.px(2)), 0, 1) * 3, 0, 1),
        "deep": np.clip(veins + curl, 0, 1),
        "jade": np.ones_like(mask) * smoothstep(0.02, 0.12, share),
        "coral": np.zeros_like(mask),
        "ochre": np.zeros_like(mask),
    }
    for name, value in body.items():
        setattr(blocks, name, as_plane(getattr(blocks, name) * (1 - mask) + value * mask))
    for name in body:  # the foam is bare paper
        setattr(blocks, name, as_plane(getattr(blocks, name) * (1 - foam)))
    lace = engrave(
        as_plane(np.hypot(across - 470, y - 300) / 8), as_plane(0.16 + 0.8 * chatter), waver=waver
    )
    blocks.key = as_plane(
        np.maximum(
            blocks.key,
            np.maximum(
                black,
                0.8
                * lace
                * smoothstep(0.9, 1.0, blur(foam, sheet.px(4)))
                * smoothstep(0.1, 0.3, chatter + 0.2),
            ),
        )
    )
    blocks.jade = as_plane(np.maximum(blocks.jade, 0.35 * foam * smoothstep(0.0, 0.2, chatter)))


def _boat(sheet: Sheet, blocks: Blocks) -> None:
    hull = smooth(
        [
            (640, 622),
            (690, 640),
            (770, 646),
            (850, 634),
            (912, 600),
            (880, 648),
            (780, 668),
            (690, 660),
        ],
        80,
    )
    mask = polygon(sheet, hull)
    # The boat is cut out of the blocks below it.
    for name in ("deep", "jade", "key"):
        setattr(blocks, name, as_plane(getattr(blocks, name) * (1 - mask)))
    rowers = [(x, 638 + 4 * math.sin(x)) for x in range(712, 850, 23)]
    heads = lines(sheet, [([(x, y - 8), (x + 3, y + 2)], [7.0, 11.0]) for x, y in rowers])
    blocks.ochre = as_plane(np.maximum(blocks.ochre * (1 - mask), mask * 0.9))
    blocks.coral = as_plane(np.maximum(blocks.coral, 0.9 * heads))
    planks = lines(
        sheet, [(smooth([(660, 640 + k), (770, 655 + k), (890, 622 + k)], 30), 1.6) for k in (0, 7)]
    )
    rim = np.clip(mask - blur(mask, sheet.px(1.6)), 0, 1) * 3
    blocks.key = as_plane(np.clip(np.maximum(blocks.key, rim + planks * mask), 0, 1))


def _print(sheet: Sheet, plate: Plane, shift: tuple[float, float], wear: float) -> Plane:
    """Return the ink of one block: slightly shifted (units), with wood grain and worn places."""
    rows, columns = np.mgrid[0 : sheet.height, 0 : sheet.width].astype(np.float32)
    placed = sample(plate, columns + sheet.px(shift[0]), rows + sheet.px(shift[1]))
    grain = wood_grain(sheet)
    squeeze = np.clip(placed - blur(placed, sheet.px(1.8)), 0, 1) * 0.35  # ink pressed to the edges
    salt = smoothstep(-0.95, -0.45, noise(sheet.shape, sheet.px(4), 3, sheet.rng))
    load = 1 - wear * (0.75 * grain + 0.35 * noise(sheet.shape, sheet.px(200), 2, sheet.rng))
    return as_plane((placed * load + squeeze * placed) * (1 - wear + wear * salt))


def _carve(sheet: Sheet) -> Blocks:
    empty = np.zeros(sheet.shape, dtype=np.float32)
    blocks = Blocks(empty, empty, empty, empty, empty)
    _sky(sheet, blocks)
    _mountain(sheet, blocks)
    _swells(sheet, blocks)
    _boat(sheet, blocks)
    _great_wave(sheet, blocks)
    return blocks


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Carve and print the artwork at twice its size, then reduce it; a seed gives one print."""
    sheet = Sheet(width * 2, height * 2, seed)
    blocks = _carve(sheet)
    grain = paper_grain(sheet, rough=5)
    picture: Picture = mix(PAPER, hex_color("#e5d3ae"), as_plane(grain * 0.5))
    # Light inks first; the key block with the lines comes last.
    pulls = (
        (blocks.ochre, OCHRE, (1.6, -0.8), 0.35),
        (blocks.coral, CORAL, (-1.2, 1.0), 0.3),
        (blocks.jade, JADE, (1.2, 1.4), 0.4),
        (blocks.deep, DEEP, (-1.5, 0.6), 0.42),
        (blocks.key, KEY, (0.0, 0.0), 0.17),
    )
    for plate, ink, shift, wear in pulls:
        picture = glaze(picture, ink, _print(sheet, plate, shift, wear))
    return to_image(picture, size=(width, height))
