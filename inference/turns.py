"""Whose turn it is: who was served longest ago comes next, however much another one asks for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Min, QuerySet
from django.utils import timezone

from accounts.models import User
from inference.models import Job, JobQuerySet

State = Job.State
Place = tuple[bool, datetime, datetime]


def next_in_turn() -> Job | None:
    """Return the waiting job whose turn it is, with its row and that of its owner locked.

    The person served longest ago comes first, then the job that has waited longest. Who has as
    many jobs running as one person may is passed over. PostgreSQL skips rows that another worker
    is taking, SQLite writes one transaction at a time.
    """
    while True:
        job = (
            Job.objects.filter(state=State.QUEUED)
            .exclude(owner__in=_busy_people())
            .select_related("owner")
            .order_by(F("owner__last_served_at").asc(nulls_first=True), "created_at", "pk")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if job is None:
            return None
        # Another worker may have served this person while their row was awaited.
        owner = User.objects.select_for_update(no_key=True).get(pk=job.owner_id)
        if owner.last_served_at == job.owner.last_served_at:
            return job


def waiting_ahead(job: Job) -> int:
    """Count the waiting jobs that will be claimed before the waiting `job`, if no more come.

    That nobody has more than so many jobs running is not foreseen.
    """
    return places_of(job.owner_id).get(job.pk, 0)


def ahead_of_new(owner: User) -> int:
    """Count the waiting jobs that would be claimed before one that `owner` submitted now."""
    lines = _lines_of_people(Job.objects.filter(state=State.QUEUED))
    now = timezone.now()
    served = owner.last_served_at
    turns, mine = lines.pop(owner.pk, (0, (served is not None, served or now, now)))
    return turns + sum(min(count, turns + int(place < mine)) for count, place in lines.values())


def places_of(owner_id: int) -> dict[UUID, int]:
    """Return the waiting jobs of a person, in turn, with how many are claimed before each.

    With k of one's own jobs in front, everybody who is served earlier gets k + 1 turns before it
    and everybody else k.
    """
    waiting = Job.objects.filter(state=State.QUEUED)
    own = waiting.filter(owner=owner_id).order_by("created_at", "pk").values_list("pk", flat=True)
    lines = _lines_of_people(waiting)
    _count, mine = lines.pop(owner_id, (0, None))
    if mine is None:
        return {}
    return {
        pk: turns + sum(min(count, turns + int(place < mine)) for count, place in lines.values())
        for turns, pk in enumerate(own)
    }


def _lines_of_people(waiting: JobQuerySet) -> dict[int, tuple[int, Place]]:
    """Return for each person how many jobs wait and where the person stands in the round."""
    rows = waiting.values_list("owner", "owner__last_served_at").annotate(
        count=Count("pk"), first=Min("created_at")
    )
    return {
        owner: (count, (served is not None, served or first, first))
        for owner, served, count, first in rows
    }


def _busy_people() -> QuerySet[Any, Any]:
    """Keep the ids of those who have as many jobs running as one person may."""
    running = Job.objects.filter(state=State.RUNNING).values("owner").annotate(count=Count("pk"))
    return running.filter(count__gte=settings.JOB_MAX_RUNNING_PER_USER).values("owner")
