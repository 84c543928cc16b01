"""Pen drawing: forms with a tone and a direction, hatched in layers, with contours by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from artworks.filters import smoothstep
from artworks.noise import noise
from artworks.shapes import lines
from artworks.sheet import Plane, Sheet, as_plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from artworks.shapes import Points

    Stroke = tuple[Points, Sequence[float] | float]

LAYERS = (
    # angle to the first strokes, units between strokes, tone below which they are drawn
    (0.0, 5.0, 0.93),
    (1.02, 5.4, 0.66),
    (-0.75, 5.0, 0.44),
    (0.32, 4.6, 0.27),
)


@dataclass
class Drawing:
    """The drawing, in planes: tone (1 is paper), directions of the forms, and contours.

    `along` is the direction of a form's first strokes in radians; `bow` bends them, in units;
    `cool` is the share of slate in its wash.
    """

    sheet: Sheet
    tone: Plane
    along: Plane
    bow: Plane
    cool: Plane
    contour: Plane
    pending: list[Stroke] = field(default_factory=list)

    def put(
        self, mask: Plane, tone: Plane | float, along: Plane | float, bow: Plane | float = 0.0,
        *, cool: float = 0.0,
    ) -> None:  # fmt: skip
        """Draw a form over the forms behind it."""
        self.draw_pending()  # contours so far belong to the forms behind
        inside = mask > 0.5
        self.contour = as_plane(self.contour * (1 - mask))  # the new form hides them
        self.tone = as_plane(self.tone * (1 - mask) + np.asarray(tone) * mask)
        self.along = as_plane(np.where(inside, along, self.along))  # angles cannot be mixed
        self.bow = as_plane(np.where(inside, bow, self.bow))
        self.cool = as_plane(np.where(inside, cool, self.cool))

    def outline(self, points: Points, width: float = 1.7) -> None:
        """Add a contour, with points and width in units, to those that are drawn later."""
        self.pending.append((points, width))

    def draw_pending(self) -> None:
        """Draw the contours collected so far, before the next form hides a part of them."""
        if self.pending:
            drawn = lines(self.sheet, _wobbled(self.sheet, self.pending))
            self.contour = np.maximum(self.contour, drawn)
            self.pending.clear()


def hatch(sheet: Sheet, drawing: Drawing, layer: tuple[float, float, float]) -> Plane:
    """Return one layer of pen strokes, (H, W), bent with the form and lifted where it is light."""
    turn, gap, limit = layer
    x, y = sheet.units()
    angle = drawing.along + np.float32(turn)
    cos, sin = np.cos(angle), np.sin(angle)
    hand = 1.5 * noise(sheet.shape, sheet.px(90), 3, sheet.rng)
    place = (y * cos - x * sin + drawing.bow + hand) / gap  # which stroke, as a real number
    number = np.round(place).astype(np.int64)
    # A hand draws strokes of limited length, so each line is broken and starts again.
    lots = sheet.rng.uniform(0, 1, (3, 1009)).astype(np.float32)  # prime: fewer repeats
    run = (x * cos + y * sin) / (42 + 36 * lots[0][number % 1009]) + 7 * lots[1][number % 1009]
    part = run - np.floor(run)  # place along its piece of the line, 0..1
    which = (number * 31 + np.floor(run).astype(np.int64) * 17) % 1009
    lift = smoothstep(0.0, 0.1, part) * smoothstep(1.0, 0.88, part)
    # Each stroke starts at a slightly different tone.
    dark = np.clip((limit - drawing.tone + 0.12 * (lots[2][which] - 0.5)) / 0.3, 0, 1)
    width = (0.7 + 1.15 * dark) * lift * smoothstep(0.0, 0.12, dark)
    apart = np.abs(place - number) * gap  # units from the line's middle
    return as_plane(smoothstep(0.45, -0.45, apart - width * 0.5) * smoothstep(0.1, 0.5, width))


def _wobbled(sheet: Sheet, strokes: list[Stroke]) -> list[Stroke]:
    """Return the contours as a hand draws them: more points, unsteady, with uneven pressure."""
    drawn: list[Stroke] = []
    for points, width in strokes:
        path = np.asarray(points, dtype=float)
        # A straight line of few points cannot shake; with eight points per segment it can.
        if len(path) < 8:
            t = np.linspace(0, 1, 9)[:-1]
            pieces = [a + (b - a) * t[:, None] for a, b in pairwise(path)]
            path = np.concatenate([*pieces, path[-1:]])
        shake = sheet.rng.normal(0, 0.55, path.shape)
        thick = np.broadcast_to(np.asarray(width, dtype=float), len(path))
        press = thick * (0.8 + 0.35 * sheet.rng.uniform(0, 1, len(path)))
        drawn.append((as_plane(path + shake), press.tolist()))
    return drawn
