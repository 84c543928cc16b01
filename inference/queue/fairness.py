"""Fairness: the user who was served longest ago comes next, however many jobs others submit."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Count, F, Min, QuerySet, When
from django.utils import timezone

from accounts.models import User
from common.locks import lock_until_commit
from inference.models import Job, JobQuerySet
from inference.queue.lanes import HEAVY, Lanes, share_of_this_worker
from inference.queue.workers import open_to_this_worker
from style_transfer.core.catalog import methods_that
from style_transfer.core.sizes import result_size
from style_transfer.core.spec import TransferSpec
from style_transfer.core.tiling import WHOLE

State = Job.State
Place = tuple[bool, datetime, datetime]


def next_in_turn(*, immediate: bool = False) -> Job | None:
    """Return the next waiting job and lock its row; with `immediate`, only of immediate methods.

    The user who was served longest ago comes first, then the job that has waited longest; but a
    worker of the heavy lane begins with that lane. Users who have as many jobs running as one user
    may have are left out. Workers ask one after another, or two could serve the same user at once.
    A row that is locked, for example by a cancellation, is skipped.
    """
    lock_until_commit("claims")
    share = share_of_this_worker()
    waiting = Job.objects.filter(open_to_this_worker(), share.jobs, state=State.QUEUED)
    if immediate:
        waiting = waiting.filter(spec__method__in=methods_that("immediate"))
    heavy_first = [Case(When(lane=HEAVY, then=0), default=1)] if share.heavy_first else []
    turn = (F("owner__last_served_at").asc(nulls_first=True), "created_at", "pk")
    return (
        waiting.exclude(owner__in=_busy_people())
        .select_related("photo")
        .order_by(*heavy_first, *turn)
        .select_for_update(skip_locked=True, of=("self",))
        .first()
    )


def most_beside(job: Job) -> int:
    """Count the jobs that fit into memory in one pass with the held `job`.

    A job on its second attempt may have stopped a worker. It is painted alone, so that it cannot
    stop other jobs.
    """
    kind = _kind(job)
    if kind is None or job.attempt > 1:
        return 0
    width, height = kind.size
    return WHOLE // (width * height) - 1


def goes_beside(waiting: Job, held: Job) -> bool:
    """Tell whether `waiting` can be painted in one pass with `held`."""
    return waiting.attempt == 0 and _kind(waiting) == _kind(held)


class _Kind(NamedTuple):
    """What all pictures of one pass have in common."""

    method: str
    size: tuple[int, int]
    strength: float


def _kind(job: Job) -> _Kind | None:
    """Return the kind of a job; None if its method paints one by one or is not installed."""
    if job.spec["method"] not in methods_that("batches"):
        return None
    spec = TransferSpec.from_json(job.spec)
    size = result_size((job.photo.width, job.photo.height), spec.size)
    return _Kind(spec.method, size, spec.strength)


def waiting_ahead(job: Job) -> int:
    """Count the waiting jobs that will be claimed before the waiting `job`, if no more arrive.

    The limit of running jobs of one user is not taken into account.
    """
    return places_of(job.owner_id).get(job.pk, 0)


def ahead_of_new(owner: User, line: JobQuerySet) -> int:
    """Count the jobs of the waiting `line` that would be claimed before a new one of `owner`."""
    people = _people_in(line)
    now = timezone.now()
    served = owner.last_served_at
    own, mine = people.pop(owner.pk, (0, (served is not None, served or now, now)))
    return _turns_before(own, mine, people.values())


def places_of(owner_id: int) -> dict[UUID, int]:
    """Return the waiting jobs of a user, in order, with the number of jobs claimed before each."""
    lines = Lanes.now().lines(Job.objects.filter(state=State.QUEUED))
    return {pk: ahead for line in lines for pk, ahead in _places_in(line, owner_id).items()}


def _places_in(line: JobQuerySet, owner_id: int) -> dict[UUID, int]:
    own = line.filter(owner=owner_id).order_by("created_at", "pk").values_list("pk", flat=True)
    people = _people_in(line)
    _count, mine = people.pop(owner_id, (0, None))
    if mine is None:
        return {}
    return {pk: _turns_before(k, mine, people.values()) for k, pk in enumerate(own)}


def _turns_before(own: int, mine: Place, others: Collection[tuple[int, Place]]) -> int:
    """Count the turns before a job that has `own` jobs of the same user in front of it.

    Each user who is served earlier gets own + 1 turns before it, and each other user own; but no
    user gets more turns than that user has jobs.
    """
    return own + sum(min(count, own + int(place < mine)) for count, place in others)


def _people_in(waiting: JobQuerySet) -> dict[int, tuple[int, Place]]:
    """Return for each user the number of waiting jobs and the user's place in the round."""
    rows = waiting.values_list("owner", "owner__last_served_at").annotate(
        count=Count("pk"), first=Min("created_at")
    )
    return {
        owner: (count, (served is not None, served or first, first))
        for owner, served, count, first in rows
    }


def _busy_people() -> QuerySet[Any, Any]:
    """Return the ids of the users who have as many jobs running as one user may have."""
    running = Job.objects.filter(state=State.RUNNING).values("owner").annotate(count=Count("pk"))
    return running.filter(count__gte=settings.JOB_MAX_RUNNING_PER_USER).values("owner")
