"""The sheet an artwork is painted on: pixels, units that do not depend on them, and randomness."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Plane = NDArray[np.floating[Any]]
"""One number per pixel, (H, W), usually float32."""

Picture = NDArray[np.floating[Any]]
"""sRGB in [0, 1], (H, W, 3)."""

UNITS = 1024.0
"""Lengths are in 1/1024 of the longer side: at the shipped size they are pixels."""


def as_plane(values: ArrayLike) -> Plane:
    """Return the numbers as float32, without a copy if they are float32 already."""
    return np.asarray(values, dtype=np.float32)


@dataclass(frozen=True)
class Sheet:
    """A sheet of `width` x `height` px; all randomness of an artwork comes from `rng`."""

    width: int
    height: int
    seed: int
    rng: np.random.Generator = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rng", np.random.default_rng(self.seed))  # the sheet is frozen

    @property
    def shape(self) -> tuple[int, int]:
        """Return the shape of a plane, (H, W)."""
        return self.height, self.width

    def px(self, units: float) -> float:
        """Return the length in px of `units` in 1/1024 of the longer side."""
        return units * max(self.width, self.height) / UNITS

    def grid(self) -> tuple[Plane, Plane]:
        """Return x and y of every pixel's center as shares of width and height, in (0, 1)."""
        x = (np.arange(self.width, dtype=np.float32) + 0.5) / self.width
        y = (np.arange(self.height, dtype=np.float32) + 0.5) / self.height
        # (H, W) each; copies, because a broadcast array cannot be written to.
        return np.broadcast_to(x, self.shape).copy(), np.broadcast_to(y[:, None], self.shape).copy()

    def units(self) -> tuple[Plane, Plane]:
        """Return x and y of every pixel's center in 1/1024 of the longer side, (H, W) each."""
        x, y = self.grid()  # (H, W) each
        longest = max(self.width, self.height)
        return x * np.float32(self.width * UNITS / longest), y * np.float32(
            self.height * UNITS / longest
        )
