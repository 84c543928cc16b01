"""The losses of a run, thinned so that a long one fits into a small curve; loads no torch."""

import math
from collections.abc import Mapping

LOSS_NAMES = ("content", "style", "variation", "total")
MAX_POINTS = 200

# The step, and then each loss of LOSS_NAMES.
Point = list[float]


class CurveRecorder:
    """Collects the losses of the steps of one run, and keeps at most MAX_POINTS of them.

    It keeps every step at first. When there are too many, it drops every second one, and from then
    on keeps only every second, fourth, eighth ... step. So the points are always evenly spaced,
    except for the last one.
    """

    def __init__(self) -> None:
        self._kept: list[Point] = []
        self._every = 1
        self._first = 0
        self.latest: Point = []

    def add(self, step: int, losses: Mapping[str, float] | None) -> None:
        """Record a step, unless a loss is missing, infinite or not a number.

        A step before the latest one means that painting began again, for example in a smaller size
        because memory ran out: the curve begins again too.
        """
        values = [losses.get(name, math.nan) for name in LOSS_NAMES] if losses else []
        if not values or not all(map(math.isfinite, values)):
            return
        if self.latest and step < self.latest[0]:
            self._kept, self._every, self.latest = [], 1, []
        if not self.latest:
            self._first = step
        elif step == self.latest[0]:
            return
        # Four digits are more than any display of the curve can show.
        self.latest = [step, *(float(f"{value:.4g}") for value in values)]
        if (step - self._first) % self._every == 0:
            self._kept.append(self.latest)
        if len(self._kept) >= MAX_POINTS:
            self._kept, self._every = self._kept[::2], 2 * self._every

    @property
    def points(self) -> list[Point]:
        """The kept points and the latest one, in order."""
        ends_with_latest = self._kept and self._kept[-1] is self.latest
        return self._kept if ends_with_latest or not self.latest else [*self._kept, self.latest]
