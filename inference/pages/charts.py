"""Charts of operators: how long the latest pictures waited and were painted, from their rows."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inference.models import Job

# The latest pictures that count, and the upper end of each bar in seconds.
LATEST: Final = 500
ENDS: Final[tuple[tuple[float, str | Promise], ...]] = (
    (5, _("under 5 s")),
    (15, _("5 to 15 s")),
    (60, _("15 to 60 s")),
    (300, _("1 to 5 min")),
    (float("inf"), _("over 5 min")),
)
# The chart is this wide for the largest bar; the SVG scales it.
WIDEST: Final = 100


@dataclass(frozen=True)
class Bar:
    """How many pictures took a time of this bar, and how wide the bar is drawn."""

    label: str | Promise
    count: int
    width: int


@dataclass(frozen=True)
class Times:
    """The bars of the waits and of the painting, of the latest pictures that were finished."""

    pictures: int
    waits: list[Bar]
    painting: list[Bar]


def times() -> Times:
    """Read the latest finished pictures.

    Those that another worker began before are left out: their row tells when the last one began,
    and not how long they waited.
    """
    ended = Job.objects.filter(state=Job.State.SUCCEEDED, attempt=1, started_at__isnull=False)
    rows = list(
        ended.order_by("-completed_at").values_list("created_at", "started_at", "compute_seconds")[
            :LATEST
        ]
    )
    waits = [(started - created).total_seconds() for created, started, _seconds in rows if started]
    painting = [seconds or 0.0 for _created, _started, seconds in rows]
    return Times(len(rows), _bars(waits), _bars(painting))


def _bars(seconds: list[float]) -> list[Bar]:
    counts, below = [], 0.0
    for end, _label in ENDS:
        counts.append(sum(below <= each < end for each in seconds))
        below = end
    most = max(counts) or 1
    return [
        Bar(label, count, round(WIDEST * count / most))
        for (_end, label), count in zip(ENDS, counts, strict=True)
    ]
