"""Watercolor: hills, a lake and a white house, painted wet in wet on cold-pressed paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.brushes import scatter
from artworks.color import glaze, hex_color
from artworks.filters import blur, sample, smoothstep
from artworks.finish import to_image
from artworks.noise import noise, ridges, warp
from artworks.paper import light_up, paper_grain, relief_light
from artworks.shapes import below, lines, polygon, ridge
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from artworks.color import Colors
    from artworks.shapes import Points

ARTWORK = Artwork(
    slug="watercolor",
    title="After Rain, the Hills Come Closer",
    technique="Watercolor",
    description="The sky was still wet when the hills were touched in. The house is the paper "
    "itself, left alone, and the poppies are what the brush let fall.",
    tags=("watercolor", "hills", "lake", "sky", "soft", "light"),
    palette_note="Cobalt, violet and viridian, raw sienna, and a few touches of vermilion.",
    aspect=(4, 3),
    seed=8,
)

PAPER = hex_color("#faf6ec")
COBALT, VIOLET, APRICOT = hex_color("#5a8fd0"), hex_color("#8d7fb8"), hex_color("#f6bf86")
VIRIDIAN, SAP, SIENNA = hex_color("#3f8f86"), hex_color("#8aa63f"), hex_color("#d79a4a")
INDIGO, ROSE, VERMILION = hex_color("#33486f"), hex_color("#d77a8a"), hex_color("#dc3f2a")
SHORE, MEADOW = 470.0, 585.0
DILUTION = 0.72  # a wash is mostly water


@dataclass
class Paper:
    """The sheet of paper: its color so far, its grain, and the places kept dry (`reserve` 0)."""

    sheet: Sheet
    picture: Picture
    grain: Plane
    reserve: Plane

    def wash(self, mask: Plane, pigment: Colors, density: Plane | float, *, grit: float) -> None:
        """Add a wash, in place; its pigment settles in the pits of the paper by `grit` (0..1.5)."""
        pits = 1 + grit * (0.5 - self.grain) * 1.7  # more pigment where the grain is low
        depth = mask * density * np.clip(pits, 0.1, 2.4) * self.reserve * DILUTION
        self.picture = glaze(self.picture, pigment, as_plane(depth))


def _hand(sheet: Sheet, mask: Plane, *, loose: float = 4.0) -> Plane:
    """Return the mask with the edge of a brush held by hand: it wanders and catches on the paper.

    `loose` is how far the edge wanders, in units.
    """
    wandered = warp(mask, sheet.px(loose), sheet.px(46), sheet.rng)
    return warp(wandered, sheet.px(1.3), sheet.px(6), sheet.rng)


def _dried(sheet: Sheet, mask: Plane, *, edge: float) -> Plane:
    """Return the density of a dried wash, (H, W): uneven, with pigment carried to its rim."""
    pool = 0.8 + 0.42 * noise(sheet.shape, sheet.px(130), 5, sheet.rng, gain=0.55)
    rim = np.clip(mask - blur(mask, sheet.px(1.6)), 0, 1) * 2
    wide = np.clip(mask - blur(mask, sheet.px(7)), 0, 1)
    return as_plane(mask * np.clip(pool, 0.25, 1.7) + edge * (rim + 0.8 * wide))


def _blooms(
    sheet: Sheet, count: int, area: tuple[float, float, float, float]
) -> tuple[Plane, Plane]:
    """Return the pale middles and the dark rims of backruns, (H, W) each.

    `area` is a box of left, top, right and bottom in units.
    """
    across, y = sheet.units()
    middle, rim = np.zeros(sheet.shape, np.float32), np.zeros(sheet.shape, np.float32)
    crinkle = noise(sheet.shape, sheet.px(34), 5, sheet.rng, gain=0.62)
    for _ in range(count):
        at_x, at_y = sheet.rng.uniform(area[0], area[2]), sheet.rng.uniform(area[1], area[3])
        radius = float(sheet.rng.uniform(26, 76))
        # In units, negative inside the backrun.
        far = np.hypot(across - at_x, (y - at_y) * 1.25) - radius * (1 + 0.55 * crinkle)
        middle = np.maximum(middle, smoothstep(1, -radius * 0.5, far))
        rim = np.maximum(rim, np.exp(-((far / 3.0) ** 2)) * (0.6 + 0.5 * crinkle))
    return as_plane(middle), as_plane(np.clip(rim, 0, 1))


def _salt(sheet: Sheet, mask: Plane) -> Plane:
    """Return the share of pigment that grains of salt soaked up, as small pale stars, (H, W)."""
    x, y = scatter(sheet.shape, sheet.px(13), sheet.rng, density=as_plane(mask * 0.5))
    stars: list[tuple[Points, Sequence[float] | float]] = []
    unit = 1 / sheet.px(1)
    for i in range(len(x)):
        at = np.array([float(x[i]), float(y[i])]) * unit
        for angle in np.arange(5) * math.tau / 5 + sheet.rng.uniform(0, 1):  # five rays
            reach = float(sheet.rng.uniform(2, 6))
            tip = at + reach * np.array([math.cos(angle), math.sin(angle)])
            stars.append(([tuple(at), tuple(tip)], [3.4, 0.8]))
    drunk = blur(lines(sheet, stars), sheet.px(0.9)) if stars else mask * 0
    return as_plane(np.clip(drunk * 1.1, 0, 1))


def _sky(paper: Paper) -> None:
    sheet = paper.sheet
    across, y = sheet.units()
    whole = as_plane(smoothstep(SHORE + 20, SHORE - 90, y))
    billow = noise(sheet.shape, sheet.px(230), 5, sheet.rng, stretch=1.8)
    billow = warp(billow, sheet.px(26), sheet.px(90), sheet.rng)
    hard = smoothstep(0.02, 0.1, billow + 0.04)  # some clouds have hard edges, some soft ones
    soft = smoothstep(-0.35, 0.4, billow + 0.05)
    open_sky = as_plane(0.5 * hard + 0.5 * soft)
    middle, rim = _blooms(sheet, 6, (40, 30, 990, 260))
    high = smoothstep(400, -60, y)
    # A backrun is pale inside and dark at its rim.
    blue = open_sky * (0.12 + 0.8 * high) * (1 - 0.55 * middle) + 0.45 * rim * open_sky
    paper.wash(whole, COBALT, as_plane(blue * 1.25), grit=0.75)
    under = smoothstep(0.0, -0.32, billow) * smoothstep(-0.62, -0.25, billow + 0.1)
    paper.wash(whole, VIOLET, as_plane((0.4 * under + 0.06 * open_sky) * (0.4 + high)), grit=0.9)
    warm = np.exp(-(((y - 360) / 95) ** 2)) * (  # a warm band at the horizon
        0.55 + 0.5 * noise(sheet.shape, sheet.px(200), 3, sheet.rng)
    )
    paper.wash(whole, APRICOT, as_plane(np.clip(warm, 0, 1) * 1.1), grit=0.3)
    glow = np.exp(-(np.hypot((across - 330) / 260, (y - 350) / 90) ** 2))
    paper.wash(whole, ROSE, as_plane(0.35 * glow), grit=0.3)


def _hills(paper: Paper) -> None:
    sheet = paper.sheet
    _, y = sheet.units()
    ranges = (
        # level, swing, scale, first pigment, second pigment, density
        (322.0, 62.0, 330.0, VIOLET, COBALT, 0.5),
        (372.0, 60.0, 280.0, COBALT, VIOLET, 0.8),
        (408.0, 44.0, 220.0, VIRIDIAN, COBALT, 0.85),
        (444.0, 26.0, 170.0, VIRIDIAN, SIENNA, 0.95),
    )
    for level, swing, scale, first, second, density in ranges:
        skyline = ridge(sheet, level, swing, scale, octaves=4)
        mask = _hand(sheet, as_plane(below(sheet, skyline, soft=1.5) * (y < SHORE + 4)), loose=3)
        dried = _dried(sheet, mask, edge=0.75)
        # Which of two pigments.
        share = np.clip(0.5 + 0.8 * noise(sheet.shape, sheet.px(150), 3, sheet.rng), 0, 1)
        # Hills fade into mist.
        mist = 0.14 + 0.86 * np.exp(-np.clip(y - skyline[None, :], 0, None) / 44)
        folds = 0.75 + 0.5 * ridges(sheet.shape, sheet.px(120), 3, sheet.rng) ** 2
        body = as_plane(dried * mist * density * folds)
        paper.wash(mask, first, as_plane(body * share * 1.25), grit=0.85)
        paper.wash(mask, second, as_plane(body * (1 - share) * 1.25), grit=0.85)


def _trees(paper: Paper) -> None:
    sheet = paper.sheet
    across, y = sheet.units()
    clump = noise(sheet.shape, sheet.px(26), 4, sheet.rng)
    row = ridge(sheet, SHORE - 16, 15, 70, octaves=4)
    hedge = below(sheet, as_plane(row + 5), soft=2)
    mask = as_plane(hedge * smoothstep(SHORE + 5, SHORE + 1, y))
    # Trees as x, height and half width: ellipses with uneven edges.
    for x, tall, wide in (
        (176.0, 96.0, 15.0),
        (206.0, 126.0, 18.0),
        (242.0, 84.0, 14.0),
        (770.0, 92.0, 30.0),
        (826.0, 70.0, 34.0),
        (724.0, 60.0, 24.0),
    ):
        far = np.hypot((across - x) / wide, (y - (SHORE - tall * 0.5)) / (tall * 0.56))
        mask = as_plane(np.maximum(mask, smoothstep(0.12, -0.12, far - 1 - 0.35 * clump)))
    mask = _hand(sheet, mask, loose=2)
    dried = _dried(sheet, mask, edge=0.9)
    share = np.clip(0.5 + 0.9 * clump, 0, 1)
    paper.wash(mask, INDIGO, as_plane(dried * (1 - share) * 0.7), grit=1.0)
    paper.wash(mask, SAP, as_plane(dried * (0.6 + share) * 1.05), grit=0.6)
    paper.wash(mask, VIRIDIAN, as_plane(dried * 0.35 * smoothstep(0.2, -0.3, clump)), grit=0.8)


def _house(paper: Paper) -> Plane:
    """Return the mask, (H, W), that keeps the house and the sail white."""
    sheet = paper.sheet
    walls = polygon(sheet, [(566, 474), (566, 428), (590, 400), (614, 428), (690, 428), (690, 474)])
    sail = polygon(
        sheet, [(372, 506), (375, 420), (410, 500)], [(366, 504), (368, 446), (348, 500)]
    )
    return as_plane(np.clip(walls + sail, 0, 1))


def _finish_house(paper: Paper) -> None:
    sheet = paper.sheet
    paper.reserve = np.ones(sheet.shape, np.float32)
    roof = _hand(sheet, polygon(sheet, [(588, 396), (668, 398), (698, 430), (616, 430)]), loose=1)
    paper.wash(roof, VERMILION, _dried(sheet, roof, edge=0.8) * 0.8, grit=0.6)
    side = _hand(sheet, polygon(sheet, [(614, 430), (690, 430), (690, 474), (614, 474)]), loose=1)
    paper.wash(side, VIOLET, _dried(sheet, side, edge=0.5) * 0.42, grit=0.6)
    panes = [[(x, 442), (x + 9, 442), (x + 9, 456), (x, 456)] for x in (630.0, 652.0, 672.0)]
    panes.append([(584, 446), (596, 446), (596, 474), (584, 474)])
    glass = _hand(sheet, polygon(sheet, *panes), loose=0.5)
    paper.wash(glass, INDIGO, _dried(sheet, glass, edge=0.4) * 0.9, grit=0.4)
    hull = _hand(sheet, polygon(sheet, [(338, 508), (418, 507), (404, 520), (352, 520)]), loose=1)
    paper.wash(hull, VERMILION, _dried(sheet, hull, edge=0.8) * 0.7, grit=0.5)
    paper.wash(hull, INDIGO, _dried(sheet, hull, edge=0.8) * 0.3, grit=0.5)


def _lake(paper: Paper) -> None:
    sheet = paper.sheet
    across, y = sheet.units()
    band = smoothstep(SHORE + 1, SHORE + 4, y)
    ripple = noise(sheet.shape, sheet.px(17), 3, sheet.rng, stretch=9)
    above = sample(
        paper.picture,
        (across + 9 * ripple) * sheet.px(1),
        (2 * SHORE - y + 10 * ripple) * sheet.px(1),  # y is mirrored at the shore
    )
    # A dry brush skips over the grain, and the bare paper sparkles.
    skip = smoothstep(0.16, 0.28, ripple + 0.55 * (paper.grain - 0.5) - 0.12 * (y - SHORE) / 100)
    mirror = (  # the ink above, not its paper
        np.clip(1 - above / PAPER, 0, 1)
        * (0.72 * band * (1 - 0.9 * skip) * paper.reserve)[..., None]
    )
    paper.picture = as_plane(paper.picture * (1 - 0.9 * mirror))
    paper.wash(band, COBALT, as_plane((0.35 + 0.3 * ripple) * (1 - skip)), grit=0.9)
    paper.wash(band, VIRIDIAN, as_plane(0.35 * smoothstep(500, 600, y) * (1 - skip)), grit=0.9)


def _meadow(paper: Paper) -> None:
    sheet = paper.sheet
    _, y = sheet.units()
    bank = ridge(sheet, MEADOW, 34, 420, octaves=4)
    mask = _hand(sheet, below(sheet, bank, soft=2), loose=5)
    depth = np.clip((y - bank[None, :]) / 180, 0, 1)
    # Opaque enough to cover the lake; on a real sheet the paper stayed dry here.
    paper.picture = as_plane(paper.picture * (1 - mask[..., None]) + PAPER * mask[..., None])
    drunk = _salt(sheet, as_plane(mask * smoothstep(0.25, 0.7, depth)))
    middle, rim = _blooms(sheet, 5, (40, 620, 990, 760))
    dried = _dried(sheet, mask, edge=0.8) * (1 - 0.8 * drunk) * (1 - 0.45 * middle) + 0.3 * rim
    drift = np.clip(0.5 + 0.9 * noise(sheet.shape, sheet.px(190), 4, sheet.rng, stretch=2), 0, 1)
    paper.wash(mask, SAP, as_plane(dried * (0.55 + 0.55 * depth)), grit=0.5)
    paper.wash(mask, SIENNA, as_plane(dried * drift * 0.75 * (1 - 0.5 * depth)), grit=0.6)
    paper.wash(mask, VIRIDIAN, as_plane(dried * (1 - drift) * 0.9 * depth), grit=0.9)
    paper.wash(
        mask, INDIGO, as_plane(dried * smoothstep(0.55, 1.0, depth + 0.25 * drift) * 0.55), grit=1.0
    )
    _grass(paper)


def _grass(paper: Paper) -> None:
    sheet = paper.sheet
    blades: list[tuple[Points, Sequence[float] | float]] = []
    for _ in range(420):
        x, foot = float(sheet.rng.uniform(-10, 1034)), float(sheet.rng.uniform(640, 800))
        # Blades grow toward the viewer.
        tall = float(sheet.rng.uniform(18, 34)) * (foot - 520) / 150
        lean = float(sheet.rng.normal(0.12, 0.3)) * tall
        blades.append(
            (
                [(x, foot), (x + lean * 0.3, foot - tall * 0.6), (x + lean, foot - tall)],
                [3.2, 2.2, 0.7],
            )
        )
    half = len(blades) // 2
    for part, pigment in ((blades[:half], VIRIDIAN), (blades[half:], SAP)):
        mask = _hand(sheet, lines(sheet, part), loose=1)
        paper.wash(mask, pigment, _dried(sheet, mask, edge=0.7) * 0.75, grit=0.7)


def _poppies(paper: Paper) -> None:
    """Drop the poppies into the wet meadow, in place: they bleed, and the brush spatters."""
    sheet = paper.sheet
    heads: list[tuple[Points, Sequence[float] | float]] = []
    hearts: list[tuple[Points, Sequence[float] | float]] = []
    for _ in range(64):
        near = float(sheet.rng.uniform(0, 1)) ** 0.8  # more poppies are near
        x, y = float(sheet.rng.uniform(10, 1014)), 618 + 130 * near
        size = (5 + 17 * near) * float(sheet.rng.uniform(0.7, 1.2))
        heads.append(
            ([(x - size * 0.3, y), (x + size * 0.35, y - size * 0.12)], [size, size * 1.1])
        )
        hearts.append(([(x, y + size * 0.1)], size * 0.3))
    spatter: list[tuple[Points, Sequence[float] | float]] = [
        ([(float(sheet.rng.uniform(0, 1024)), float(sheet.rng.normal(650, 60)))], float(r))
        for r in 1.2 + 3.4 * sheet.rng.uniform(0, 1, 150) ** 3  # many small drops, few large ones
    ]
    petals = _hand(sheet, lines(sheet, heads), loose=3)
    paper.wash(blur(petals, sheet.px(7)), VERMILION, 0.5, grit=0.4)  # color that bled into the wet
    cover = as_plane(0.82 * petals)[..., None]  # petals are nearly opaque
    paper.picture = as_plane(paper.picture * (1 - cover) + (PAPER * hex_color("#ffc9a8")) * cover)
    paper.wash(petals, VERMILION, _dried(sheet, petals, edge=1.0) * 0.85, grit=0.5)
    paper.wash(_hand(sheet, lines(sheet, hearts), loose=1), INDIGO, 1.1, grit=0.4)
    drops = lines(sheet, spatter)
    paper.wash(drops, VERMILION, _dried(sheet, drops, edge=0.8) * 0.6, grit=0.4)


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Paint the artwork; the same seed gives the same painting."""
    sheet = Sheet(width, height, seed)
    grain = paper_grain(sheet, rough=8)
    ground = np.broadcast_to(PAPER, (*sheet.shape, 3)).astype(np.float32)
    paper = Paper(sheet, ground, grain, np.ones(sheet.shape, np.float32))
    paper.reserve = as_plane(1 - _hand(sheet, _house(paper), loose=1))
    _sky(paper)
    _hills(paper)
    _trees(paper)
    _lake(paper)
    _finish_house(paper)
    _meadow(paper)
    _poppies(paper)
    shade, gloss = relief_light(grain, strength=sheet.px(1.1))
    return to_image(light_up(paper.picture, shade, gloss, depth=0.16))
