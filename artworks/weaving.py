"""Weaving: hills and a low sun, a weft-faced tapestry with hatched joins."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.color import Palette, from_oklab, hex_color, mix, to_oklab
from artworks.filters import blur, smoothstep
from artworks.finish import to_image
from artworks.noise import line_noise, noise
from artworks.outlines import outline
from artworks.paper import relief_light
from artworks.shapes import below, disk, lines, polygon, ridge, smooth
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

ARTWORK = Artwork(
    slug="weaving",
    title="Valley, Woven from the West",
    technique="Tapestry weaving",
    description="Wool over linen, row on row. The colors cross in hatched teeth, and every hill "
    "rises by the thickness of one thread at a time.",
    tags=("weaving", "tapestry", "hills", "sun", "river", "wool", "warm"),
    palette_note="Madder, weld and walnut against indigo, sage and undyed wool.",
    aspect=(4, 3),
    seed=41,
)

RIB, BEAT = 6.4, 2.0
"""Units between two warp threads, and between two passes of the weft."""

YARNS = (
    Palette(("#38486f", "#6b6f92", "#b9848a", "#e09a76", "#f0bd83", "#f6dcae")),  # sky
    Palette(("#f9e7b4", "#f6c860", "#ee9a3b", "#d9602f", "#b23a2a")),  # sun
    Palette(("#5d6a90", "#7d83a3", "#a79db0", "#c9b3b4")),  # far range
    Palette(("#27395f", "#3b5680", "#5c7d96", "#93a9a5")),  # indigo hills
    Palette(("#2f4a3f", "#55704f", "#8a955c", "#bfb56d", "#e3d08a")),  # sage fields
    Palette(("#4d1f22", "#8c2f2a", "#b9472f", "#d9773f", "#eab06a")),  # madder fields
    Palette(("#5b3a22", "#9b6a2c", "#cf9a35", "#ebc65f", "#f6e2a0")),  # weld fields
    Palette(("#22304a", "#3f6a86", "#7fa9b0", "#efd7a4", "#fbeecb")),  # river
    Palette(("#1c2433", "#2a3a3c", "#3f5546", "#6f7f55")),  # trees
    Palette(("#efe4cb", "#d8c7a4", "#a33a2a", "#5a2b22")),  # houses
)
SKY, SUN, FAR, INDIGO, SAGE, MADDER, WELD, RIVER, TREE, HOUSE = range(10)
SMALL = (TREE, HOUSE, SUN, RIVER)


@dataclass
class Cartoon:
    """The drawing behind the loom, (H, W): a set of yarns and a tone (0..1) at each place."""

    yarn: NDArray[np.int32]
    tone: Plane

    def lay(self, mask: Plane, yarn: int, tone: Plane | float) -> None:
        """Draw a shape with a set of yarns and a tone, in place."""
        inside = mask > 0.5
        self.yarn = np.where(inside, yarn, self.yarn)
        self.tone = as_plane(np.where(inside, tone, self.tone))


def _draw_sky(sheet: Sheet) -> Cartoon:
    x, y = sheet.units()
    drift = noise(sheet.shape, sheet.px(180), 3, sheet.rng, stretch=3.5)
    sky = Cartoon(np.full(sheet.shape, SKY, dtype=np.int32), as_plane(y / 420 + 0.24 * drift))
    far = np.hypot(x - 640, y - 262)
    for reach, tone in ((236.0, 0.78), (196.0, 0.92)):
        sky.lay(as_plane(far < reach + 12 * drift), SKY, as_plane(tone + 0.1 * drift))
    sky.lay(disk(sheet, 640, 262, 152), SUN, as_plane((y - 112) / 300 + 0.08 * drift))
    for left, top, wide in (
        (60, 110, 240),
        (250, 176, 190),
        (820, 96, 210),
        (760, 236, 150),
        (420, 300, 260),
        (-20, 250, 170),
    ):
        lens = np.hypot((x - left - wide / 2) / (wide / 2), (y - top - 8 * drift) / 11)
        sky.lay(as_plane(lens < 1), SKY, 0.95 if top < 200 else 0.42)
    birds = [
        (
            smooth(
                (
                    (cx - 22, cy - 8),
                    (cx - 8, cy - 9),
                    (cx, cy),
                    (cx + 10, cy - 11),
                    (cx + 26, cy - 8),
                ),
                14,
            ),
            5.0,
        )
        for cx, cy in ((300, 92), (362, 66), (236, 66))
    ]
    sky.lay(lines(sheet, birds), INDIGO, 0.0)
    return sky


def _field(sheet: Sheet, bow: float, gap: float) -> Plane:
    """Return furrows: stripes in 0..1, `gap` units apart, that fan out as a slope turns away."""
    x, y = sheet.units()
    bend = 30 * noise(sheet.shape, sheet.px(300), 2, sheet.rng)
    return as_plane(0.5 + 0.5 * np.sin((x * bow + y + bend) * (2 * math.pi / gap)))


def _draw_hills(sheet: Sheet, cartoon: Cartoon) -> None:
    x, y = sheet.units()
    layers = (
        # level, swing, scale, tilt, yarns, tone at the crest, fall, furrows
        (330, 46, 210, -0.02, FAR, 0.85, 110.0, 0.0),
        (384, 58, 250, 0.06, INDIGO, 0.95, 130.0, 0.16),
        (448, 52, 320, -0.09, SAGE, 0.98, 160.0, 0.2),
        (506, 48, 280, 0.12, WELD, 0.98, 170.0, 0.24),
        (578, 52, 360, -0.12, MADDER, 0.98, 190.0, 0.26),
        (656, 46, 330, 0.1, SAGE, 0.66, 230.0, 0.34),
    )
    for number, (level, swing, scale, tilt, yarn, top, fall, rows) in enumerate(layers):
        skyline = ridge(sheet, level, swing, scale, octaves=3) + tilt * (x[0] - 512)
        depth = y - skyline[None, :]
        furrows = _field(sheet, 0.55 * (-1) ** number, 30 + 5 * number)
        light = 0.18 * noise(sheet.shape, sheet.px(160), 2, sheet.rng)
        tone = top - depth / fall + rows * (furrows - 0.5) * 1.6 + light
        rim = depth < 7
        cartoon.lay(below(sheet, as_plane(skyline)), yarn, np.where(rim, 1.0, tone))
        if number == 4:
            _draw_river(sheet, cartoon)
        if number in (2, 3, 4, 5):
            _plant(sheet, cartoon, as_plane(skyline), 4 + number, 42.0 + 12 * number)
        if number == 3:
            _build(sheet, cartoon, as_plane(skyline))


def _draw_river(sheet: Sheet, cartoon: Cartoon) -> None:
    _, y = sheet.units()
    course = smooth(
        outline("652,452 610,492 560,520 590,560 700,600 690,650 540,700 470,800"),
        120,
    )
    widths = np.interp(np.linspace(0, 1, 120), (0, 0.35, 0.7, 1), (8, 24, 60, 120)).tolist()
    shine = noise(sheet.shape, sheet.px(40), 2, sheet.rng, stretch=6)
    tone = as_plane(0.95 - (y - 452) / 420 + 0.35 * shine)
    cartoon.lay(lines(sheet, [(course, [w + 12 for w in widths])]), TREE, 0.9)
    cartoon.lay(lines(sheet, [(course, widths)]), RIVER, tone)


def _plant(sheet: Sheet, cartoon: Cartoon, skyline: Plane, count: int, tall: float) -> None:
    """Draw `count` cypresses and round trees along a crest, lit from the side of the sun."""
    across, y = sheet.units()
    for _ in range(count):
        x = float(sheet.rng.uniform(10, 1014))
        foot = float(np.interp(x, across[0], skyline)) + 10
        high = tall * float(sheet.rng.uniform(0.7, 1.3))
        if sheet.rng.uniform() < 0.55:
            far = np.hypot((across - x) / (high * 0.17), (y - foot + high * 0.5) / (high * 0.56))
        else:
            far = np.hypot((across - x) / (high * 0.4), (y - foot + high * 0.42) / (high * 0.36))
            cartoon.lay(lines(sheet, [([(x, foot + 6), (x, foot - 8)], 9.0)]), TREE, 0.0)
        toward = math.copysign(1.0, 640 - x)
        shade = (
            0.45 + 0.4 * toward * (across - x) / (high * 0.3) - 0.3 * (y - foot + high * 0.5) / high
        )
        cartoon.lay(as_plane(far < 1), TREE, as_plane(shade))


def _build(sheet: Sheet, cartoon: Cartoon, skyline: Plane) -> None:
    across, _ = sheet.units()
    for x, wide, tall in (
        (150, 44, 44),
        (204, 34, 58),
        (246, 52, 40),
        (300, 30, 30),
        (180, 22, 96),
        (842, 48, 42),
        (894, 34, 34),
    ):
        foot = float(np.interp(x, across[0], skyline)) + 24
        top = foot - tall
        cartoon.lay(polygon(sheet, [(x, top), (x + wide, top), (x + wide, foot), (x, foot)]), HOUSE,
                    as_plane(0.36 * (across > x + wide * 0.6)))  # fmt: skip
        roof = [(x - 6, top + 2), (x + wide / 2, top - tall * 0.42 - 8), (x + wide + 6, top + 2)]
        cartoon.lay(polygon(sheet, roof), HOUSE, 0.67)
        door = [
            (x + wide * 0.26, foot - 18),
            (x + wide * 0.26 + 9, foot - 18),
            (x + wide * 0.26 + 9, foot - 4),
            (x + wide * 0.26, foot - 4),
        ]
        cartoon.lay(polygon(sheet, door), HOUSE, 1.0)


def _sow(sheet: Sheet, cartoon: Cartoon) -> None:
    """Draw poppies and other flowers over the nearest field, larger toward the viewer."""
    across, y = sheet.units()
    for _ in range(70):
        x, level = float(sheet.rng.uniform(0, 1024)), float(sheet.rng.uniform(0, 1)) ** 0.8
        foot = 690 + 76 * level
        near = np.hypot(across - x, (y - foot) * 1.3) < 5 + 6 * level
        kind, tone = ((MADDER, 0.5), (MADDER, 0.75), (WELD, 0.9), (HOUSE, 0.0))[
            int(sheet.rng.integers(4))
        ]
        cartoon.lay(as_plane(near), kind, tone)


def draw_cartoon(sheet: Sheet) -> Cartoon:
    """Return the drawing that lies behind the warp threads."""
    cartoon = _draw_sky(sheet)
    _draw_hills(sheet, cartoon)
    _sow(sheet, cartoon)
    return cartoon


def hatch_rows(row: NDArray[np.int32], spread: Plane) -> Plane:
    """Return the teeth of the hatched joins in units: how far a row's color crosses its border."""
    teeth = np.abs((row % 10) / 5.0 - 1) * 2 - 1  # -1..1 over ten rows
    return as_plane(teeth * spread)


def _behind(
    sheet: Sheet, cartoon: Cartoon, rib: NDArray[np.int32], row: NDArray[np.int32],
    reach: Plane | float,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:  # fmt: skip
    """Return the row and column of the cartoon behind each bead, `reach` units to its right."""
    height, width = cartoon.tone.shape
    scale = width / 1024
    down = np.clip((row + 0.5) * BEAT * scale, 0, height - 1)
    across = np.clip(((rib + 0.5) * RIB + reach) * scale, 0, width - 1)
    return down.astype(np.intp), across.astype(np.intp)


def weave(
    sheet: Sheet, cartoon: Cartoon, row: NDArray[np.int32], rib: NDArray[np.int32]
) -> Picture:
    """Return the color of the wool, (H, W, 3), for the pass and the warp thread of each pixel."""
    rng = sheet.rng
    count = int(row.max()) + 2
    lot = 0.5 + 0.5 * line_noise(count, 5, 2, rng)
    plain = _behind(sheet, cartoon, rib, row, 0.0)
    reached = _behind(sheet, cartoon, rib, row, hatch_rows(row, as_plane(3 + 11 * lot[row])))
    # Small things have clean slits at their sides; only the fields interlock.
    small = np.isin(cartoon.yarn[plain], SMALL) | np.isin(cartoon.yarn[reached], SMALL)
    at = tuple(np.where(small, p, r) for p, r in zip(plain, reached, strict=True))
    kind, tone = cartoon.yarn[at], cartoon.tone[at]
    # Within one field the tones also cross in teeth: each pass leans to the next tone or back.
    lean = hatch_rows(row + 3, np.full(row.shape, 0.42, dtype=np.float32))
    table = np.zeros((len(YARNS), 6, 3), dtype=np.float32)
    for i, yarns in enumerate(YARNS):
        table[i, : len(yarns.names)] = yarns.colors
    last = np.array([len(yarns.names) - 1 for yarns in YARNS])[kind]
    step = np.clip(np.rint(np.clip(tone, 0, 1) * last + lean), 0, last).astype(np.intp)
    lab = to_oklab(table)[kind, step]  # (H, W, 3)
    dye = rng.normal(0, 1, (count, len(YARNS), 3)).astype(np.float32)  # per pass and yarn
    dye = as_plane(dye * np.array([0.014, 0.006, 0.006]))
    bead = rng.normal(0, 0.014, (count, int(rib.max()) + 1)).astype(np.float32)
    lab = lab + dye[row // 2 * 2, kind]
    lab[..., 0] += bead[row, rib]
    return from_oklab(as_plane(lab))


def shed(sheet: Sheet) -> tuple[NDArray[np.int32], NDArray[np.int32], Plane, Plane]:
    """Return each pixel's pass, its warp thread, and its place (-1..1) down and across its bead."""
    x, y = sheet.units()
    beaten = y + 3.2 * noise(sheet.shape, sheet.px(230), 2, sheet.rng, stretch=2)
    beaten = beaten + 0.5 * noise(sheet.shape, sheet.px(16), 2, sheet.rng)
    pulled = x + 1.6 * noise(sheet.shape, sheet.px(180), 2, sheet.rng)
    rib = np.clip(np.floor(pulled / RIB), 0, None).astype(np.int32)
    across = pulled / RIB - rib - 0.5
    odd = rib % 2
    # A pass covers only every second warp thread: beads are two passes high and lie like bricks.
    slant = 0.5 * across
    place = (beaten / BEAT - odd + slant) / 2
    bead = np.floor(place)
    row = np.clip(bead * 2 + odd, 0, None).astype(np.int32)
    return row, rib, as_plane((place - bead - 0.5) * 2), as_plane(across * 2)


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Weave the tapestry at twice its size, then reduce it; a seed gives one tapestry."""
    cartoon = draw_cartoon(Sheet(width, height, seed))
    sheet = Sheet(width * 2, height * 2, seed + 1)
    row, rib, down, across = shed(sheet)
    wool = weave(sheet, cartoon, row, rib)
    round_bead = np.sqrt(np.clip(1 - down**2, 0, 1)) * np.sqrt(np.clip(1.12 - across**2, 0, 1))
    twist = noise(sheet.shape, sheet.px(2.6), 2, sheet.rng, stretch=3)
    fuzz = noise(sheet.shape, sheet.px(1.6), 2, sheet.rng)
    relief = as_plane(round_bead + 0.22 * twist + 0.1 * fuzz)
    shade, gloss = relief_light(blur(relief, sheet.px(0.35)), strength=sheet.px(1.5), gloss=0.05)
    hollow = smoothstep(0.0, 0.55, round_bead)  # dark gaps between the beads
    wool = mix(wool, hex_color("#1d1410"), as_plane(0.62 * (1 - hollow)))
    wool = wool * (0.8 + 0.26 * shade + 0.07 * twist)[..., None] + gloss[..., None]
    return to_image(as_plane(wool), size=(width, height))
