"""Flow fields: unit directions that brush strokes, carved lines and tiles follow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from artworks.filters import blur, sample, slope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from artworks.sheet import Plane


@dataclass(frozen=True)
class Flow:
    """A direction at every pixel: `x` right and `y` down, of length one."""

    x: Plane
    y: Plane

    @property
    def angle(self) -> Plane:
        """Return the direction in radians, clockwise from the right on the screen."""
        return np.arctan2(self.y, self.x)

    def at(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> tuple[Plane, Plane]:
        """Return the directions at pixel positions, of length one."""
        return _unit(sample(self.x, x, y), sample(self.y, x, y))

    def mixed(self, other: Flow, share: Plane | float) -> Flow:
        """Return the flow that has `share` (0..1) of the other, taken in the nearer sense."""
        sense = np.where(self.x * other.x + self.y * other.y < 0, -1.0, 1.0)
        x = self.x * (1 - share) + other.x * sense * share
        y = self.y * (1 - share) + other.y * sense * share
        return make_flow(x.astype(np.float32), y.astype(np.float32))

    def across(self) -> Flow:
        """Return the flow at a right angle to this one."""
        return Flow(-self.y, self.x)


def _unit(x: Plane, y: Plane) -> tuple[Plane, Plane]:
    size = np.hypot(x, y)
    still = size < 1e-9
    size = np.where(still, 1.0, size)
    return np.where(still, 1.0, x / size).astype(np.float32), (y / size).astype(np.float32)


def make_flow(x: Plane, y: Plane) -> Flow:
    """Return a flow from any vectors; where they vanish it points right."""
    return Flow(*_unit(x, y))


def flow_from_angle(angle: Plane) -> Flow:
    """Return a flow from directions in radians."""
    return Flow(np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32))


def curl(potential: Plane) -> Flow:
    """Return the flow along the contour lines of a potential: it has no sources, only eddies."""
    across, down = slope(potential)
    return make_flow(down, -across)


def contour_flow(tone: Plane, sigma: float) -> Flow:
    """Return the flow along edges and isophotes of a picture's tone, from its structure tensor.

    `sigma` px is how far a strong edge sets the direction of the plain areas beside it.
    """
    across, down = slope(blur(tone, max(0.8, sigma / 4)))
    xx, yy, xy = (blur(p, sigma) for p in (across**2, down**2, across * down))
    normal = 0.5 * np.arctan2(2 * xy, xx - yy)
    return flow_from_angle(normal + math.pi / 2)


@dataclass(frozen=True)
class Vortex:
    """An eddy at (x, y) px that turns within about `radius` px; `turn` is its strength."""

    x: float
    y: float
    radius: float
    turn: float


def vortices(shape: tuple[int, int], eddies: Sequence[Vortex]) -> tuple[Plane, Plane]:
    """Return the velocity (x, y) of eddies that fall off; add a wind, then `make_flow`."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    total_x, total_y = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for eddy in eddies:
        dx, dy = (columns - eddy.x) / eddy.radius, (rows - eddy.y) / eddy.radius
        strength = eddy.turn * np.exp(-(dx**2 + dy**2) / 2)
        total_x -= dy * strength
        total_y += dx * strength
    return total_x, total_y


def trace(
    flow: Flow, x: NDArray[np.floating], y: NDArray[np.floating], *, step: float, count: int
) -> NDArray[np.float32]:
    """Return paths that start at N positions and follow the flow, (N, count, 2) as x, y px.

    Steps of `step` px by the midpoint rule; a direction field without sense (contours) is
    followed without turning back.
    """
    paths = np.empty((len(x), count, 2), dtype=np.float32)
    paths[:, 0] = np.stack([x, y], axis=-1)
    last = np.stack(flow.at(x, y), axis=-1)
    for i in range(1, count):
        here = paths[:, i - 1]
        first = _same_sense(np.stack(flow.at(here[:, 0], here[:, 1]), axis=-1), last)
        middle = here + first * (step / 2)
        last = _same_sense(np.stack(flow.at(middle[:, 0], middle[:, 1]), axis=-1), first)
        paths[:, i] = here + last * step
    return paths


def _same_sense(vectors: Plane, last: Plane) -> Plane:
    back = (vectors * last).sum(axis=-1, keepdims=True) < 0
    return np.where(back, -vectors, vectors).astype(np.float32)
