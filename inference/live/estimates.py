"""When a picture will be done: predicted before its submission, while it waits and while it runs.

The prediction at submission is kept with the job, so that operators see how accurate it was.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, TypedDict

from django.conf import settings
from django.db.models import Avg
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from inference.models import Job, Photo
from inference.queue import durations
from inference.queue.durations import Basis, Seconds, Work
from inference.queue.fairness import ahead_of_new
from inference.queue.lanes import Lanes, lane_of
from inference.queue.workers import is_paused
from style_transfer.core.budget import Plan
from style_transfer.core.catalog import find_method
from style_transfer.core.errors import OutOfMemoryError
from style_transfer.core.foresight import foresee
from style_transfer.core.sizes import result_size
from style_transfer.core.spec import TransferSpec

# From this share and number of steps on, a running job is predicted by its own pace.
PACED_FRACTION, PACED_STEPS = 0.1, 5
PACE_SPREAD = 1.3
# The least time left, as shares of the time so far, for a job that is later than expected.
OVERDUE = (0.1, 0.5)


class Eta(TypedDict):
    """Seconds from now until the picture is done."""

    p50: Annotated[float, "Half of all waits are shorter."]
    p90: Annotated[float, "Nine in ten waits are shorter."]


@dataclass(frozen=True)
class Warned:
    """Something that the user should know before submitting: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True)
class Estimate:
    """What a job would take if it were submitted now."""

    eta: Eta
    painting: Seconds
    ahead: int
    lane: str
    device: str
    plan: Plan
    warnings: list[Warned] = field(default_factory=list)

    @property
    def basis(self) -> Basis:
        """Whether it comes from similar jobs of the past or is a guess."""
        return self.painting.basis


def estimate(*, owner: User, photo: Photo, spec: TransferSpec, pictures: int = 1) -> Estimate:
    """Predict a job of `owner` that is not submitted yet, or several like it together."""
    work, now = Work.of(photo, spec), Lanes.now()
    lane = lane_of(work)
    device = now.device(lane)
    painting = durations.expect(work, device=device)
    ahead = ahead_of_new(owner, now.line(Job.objects.filter(state=Job.State.QUEUED), lane))
    plan, warnings = _plan(photo, spec)
    if painting.p90 > settings.JOB_DEADLINE_SECONDS:
        sentence = _(
            "This may take longer than the time limit. Choose a smaller size or fewer steps."
        )
        warnings.append(Warned("may_time_out", sentence))
    if is_paused():
        sentence = _("The queue is paused by the administrator. Your picture will wait.")
        warnings.append(Warned("paused", sentence))
    eta = _in_all(ahead, painting, lane, now, more=pictures - 1)
    return Estimate(eta, painting, ahead, lane, device, plan, warnings)


def promise(*, owner: User, photo: Photo, spec: TransferSpec) -> dict[str, float | str]:
    """Return the fields of a job's row that keep the estimate at its submission."""
    predicted = estimate(owner=owner, photo=photo, spec=spec)
    return {
        "lane": predicted.lane,
        "paint_p50": predicted.painting.p50,
        "paint_p90": predicted.painting.p90,
        "eta_p50": predicted.eta["p50"],
        "eta_p90": predicted.eta["p90"],
    }


def eta_of(job: Job, ahead: int) -> Eta | None:
    """Predict when `job` will be done, with `ahead` jobs before it; None without a prediction."""
    if job.paint_p50 is None or job.paint_p90 is None:
        return None
    if job.state == Job.State.QUEUED:
        painting = Seconds(job.paint_p50, job.paint_p90, "history")
        return _in_all(ahead, painting, job.lane, Lanes.now())
    return _left(job, timezone.now()) if job.state == Job.State.RUNNING else None


def _left(job: Job, now: datetime) -> Eta:
    """Predict the rest of a running job: by its own pace, or else by what was expected."""
    gone = _seconds_between(job.started_at or now, now)
    fraction = job.done / job.total if job.total else 0.0
    if job.total >= PACED_STEPS and fraction >= PACED_FRACTION:
        left = gone * (1 - fraction) / fraction
        return _eta(left, left * PACE_SPREAD)
    late = [gone * share for share in OVERDUE]
    return _eta(
        max((job.paint_p50 or 0) - gone, late[0]), max((job.paint_p90 or 0) - gone, late[1])
    )


def _in_all(ahead: int, painting: Seconds, lane: str, now: Lanes, *, more: int = 0) -> Eta:
    """Add up the wait, the painting, and `more` pictures like it, which the workers share."""
    until = wait(ahead, painting, lane, now)
    times = 1 + more / max(1, len(now.devices(lane)))
    return _eta(until["p50"] + times * painting.p50, until["p90"] + times * painting.p90)


def wait(ahead: int, painting: Seconds, lane: str, now: Lanes) -> Eta:
    """Predict how long it takes until a worker begins a job with `ahead` jobs before it.

    Each job ahead counts as the average of those that wait, or else as long as `painting`.
    """
    workers = max(1, len(now.devices(lane)))
    running = now.line(Job.objects.filter(state=Job.State.RUNNING), lane)
    left = [_left(job, timezone.now()) for job in running.only(*PACE)]
    if ahead + len(left) < workers:
        return _eta(0, 0)
    line = now.line(Job.objects.filter(state=Job.State.QUEUED), lane)
    means = line.aggregate(p50=Avg("paint_p50"), p90=Avg("paint_p90"))
    p50 = sum(each["p50"] for each in left) + ahead * (means["p50"] or painting.p50)
    p90 = sum(each["p90"] for each in left) + ahead * (means["p90"] or painting.p90)
    return _eta(p50 / workers, p90 / workers)


# The fields of a job that `_left` reads.
PACE = ("started_at", "done", "total", "paint_p50", "paint_p90")


def _plan(photo: Photo, spec: TransferSpec) -> tuple[Plan, list[Warned]]:
    """Plan the memory, and collect the warnings about the size."""
    own = (photo.width, photo.height)
    size = result_size(own, spec.size)
    warnings = []
    if max(size) > max(own):
        sentence = _(
            "The photo is smaller than this size. It will be enlarged to %(width)d × %(height)d."
        )
        words = {"width": size[0], "height": size[1]}
        warnings.append(Warned("enlarged", sentence % words))
    most = find_method(spec.method).most_painted(None, on_site=True)
    if most is not None and size[0] * size[1] > most:
        sentence = _("This method paints a smaller picture and enlarges it at the end.")
        warnings.append(Warned("painted_smaller", sentence))
    try:
        return foresee(own, spec, limit=settings.STYLEWEB_MEMORY_MB or None, on_site=True), warnings
    except OutOfMemoryError:
        sentence = _("There is not enough memory for this size. Choose a smaller size.")
        return Plan(), [*warnings, Warned("too_large_for_memory", sentence)]


def _eta(p50: float, p90: float) -> Eta:
    return {"p50": round(p50, 1), "p90": round(max(p50, p90), 1)}


def _seconds_between(before: datetime, after: datetime) -> float:
    return max(0.0, (after - before).total_seconds())
