"""Mosaic: a fish in the air, a sun and the sea, in glass tiles set along their outlines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artworks.artwork import Artwork
from artworks.brushes import scatter
from artworks.color import Colors, Palette, from_oklab, hex_color, jitter, mix, to_oklab
from artworks.filters import blur, nearest_seed, resize, slope, smoothstep
from artworks.finish import to_image
from artworks.flow import Flow, make_flow
from artworks.noise import noise
from artworks.paper import light_up, relief_light
from artworks.shapes import below, disk, lines, polygon, ridge, smooth
from artworks.sheet import Picture, Plane, Sheet, as_plane
from artworks.tiles import Numbers, Tiles, assign, edges, enlarge, place_tiles, settle, tile_frame

if TYPE_CHECKING:
    from PIL import Image

ARTWORK = Artwork(
    slug="mosaic",
    title="The Fish That Mistook the Sun for Bread",
    technique="Mosaic",
    description="Some five thousand tesserae, each set a little askew so that the light finds it. "
    "Their rows follow the fish, the swell and the sun as a road follows a hill.",
    tags=("mosaic", "fish", "sea", "sun", "tesserae", "antique"),
    palette_note="Lapis, turquoise and sea glass; gold, coral and terracotta; bone-white foam.",
    aspect=(1, 1),
    seed=29,
)

SKY = Palette(("#20506e", "#3f8a99", "#86bfb4", "#d9dcb4", "#f2d9a0"))
SEA = Palette(("#0d2247", "#173f7a", "#1f6f9f", "#3aa3ad", "#8fd0bd"))
FISH = Palette(("#6b1f2a", "#b23a2a", "#e2702f", "#f2ab3a", "#f9dc86", "#fbf1d0"))
GOLD = Palette(("#c8862a", "#e8b13c", "#f7d468", "#fff0b0"))
FOAM, GROUT, EYE = hex_color("#f4efdf"), hex_color("#4a4238"), hex_color("#14161f")
SUN_AT = (742.0, 236.0)
# The points of the fish's spine, from tail to head.
SPINE = ((196, 742), (262, 628), (356, 516), (480, 452), (610, 462), (716, 540), (786, 654))


@dataclass
class Cartoon:
    """The full-size drawing, (H, W): colors, the number of each region, and directions."""

    picture: Picture
    regions: Numbers
    flow: Flow

    def fill(self, mask: Plane, colors: Colors, number: int) -> None:
        """Set the colors under a mask and the number of their region, in place."""
        inside = mask > 0.5
        self.picture = as_plane(np.where(inside[..., None], colors, self.picture))
        self.regions = np.where(inside, np.int32(number), self.regions)


def _sky(sheet: Sheet) -> Cartoon:
    across, y = sheet.units()
    dx, dy = across - SUN_AT[0], y - SUN_AT[1]
    far = np.hypot(dx, dy)
    cloud = noise(sheet.shape, sheet.px(170), 3, sheet.rng, stretch=2)
    rings = 0.05 * np.sign(np.sin(far / 23))  # alternately lighter and darker
    glow = np.exp(-((far / 330) ** 2))
    tone = as_plane(0.1 + y / 1150 + 0.5 * glow + 0.16 * cloud + rings)
    cartoon = Cartoon(  # the tiles run around the sun
        SKY.ramp(tone), np.zeros(sheet.shape, np.int32), make_flow(as_plane(-dy), as_plane(dx))
    )
    turn = np.arctan2(dy, dx)
    wedge = np.cos(turn * 12) * 0.5 + 0.5  # twelve rays
    reach = 150 + 78 * wedge**1.5
    ray = smoothstep(reach + 1, reach - 1, far)
    warm = mix(hex_color("#e4713a"), hex_color("#f7cf6a"), as_plane(np.cos(turn * 12) > 0.2))
    cartoon.fill(ray, warm, 1)
    cartoon.fill(
        disk(sheet, *SUN_AT, 128), np.broadcast_to(hex_color("#b8442e"), cartoon.picture.shape), 2
    )
    cartoon.fill(disk(sheet, *SUN_AT, 108), GOLD.ramp(as_plane(1 - far / 150 + 0.2 * cloud)), 3)
    return cartoon


def _sea(sheet: Sheet, cartoon: Cartoon) -> None:
    across, y = sheet.units()
    x = across[0]
    for number, (level, swing, long, start) in enumerate(
        ((640, 26, 190, 0.2), (712, 34, 240, 2.2), (800, 40, 300, 4.1), (900, 42, 380, 0.9))
    ):
        roll = np.abs(np.sin(x / long * np.pi + start))  # pointed crests
        skyline = as_plane(level + swing * (roll - 0.6) + ridge(sheet, 0, 4, 90))
        mask = below(sheet, skyline)
        depth = as_plane(y - skyline[None, :])
        bands = 0.09 * np.sign(np.sin(depth / 9.2))  # bands parallel to the crest
        light = noise(sheet.shape, sheet.px(130), 2, sheet.rng, stretch=2.5)
        tone = as_plane(0.95 - depth / 115 - 0.08 * number + bands + 0.2 * light)
        cartoon.fill(mask, SEA.ramp(tone), 10 + number)
        cartoon.fill(
            as_plane(mask * (depth < 17)), np.broadcast_to(FOAM, cartoon.picture.shape), 20 + number
        )
        tilt = np.gradient(skyline) / (1 / sheet.px(1))  # units per column, made a slope
        along = make_flow(np.ones(sheet.shape, np.float32), np.broadcast_to(tilt, sheet.shape))
        cartoon.flow = cartoon.flow.mixed(along, mask)


@dataclass(frozen=True)
class Anatomy:
    """The fish's lines, each (220, 2) in units from tail to head; `out` is a unit vector upward."""

    spine: Plane
    out: Plane
    back: Plane
    belly: Plane

    def fin(self, first: int, last: int, height: float, *, under: bool = False) -> Plane:
        """Return the outline of a fin on points `first` to `last` of the back or the belly.

        The fin is `height` units high and leans backward; its edge is toothed.
        """
        base = (self.belly if under else self.back)[first:last]
        side = -1.0 if under else 1.0
        t = np.linspace(0, 1, last - first)
        rise = height * np.sin(np.pi * t**0.7) ** 0.8 * (1 + 0.16 * np.abs(np.sin(t * 15)))
        way = np.gradient(base, axis=0)  # (N, 2)
        way /= np.hypot(way[:, 0], way[:, 1])[:, None]
        edge = base + side * self.out[first:last] * rise[:, None] - way * rise[:, None] * 0.5
        root = self.spine[first:last]
        return as_plane(np.concatenate([edge, root[::-1]]))


def _anatomy() -> Anatomy:
    spine = smooth(SPINE, 220)
    t = np.linspace(0, 1, len(spine))
    way = np.gradient(spine, axis=0)
    way /= np.hypot(way[:, 0], way[:, 1])[:, None]
    out = np.stack([way[:, 1], -way[:, 0]], axis=-1)  # the normal that points up
    girth = 20 + 84 * np.sin(np.pi * t**1.25) ** 0.9  # half the width along the body
    girth *= np.clip((1.015 - t) / 0.12, 0, 1) ** 0.5  # a round head
    above, below_ = spine + out * girth[:, None], spine - out * girth[:, None] * 0.95
    return Anatomy(spine, as_plane(out), as_plane(above), as_plane(below_))


def _along_spine(sheet: Sheet, spine: Plane) -> tuple[Plane, Plane]:
    """Return each pixel's place along the spine (0 tail, 1 head) and its distance below it."""
    _, y = sheet.units()
    column, row = nearest_seed(lines(sheet, [(spine, 1.5)]) > 0.2)
    # Each pixel is compared with all points of the spine, so this is done every 8 units only.
    unit, coarse = 1 / sheet.px(1), max(1, round(sheet.px(8)))
    at = np.stack([column[::coarse, ::coarse], row[::coarse, ::coarse]], axis=-1) * unit
    far = np.hypot(*np.moveaxis(at[..., None, :] - spine, -1, 0))  # (h, w, 220)
    place = resize(as_plane(far.argmin(axis=-1) / len(spine)), sheet.shape)
    return place, as_plane(y - row * unit)


def _fins(sheet: Sheet, cartoon: Cartoon, fish: Anatomy) -> None:
    across, y = sheet.units()
    tail = smooth(
        [(212, 720), (140, 690), (66, 610), (96, 742), (74, 868), (150, 812), (236, 768)], 60
    )
    outlines = (
        fish.fin(84, 176, 84),
        fish.fin(44, 92, 58, under=True),
        tail,
    )
    for number, fin in enumerate(outlines):
        root = fin.mean(axis=0) + (np.array([0, 190]) if number == 0 else np.array([60, -40]))
        rays = np.sign(
            np.sin(np.arctan2(y - root[1], across - root[0]) * (26 if number == 0 else 12))
        )
        tone = as_plane(0.22 + 0.2 * rays)
        cartoon.fill(polygon(sheet, fin), FISH.ramp(tone), 30 + number)


def _fish(sheet: Sheet, cartoon: Cartoon) -> None:
    across, y = sheet.units()
    fish = _anatomy()
    place, side = _along_spine(sheet, fish.spine)
    _fins(sheet, cartoon, fish)
    body = polygon(sheet, np.concatenate([fish.back, fish.belly[::-1]]))
    scallop = np.sign(np.sin(place * 84 + 1.1 * np.cos(side / 11)))  # rows of scales
    tone = as_plane(0.5 + side / 170 + 0.1 * scallop)
    cartoon.fill(body, FISH.ramp(tone), 40)
    stripe = body * (np.abs(side + 4) < 13 * np.clip(np.sin(np.pi * place), 0, 1) ** 0.5)
    cartoon.fill(as_plane(stripe), SEA.ramp(as_plane(0.62 + 0.2 * scallop)), 45)
    cartoon.fill(as_plane(body * (place > 0.79)), FISH.ramp(as_plane(0.62 + side / 150)), 41)
    gill = lines(
        sheet, [(smooth([tuple(fish.back[173]), (704, 590), tuple(fish.belly[174])], 30), 13.0)]
    )
    cartoon.fill(as_plane(gill * body), np.broadcast_to(FISH.colors[0], cartoon.picture.shape), 42)
    flipper = smooth([(676, 560), (610, 552), (540, 602), (516, 654), (592, 640), (656, 612)], 50)
    rays = np.sign(np.sin(np.arctan2(y - 570, across - 690) * 22))
    cartoon.fill(polygon(sheet, flipper), FISH.ramp(as_plane(0.2 + 0.2 * rays)), 46)
    mouth = lines(sheet, [(smooth([(800, 640), (770, 622), (744, 626)], 16), 10.0)])
    cartoon.fill(as_plane(mouth * body), np.broadcast_to(FISH.colors[0], cartoon.picture.shape), 47)
    for radius, color, number in ((27.0, FOAM, 43), (16.0, EYE, 44)):
        eye = disk(sheet, 752, 566, radius)
        cartoon.fill(eye, np.broadcast_to(color, cartoon.picture.shape), number)


def _directions(sheet: Sheet, cartoon: Cartoon) -> Flow:
    """Return the directions of the tiles: along an outline near it, along the form elsewhere."""
    column, row = nearest_seed(edges(cartoon.regions))
    rows, columns = np.mgrid[0 : sheet.height, 0 : sheet.width]
    far = as_plane(np.hypot(columns - column, rows - row))
    # The distance grows away from the outline; a quarter turn gives the direction along it.
    across, down = slope(blur(far, sheet.px(4)))
    outline = make_flow(as_plane(-down), across)
    reach = np.where(cartoon.regions >= 30, 90.0, 44.0)  # the fish's outlines reach farther
    near = np.exp(-((far / (sheet.px(1) * reach)) ** 2))
    return cartoon.flow.mixed(outline, as_plane(near))


def _draw_cartoon(sheet: Sheet) -> Cartoon:
    cartoon = _sky(sheet)
    _sea(sheet, cartoon)
    _fish(sheet, cartoon)
    cartoon.flow = _directions(sheet, cartoon)
    return cartoon


def _cut(sheet: Sheet, cartoon: Cartoon) -> tuple[Tiles, Numbers]:
    fine = as_plane(cartoon.regions >= 30)  # the fish has smaller tiles
    spacing = sheet.px(14.5)
    x, y = scatter(sheet.shape, spacing, sheet.rng, density=1 - fine)
    small_x, small_y = scatter(sheet.shape, spacing * 0.8, sheet.rng, density=fine)
    x, y = np.concatenate([x, small_x]), np.concatenate([y, small_y])
    inside = (x >= 0) & (y >= 0) & (x < sheet.width) & (y < sheet.height)
    tiles = place_tiles(x[inside], y[inside], cartoon.flow, cartoon.regions)
    return settle(tiles, cartoon.flow, cartoon.regions, spacing=spacing, rounds=8)


def _glaze_tiles(sheet: Sheet, cartoon: Cartoon, owner: Numbers, count: int) -> Colors:
    """Return a color for each tile, (N, 3): the mean of the cartoon under it, with variation."""
    size = np.maximum(np.bincount(owner.ravel(), minlength=count), 1)
    channels = [
        np.bincount(owner.ravel(), cartoon.picture[..., i].ravel(), count) / size for i in range(3)
    ]
    colors = jitter(as_plane(np.stack(channels, axis=-1)), sheet.rng, light=0.045, hue=0.013)
    lab = to_oklab(colors)
    # A few tiles of another batch are paler.
    odd = sheet.rng.uniform(0, 1, count) < 0.05
    lab[odd, 0] += 0.09
    return from_oklab(lab)


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Lay the mosaic, set its tiles at twice the size, and return the picture reduced."""
    sheet = Sheet(width, height, seed)
    cartoon = _draw_cartoon(sheet)
    tiles, owner = _cut(sheet, cartoon)
    colors = _glaze_tiles(sheet, cartoon, owner, len(tiles.x))
    fine = Sheet(width * 2, height * 2, seed + 1)
    tiles = enlarge(tiles, 2)
    regions = np.repeat(np.repeat(cartoon.regions, 2, axis=0), 2, axis=1)
    known = np.repeat(np.repeat(owner, 2, axis=0), 2, axis=1)
    owner = assign(tiles, regions, reach=2, known=known)  # only the edges change
    return to_image(_set_in_grout(fine, tiles, owner, colors), size=(width, height))


def _set_in_grout(sheet: Sheet, tiles: Tiles, owner: Numbers, colors: Colors) -> Picture:
    """Return the lit wall: tiles with broken edges, each with its own tilt, in rough grout."""
    column, row = nearest_seed(edges(owner), reach=sheet.px(10))
    rows, columns = np.mgrid[0 : sheet.height, 0 : sheet.width]
    far = np.hypot(columns - column, rows - row) / sheet.px(1)
    chip = 0.5 * noise(sheet.shape, sheet.px(7), 3, sheet.rng)  # edges break unevenly
    face = smoothstep(0.75, 1.5, as_plane(far + chip))
    along, across = (part / sheet.px(14) for part in tile_frame(tiles, owner))
    lean_x, lean_y = sheet.rng.normal(0, 0.5, (2, len(tiles.x)))  # one tilt per tile, (N,)
    tilt = as_plane(lean_x[owner] * along + lean_y[owner] * across)
    vein = noise(sheet.shape, sheet.px(9), 3, sheet.rng)
    grit = noise(sheet.shape, sheet.px(3), 2, sheet.rng)
    dome = np.clip(far / 5, 0, 1) ** 0.6  # round edges
    height = face * (0.8 + 0.5 * dome + 0.55 * tilt + 0.07 * vein) + (1 - face) * 0.12 * grit
    shade, gloss = relief_light(
        blur(as_plane(height), sheet.px(0.5)), strength=sheet.px(4.2), gloss=0.4
    )
    glass = as_plane(colors[owner] * (1 + 0.09 * vein)[..., None])
    grout = GROUT * (1 + 0.22 * grit)[..., None]
    wall = glass * face[..., None] + grout * (1 - face[..., None])
    return light_up(as_plane(wall), np.clip(shade, 0.5, 1.35), as_plane(gloss * face), depth=0.85)
