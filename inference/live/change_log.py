"""The order in which a person's things changed, so that whoever was away is told what was missed.

Numbering every change when it happens would put a lock shared by all of a person's jobs into each
heartbeat of each worker. So changes are numbered when somebody asks: a row whose `seq` is not the
one it was numbered at has changed since, and gets the next number. Only askers take turns, under
the row of the person's `ChangeCounter`; workers never wait for them.

Nothing is missed: a change that was committed before the question shows in `seq`, and one that is
committed later still does when the next question comes. Of a row that changed many times in
between only the last state is told.

That a job was deleted is remembered for two days. Who asks from a place before one that is
forgotten must begin anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from inference.models import ChangeCounter, DeletedJob, Job, ProofSheet

KINDS: tuple[type[Any], ...] = (Job, ProofSheet, DeletedJob)
GONE_KEPT = timedelta(hours=48)


@dataclass(frozen=True)
class Change:
    """A row that changed and its place in the order."""

    number: int
    kind: type[Any]
    pk: UUID | int


@dataclass(frozen=True)
class Changes:
    """What changed, in order; `cursor` is where to go on, at once if there is `more`."""

    cursor: int
    changes: list[Change]
    more: bool


class CursorExpired(Exception):
    """Nothing leads on from this place: it is too old, or the database was restored from a copy."""


def latest(owner_id: int) -> int:
    """Number what changed and return the number of the last change."""
    if any(_unnumbered(kind, owner_id).exists() for kind in KINDS):
        return _number(owner_id)
    counter = ChangeCounter.objects.filter(owner=owner_id).first()
    return counter.number if counter else 0


def changes_since(owner_id: int, since: int, limit: int) -> Changes:
    """Return up to `limit` changes after the one numbered `since`. Raises CursorExpired."""
    if since == 0:
        _begin_anew(owner_id)
    end = latest(owner_id)
    if not 0 <= since <= end:
        raise CursorExpired
    found = [
        Change(number, kind, pk)
        for kind in KINDS
        # What is numbered higher than `end` just now comes with the next question.
        for number, pk in kind.objects.filter(owner=owner_id, number__gt=since, number__lte=end)
        .order_by("number")
        .values_list("number", "pk")[: limit + 1]
    ]
    # Only now: what is forgotten while this looks must not be missed.
    if since and ChangeCounter.objects.filter(owner=owner_id, pruned_through__gt=since).exists():
        raise CursorExpired
    found.sort(key=lambda change: change.number)
    more = len(found) > limit
    return Changes(found[limit - 1].number if more else end, found[:limit], more)


def note_gone(owner_id: int, job_ids: Iterable[UUID]) -> None:
    """Remember that these jobs are being deleted, and which of them had their result."""
    gone = list(job_ids)
    done = Job.objects.filter(pk__in=gone, state=Job.State.SUCCEEDED)
    spent = dict(done.values_list("pk", "created_at"))
    DeletedJob.objects.bulk_create(
        DeletedJob(owner_id=owner_id, job_id=each, spent_at=spent.get(each)) for each in gone
    )


def was_deleted(owner_id: int, job_id: UUID) -> bool:
    """Tell whether `owner_id` deleted the job of this id in the last two days."""
    return DeletedJob.objects.filter(owner=owner_id, job_id=job_id).exists()


def forget_gone() -> None:
    """Forget which jobs were deleted more than two days ago."""
    old = DeletedJob.objects.filter(gone_at__lt=timezone.now() - GONE_KEPT)
    for owner_id in set(old.values_list("owner", flat=True)):
        _forget(owner_id, old)


@transaction.atomic
def _forget(owner_id: int, old: Any) -> None:
    # With numbers, so that whoever was told of all before is known to have missed this.
    _number(owner_id)
    doomed = old.filter(owner=owner_id, number__gt=0)
    last = doomed.aggregate(last=Max("number"))["last"]
    if last is not None:
        ChangeCounter.objects.filter(owner=owner_id).update(pruned_through=last)
        doomed.filter(number__lte=last).delete()


@transaction.atomic
def _begin_anew(owner_id: int) -> None:
    """Have what stands before a forgotten place numbered once more.

    Who begins at 0 then comes by no place that is too old.
    """
    counter = (
        ChangeCounter.objects.select_for_update()
        .filter(owner=owner_id, pruned_through__gt=0)
        .first()
    )
    if counter is None:
        return
    for kind in KINDS:
        early = kind.objects.filter(owner=owner_id, number__lt=counter.pruned_through)
        free = list(early.select_for_update(skip_locked=True).values_list("pk", flat=True))
        kind.objects.filter(pk__in=free).update(numbered_seq=0)


def _unnumbered(kind: type[Any], owner_id: int) -> Any:
    return kind.objects.filter(~Q(seq=F("numbered_seq")), owner=owner_id)


@transaction.atomic
def _number(owner_id: int) -> int:
    """Give numbers to what has none yet, and return the last."""
    ChangeCounter.objects.get_or_create(owner_id=owner_id)
    counter = ChangeCounter.objects.select_for_update().get(owner=owner_id)
    for kind in KINDS:
        # A row that is being changed this moment is left for the next question, so that nobody
        # who holds it can wait for a row that is held here.
        free = _unnumbered(kind, owner_id).select_for_update(skip_locked=True)
        for pk in list(free.order_by("pk").values_list("pk", flat=True)):
            counter.number += 1
            kind.objects.filter(pk=pk).update(number=counter.number, numbered_seq=F("seq"))
    counter.save(update_fields=["number"])
    return counter.number
