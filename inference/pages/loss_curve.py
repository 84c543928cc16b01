"""The loss curve as a picture: lines on a logarithmic scale, a sentence, and a table.

static/js/loss-curve.js draws the same while a painting goes on.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context
from typing import Any

from inference.live.snapshots.losses import JobLosses, loss_curve
from inference.models import Job
from style_transfer.core.catalog import METHOD_INFOS

# The lines, from back to front. The variation is left out, because its loss is small.
LINES = ("content", "style", "total")
ROWS = 12  # of the table
# The scale has at most this many powers of ten; smaller losses are drawn at its lower edge.
MOST_POWERS = 6
_THREE_DIGITS = Context(3, ROUND_HALF_UP)  # rounds as browsers do
SIDE = 100.0  # of the square that is drawn and then stretched


@dataclass(frozen=True)
class Scale:
    """A place for each step and loss, from the left and from the top, in a square of SIDE."""

    first: int
    last: int
    low: int
    high: int

    @classmethod
    def of(cls, points: Sequence[JobLosses]) -> "Scale":
        """Fit all points, between the powers of ten below and above them."""
        values = [value for point in points for value in _drawn(point).values() if value > 0]
        high = math.floor(math.log10(max(values, default=1.0))) + 1
        low = math.floor(math.log10(min(values, default=1.0)))
        return cls(points[0]["step"], points[-1]["step"], max(low, high - MOST_POWERS), high)

    def place(self, step: int, value: float) -> tuple[float, float]:
        """Return the place of a loss above 0."""
        across = (step - self.first) / max(1, self.last - self.first)
        down = (self.high - max(math.log10(value), self.low)) / (self.high - self.low)
        return round(across * SIDE, 2), round(down * SIDE, 2)

    @property
    def powers(self) -> list[str]:
        """The labels of the scale from top to bottom, evenly spaced."""
        return [number(10.0**power) for power in range(self.high, self.low - 1, -1)]

    @property
    def grid(self) -> str:
        """The path of the lines of the scale."""
        count = self.high - self.low
        return "".join(
            f"M0 {round(SIDE * line / count, 2):g}H{SIDE:g}" for line in range(count + 1)
        )


def loss_curve_of(job: Job) -> dict[str, Any] | None:
    """Return what the template of the curve needs; None for a method without losses.

    A job that has no losses yet has no lines, and its page shows the curve when there are some.
    """
    info = METHOD_INFOS.get(job.spec["method"])
    if info is None or not info.has_losses:
        return None
    return curve_of(loss_curve(job)["points"], is_live=job.state in job.ACTIVE)


def curve_of(points: Sequence[JobLosses], *, is_live: bool) -> dict[str, Any]:
    """Return what the template needs to draw these points, in words and lines."""
    context: dict[str, Any] = {"points": points, "is_live": is_live}
    if points:
        scale = Scale.of(points)
        context["scale"] = scale
        context["lines"] = {name: line_of(points, name, scale) for name in LINES}
        context["rows"] = rows_of(points)
        context["ends"] = ends_of(points)
    return context


def ends_of(points: Sequence[JobLosses]) -> dict[str, str]:
    """Return the total loss of the first and of the last point."""
    begin, end = points[0], points[-1]
    return {
        "begin": str(begin["step"]),
        "first": number(begin["total"]),
        "end": str(end["step"]),
        "last": number(end["total"]),
    }


def line_of(points: Sequence[JobLosses], name: str, scale: Scale) -> str:
    """Return the path of one loss. A loss of 0 has no place: the content's is, before any step."""
    places = [
        scale.place(point["step"], _drawn(point)[name])
        for point in points
        if _drawn(point)[name] > 0
    ]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in places) if places else ""


def rows_of(points: Sequence[JobLosses]) -> list[list[str]]:
    """Return some points for a table, evenly chosen with the first and the last: step, losses."""
    count = min(ROWS, len(points))
    chosen = [points[round(row * (len(points) - 1) / max(1, count - 1))] for row in range(count)]
    return [[str(each["step"]), *map(number, _drawn(each).values())] for each in chosen]


def number(value: float) -> str:
    """Write three digits of a number, never with an exponent."""
    return f"{_THREE_DIGITS.create_decimal_from_float(value).normalize():f}"


def _drawn(point: JobLosses) -> dict[str, float]:
    return {"content": point["content"], "style": point["style"], "total": point["total"]}
