"""Marbling: a sea under the moon, of combed ink that was dropped and drawn on a bath of size.

Every tool is an exact displacement of the plane (Lu, Jaffer et al., "Mathematical Marbling",
2012). So each pixel is followed backward through the tools to the drop it came from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from artworks.artwork import Artwork
from artworks.color import Palette, glaze, hex_color, jitter, mix
from artworks.filters import sample, smoothstep
from artworks.finish import to_image
from artworks.noise import noise
from artworks.paper import paper_grain
from artworks.sheet import Picture, Plane, Sheet, as_plane

if TYPE_CHECKING:
    from PIL import Image

    from artworks.color import Colors

ARTWORK = Artwork(
    slug="marbling",
    title="Moonrise, Combed out of Ink",
    technique="Paper marbling (ebru)",
    description="Three hundred drops on a bath of water, then a stylus, a rake and a comb. The "
    "mountains are one pull upward; the sea has been combed until it moved by itself.",
    tags=("marbling", "ebru", "moon", "sea", "mountains", "night"),
    palette_note="Indigo and teal night, madder and gold light, cream paper.",
    aspect=(4, 3),
    seed=23,
)

SKY = Palette(("#0f1733", "#16244d", "#1d3a66", "#0f1733", "#27537f", "#5f88a3", "#16244d"))
HIGH = Palette(("#e9d9b4", "#c98a3a", "#8d2f2b", "#5f88a3"))
LAND = Palette(("#3b1220", "#7c2325", "#a8382b", "#1d1830", "#c98a3a", "#5b1a27", "#e0b767"))
WATER = Palette(("#0e2440", "#14586a", "#23868a", "#0b1733", "#7fbdb0", "#123a63", "#dfe3cf"))
GLITTER = Palette(("#f4e4b8", "#e0a63f", "#c0572f", "#f9f1da"))
MOON = ("#8d2f2b", "#d98f35", "#f3dda0", "#fbf3dc")
MOON_STONE = Palette(("#fdf8ea", "#f0cf83", "#f7e7bd", "#e2b763", "#fdf3d8"))
STARS = Palette(("#f4e4b8", "#fdf8ea", "#e0a63f"))
MOON_AT = (700.0, 214.0)
BARE = Palette(("#131f45", "#481824", "#0e3446"))
HORIZON = 486.0
_BLOCK = 1 << 15  # pixels followed at once: their arrays stay in the cache


class Tool(Protocol):
    """A tool that moves the ink by a displacement that can be undone."""

    def undo(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Return where the ink at (x, y), in units, was before the tool."""


@dataclass(frozen=True)
class Drop:
    """A drop of ink at (x, y): it pushes the ink around it outward and keeps its area."""

    x: float
    y: float
    radius: float
    color: int

    def undo(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Return where the ink outside the drop was before it fell."""
        dx, dy = x - np.float32(self.x), y - np.float32(self.y)
        # Area is kept: a ring at distance r was at sqrt(r**2 - radius**2) before.
        shrink = np.sqrt(np.maximum(1 - np.float32(self.radius**2) / (dx * dx + dy * dy), 0))
        return as_plane(self.x + dx * shrink), as_plane(self.y + dy * shrink)


@dataclass(frozen=True)
class Rake:
    """Tines `gap` units apart, drawn along x, neighbors in opposite senses, deeper below `top`."""

    gap: float
    reach: float
    top: float
    phase: float = 0.0

    def undo(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Return where the ink was before the rake."""
        deep = smoothstep(self.top - 14, self.top + 240, y)
        gap = self.gap * (0.55 + 0.45 * deep)
        swing = np.sin((y - self.top) / gap * math.pi + self.phase)  # senses alternate
        # Y does not change, so this is exact.
        return as_plane(x - self.reach * (0.25 + 0.75 * deep) * swing * (y > self.top - 14)), y


@dataclass(frozen=True)
class Comb:
    """Tines `gap` units apart, drawn along y by `reach`, within `window` units of `middle`."""

    gap: float
    reach: float
    middle: float
    window: float
    sharp: float = 0.16
    lean: float = 0.0

    def _pull(self, x: Plane, y: Plane) -> Plane:
        place = (x + self.lean * y) / self.gap
        apart = np.abs(place - np.round(place)) * 2  # 0 at a tine, 1 between two
        near = np.exp(-apart / self.sharp)
        return as_plane(self.reach * near * np.exp(-(((y - self.middle) / self.window) ** 2)))

    def undo(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Return where the ink was before the comb."""
        before = y
        # The pull depends on the place before it, so the equation is solved by fixed-point steps.
        for _ in range(5):
            before = y - self._pull(x, before)
        return x, as_plane(before)


@dataclass(frozen=True)
class Tine:
    """One tine at column `x`, drawn up by `reach`; the ink follows within about `width` units."""

    x: float
    reach: float
    width: float
    middle: float
    window: float

    def undo(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Return where the ink was before the tine."""
        pull = self.reach * np.exp(-np.abs(x - self.x) / self.width)
        before = y
        for _ in range(6):  # fixed-point steps, as in Comb
            near = np.exp(-(((before - self.middle) / self.window) ** 2))
            before = y + pull * near
        return x, as_plane(before)


@dataclass(frozen=True)
class Whirl:
    """A stylus that circles (x, y): ink turns by `turn` radians at `radius`, less elsewhere."""

    x: float
    y: float
    radius: float
    turn: float

    def undo(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Return where the ink was before the whirl."""
        dx, dy = x - np.float32(self.x), y - np.float32(self.y)  # (N,)
        far = np.hypot(dx, dy)
        ring = np.exp(-(((far - self.radius) / (0.55 * self.radius)) ** 2))
        angle = -self.turn * ring  # the angle depends only on the distance, so this is exact
        cos, sin = np.cos(angle), np.sin(angle)
        return as_plane(self.x + dx * cos - dy * sin), as_plane(self.y + dx * sin + dy * cos)


@dataclass(frozen=True)
class Wave:
    """A tilt of the bath: ink slides along x (or y) by a sine of the other axis."""

    size: float
    length: float
    phase: float
    along_x: bool = True

    def undo(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Return where the ink was before the tilt."""
        if self.along_x:
            return as_plane(x - self.size * np.sin(y / self.length + self.phase)), y
        return x, as_plane(y - self.size * np.sin(x / self.length + self.phase))


@dataclass(frozen=True)
class Swell:
    """Waves `length` units apart that lift the ink below y = `top`, more toward the viewer."""

    size: float
    length: float
    top: float
    phase: float
    lean: float = 0.0

    def undo(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Return where the ink was before the swell."""
        before = y
        for _ in range(5):
            deep = smoothstep(self.top, self.top + 300, before)
            place = (x + self.lean * before) / (self.length * (0.6 + 0.5 * deep)) + self.phase
            # A sine whose phase follows its own slope has narrow crests, as water has.
            crest = np.sin(place + 0.5 * np.cos(place))
            before = y + self.size * deep * crest
        return x, as_plane(before)


class Bath:
    """The bath: the tools and drops used so far in their order, and the colors of the drops."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.tools: list[Drop | Tool] = []
        self.colors: list[Colors] = []

    def drop(self, x: float, y: float, radius: float, color: Colors) -> None:
        """Add one drop at (x, y) with a radius, in units; its color varies a little."""
        self.tools.append(Drop(x, y, radius, len(self.colors)))
        self.colors.append(jitter(color[None], self.rng, light=0.018, hue=0.01)[0])

    def sprinkle(
        self,
        palette: Palette,
        count: int,
        box: tuple[float, float, float, float],
        radii: tuple[float, float],
    ) -> None:
        """Add `count` drops, as from a whisk, over a box of left, top, right and bottom."""
        for i in range(count):
            x, y = self.rng.uniform(box[0], box[2]), self.rng.uniform(box[1], box[3])
            # Small drops are more frequent.
            size = radii[0] * (radii[1] / radii[0]) ** float(self.rng.uniform(0, 1) ** 1.6)
            self.drop(float(x), float(y), size, palette.colors[i % len(palette.names)])

    def use(self, *tools: Tool) -> None:
        """Draw tools through the ink, in their order."""
        self.tools.extend(tools)


def _lay_ground(bath: Bath) -> None:
    """Sprinkle the three bands, night, land and water, until little bare size is left."""
    for _ in range(5):
        bath.sprinkle(SKY, 42, (-120, -120, 1144, HORIZON - 90), (22, 84))
        bath.sprinkle(LAND, 21, (-90, HORIZON - 66, 1114, HORIZON + 6), (12, 40))
        bath.sprinkle(WATER, 35, (-120, HORIZON + 50, 1144, 860), (16, 66))
    bath.sprinkle(HIGH, 26, (-40, -20, 1060, HORIZON - 170), (5, 17))
    bath.sprinkle(LAND, 63, (-60, HORIZON - 70, 1084, HORIZON), (7, 24))
    bath.sprinkle(WATER, 56, (-60, HORIZON + 30, 1084, 830), (5, 20))


def _draw_land(bath: Bath) -> None:
    peaks = (  # x, reach, width
        (90, 120, 70), (236, 176, 84), (352, 92, 40), (438, 128, 56), (560, 74, 44),
        (842, 92, 52), (930, 168, 70), (1010, 110, 60), (-10, 90, 60),
    )  # fmt: skip
    for x, reach, width in peaks:
        for _ in range(2):
            bath.use(Tine(x, reach * 0.55, width, HORIZON - 40, 150))
    for gap, pull in ((61.0, 26.0), (27.0, 14.0)):
        bath.use(Comb(gap, pull, HORIZON - 80, 90, sharp=0.3, lean=0.5))


def _draw_water(bath: Bath) -> None:
    """Rake the water, drop the moon's light on it, and comb both into waves."""
    bath.use(Rake(52, 210, HORIZON + 14), Swell(13, 62, HORIZON + 20, 0.2))
    bath.sprinkle(WATER, 77, (-60, 600, 1084, 820), (6, 24))
    for y in np.linspace(HORIZON + 30, 800, 26):
        spread = 22 + 0.3 * (float(y) - HORIZON)
        x = MOON_AT[0] + bath.rng.normal(0, 0.25) * spread
        bath.sprinkle(GLITTER, 3, (x - spread, float(y), x + spread, float(y) + 8), (5, 12))
    bath.use(
        Rake(30, 64, HORIZON + 14, 1.3),
        Swell(17, 47, HORIZON + 20, 1.4, lean=0.35),
        Comb(38, -26, 730, 170, sharp=0.34, lean=0.5),
        Comb(15, -9, 690, 190, sharp=0.3, lean=-0.3),
    )


def _draw_sky(bath: Bath) -> None:
    bath.use(
        Wave(34, 74, 0.4),
        Wave(22, 120, 1.1, along_x=False),
        Whirl(*MOON_AT, 170, 1.1),
        Whirl(250, 150, 95, 1.7),
        Whirl(470, 96, 60, -1.9),
        Whirl(930, 120, 70, -1.5),
        Whirl(64, 290, 60, -1.6),
        Whirl(440, 300, 58, 1.4),
    )


def _raise_moon(bath: Bath) -> None:
    for name, size in zip(MOON, (70, 62, 70, 50), strict=True):
        bath.drop(*MOON_AT, size, hex_color(name))
    for i in range(60):
        # The root spreads the drops evenly over the disk.
        turn, far = bath.rng.uniform(0, 2 * math.pi), 92 * math.sqrt(bath.rng.uniform(0, 1))
        place = MOON_AT[0] + far * math.cos(turn), MOON_AT[1] + far * math.sin(turn)
        bath.drop(*place, float(bath.rng.uniform(3, 12)), MOON_STONE.colors[i % 5])
    bath.use(Whirl(*MOON_AT, 70, 0.9), Whirl(*MOON_AT, 118, -0.5))


def fill_bath(rng: np.random.Generator) -> Bath:
    """Return the bath of the artwork, with its drops and tools in the order of use."""
    bath = Bath(rng)
    _lay_ground(bath)
    _draw_sky(bath)
    _draw_water(bath)
    _draw_land(bath)
    _raise_moon(bath)
    bath.sprinkle(STARS, 50, (0, 0, 1024, 300), (1.6, 4.2))
    return bath


def lift(bath: Bath, x: Plane, y: Plane) -> tuple[Plane, Plane, Plane]:
    """Return for N points the color number (-1 is bare size) and the place in that drop.

    The place is in radii of the drop, before any tool moved it. For bare size it is x and y.
    """
    color = np.full(x.shape, -1, dtype=np.int32)
    at_x, at_y = x.copy(), y.copy()
    alive = np.arange(len(x))
    for tool in reversed(bath.tools):  # the last tool is undone first
        if isinstance(tool, Drop):
            dx, dy = (x - tool.x) / tool.radius, (y - tool.y) / tool.radius
            inside = dx * dx + dy * dy < 1
            if inside.any():
                hit = alive[inside]
                color[hit], at_x[hit], at_y[hit] = tool.color, dx[inside], dy[inside]
                x, y, alive = x[~inside], y[~inside], alive[~inside]  # points in a drop are done
        x, y = tool.undo(x, y)
    return as_plane(color), at_x, at_y


def _lift_sheet(sheet: Sheet, bath: Bath) -> tuple[Plane, Plane, Plane]:
    x, y = (plane.ravel() for plane in sheet.units())
    parts = [lift(bath, x[i : i + _BLOCK], y[i : i + _BLOCK]) for i in range(0, len(x), _BLOCK)]
    number, at_x, at_y = (
        np.concatenate(kind).reshape(sheet.shape) for kind in zip(*parts, strict=True)
    )
    return number, at_x, at_y


def _color_ink(sheet: Sheet, bath: Bath) -> Picture:
    number, at_x, at_y = _lift_sheet(sheet, bath)
    # Which of the three bare colors.
    bare = np.searchsorted([HORIZON - 110, HORIZON + 20], at_y * (number < 0))
    table = np.concatenate([np.stack(bath.colors), BARE.colors])
    picture = table[np.where(number < 0, len(bath.colors) + bare, number).astype(np.intp)]
    rim = np.hypot(at_x, at_y)
    # The grains were in the drop before the tools stretched it, so they are read at that place.
    grains = noise((512, 512), 18, 4, sheet.rng, gain=0.8)
    spin = number * 1.7  # each drop reads the grains at another angle
    seen = sample(
        grains,
        256 + 120 * (at_x * np.cos(spin) - at_y * np.sin(spin)),
        256 + 120 * (at_x * np.sin(spin) + at_y * np.cos(spin)),
    )
    inked = number >= 0
    # Ink is thicker at the rim of a drop.
    thick = 0.24 * seen + 0.42 * smoothstep(0.7, 1.0, rim) * inked
    picture = np.where(
        (thick > 0)[..., None],
        glaze(picture, hex_color("#7d7896"), thick),
        mix(picture, hex_color("#efe2c2"), as_plane(-thick * 0.8)),
    )
    halo = smoothstep(0.955, 0.985, rim) * inked
    return mix(as_plane(picture), hex_color("#0a1024"), as_plane(halo * 0.55))


def render(*, width: int, height: int, seed: int) -> Image.Image:
    """Marble the sheet at twice its size, then reduce it; the same seed gives the same bath."""
    sheet = Sheet(width * 2, height * 2, seed)
    bath = fill_bath(sheet.rng)
    picture = _color_ink(sheet, bath)
    grain = paper_grain(sheet, rough=4)
    specks = smoothstep(0.5, 0.72, noise(sheet.shape, sheet.px(3.4), 2, sheet.rng))
    picture = mix(picture, hex_color("#f0e3c6"), as_plane(specks * 0.2 + 0.07 * (grain - 0.4)))
    return to_image(picture * (0.9 + 0.2 * grain[..., None]), size=(width, height))
