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
    """A unit vector at every pixel, (H, W): `x` points right and `y` points down."""

    x: Plane
    y: Plane

    @property
    def angle(self) -> Plane:
        """Return the direction in radians, clockwise from the right on the screen."""
        return np.arctan2(self.y, self.x)

    def at(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> tuple[Plane, Plane]:
        """Return the unit vectors at pixel positions."""
        # Between pixels the length is below one.
        return _unit(sample(self.x, x, y), sample(self.y, x, y))

    def mixed(self, other: Flow, share: Plane | float) -> Flow:
        """Return the flow with a share (0..1) of the other, which is reversed where it opposes."""
        # Opposite directions would cancel out; a stroke along them looks the same either way.
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
    size = np.where(still, 1.0, size)  # avoids a division by zero
    return np.where(still, 1.0, x / size).astype(np.float32), (y / size).astype(np.float32)


def make_flow(x: Plane, y: Plane) -> Flow:
    """Return a flow from any vectors; a zero vector becomes one that points right."""
    return Flow(*_unit(x, y))


def flow_from_angle(angle: Plane) -> Flow:
    """Return a flow from directions in radians."""
    return Flow(np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32))


def curl(potential: Plane) -> Flow:
    """Return the flow along the contour lines of a potential: it has eddies but no sources."""
    across, down = slope(potential)
    return make_flow(down, -across)  # the gradient turned by 90 degrees


def contour_flow(tone: Plane, sigma: float) -> Flow:
    """Return the flow along the edges of a picture's tone, (H, W), from its structure tensor.

    `sigma` px is how far a strong edge sets the direction of the plain areas next to it.
    """
    across, down = slope(blur(tone, max(0.8, sigma / 4)))
    xx, yy, xy = (blur(p, sigma) for p in (across**2, down**2, across * down))
    # The tensor's main axis lies across the edges. Its angle is half an arctangent, because the
    # tensor does not know a direction from its opposite.
    normal = 0.5 * np.arctan2(2 * xy, xx - yy)
    return flow_from_angle(normal + math.pi / 2)  # along the edges


@dataclass(frozen=True)
class Vortex:
    """An eddy at (x, y) px that turns within about `radius` px; `turn` is its signed strength."""

    x: float
    y: float
    radius: float
    turn: float


def vortices(shape: tuple[int, int], eddies: Sequence[Vortex]) -> tuple[Plane, Plane]:
    """Return the velocity (x, y) of the eddies, (H, W) each; add a wind, then call `make_flow`."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    total_x, total_y = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for eddy in eddies:
        dx, dy = (columns - eddy.x) / eddy.radius, (rows - eddy.y) / eddy.radius
        strength = eddy.turn * np.exp(-(dx**2 + dy**2) / 2)  # Gaussian falloff
        total_x -= dy * strength
        total_y += dx * strength
    return total_x, total_y


def trace(
    flow: Flow, x: NDArray[np.floating], y: NDArray[np.floating], *, step: float, count: int
) -> NDArray[np.float32]:
    """Return paths that start at N positions and follow the flow, (N, count, 2) as x, y px.

    Each step has `step` px (midpoint rule). Where the flow reverses its sense, as contour
    flows do, the path goes on in its own sense.
    """
    paths = np.empty((len(x), count, 2), dtype=np.float32)
    paths[:, 0] = np.stack([x, y], axis=-1)
    last = np.stack(flow.at(x, y), axis=-1)  # (N, 2)
    for i in range(1, count):
        here = paths[:, i - 1]
        first = _same_sense(np.stack(flow.at(here[:, 0], here[:, 1]), axis=-1), last)
        middle = here + first * (step / 2)  # the midpoint rule follows curves better than Euler's
        last = _same_sense(np.stack(flow.at(middle[:, 0], middle[:, 1]), axis=-1), first)
        paths[:, i] = here + last * step
    return paths


def _same_sense(vectors: Plane, last: Plane) -> Plane:
    back = (vectors * last).sum(axis=-1, keepdims=True) < 0  # (N, 1)
    return np.where(back, -vectors, vectors).astype(np.float32)
