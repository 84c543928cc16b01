"""The order in which a user's rows changed, so that a client can resume and miss nothing.

A row counts its own changes in `seq`. Its place in the order of all changes is its `number`, which
a reader gives it:

    worker   job.seq += 1                              takes no lock that other jobs need
    reader   locks the user's ChangeCounter, then      readers of one user take turns
             for each row where numbered_seq != seq    it has changed since it got its number
             counter += 1; number = counter; numbered_seq = seq

                       job A              job B              cursor of the client
    before             seq 5, number 40   seq 2, number 41   41
    A and B change     seq 6, number 40   seq 4, number 41   41
    the client asks    seq 6, number 42   seq 4, number 43   43, with both as they are now

Numbers at the moment of the change would need a lock that all jobs of a user share, in every
progress report of every worker. Nothing is missed without it: a change that is committed before
the question shows in `seq`, and a later one shows at the next question. If a row changed many
times in between, the client gets its last state only.

A version for each user, with a snapshot after a gap, would be shorter. But the version needs that
same lock, and a snapshot holds the active jobs and the last 20, so a client that was away during a
large batch would miss results.

A DeletedJob is kept for two days. A client whose cursor is older than one that was pruned has
missed a deletion: it gets CursorExpired and starts from a snapshot.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from common.locks import retry_deadlocks
from inference.models import ChangeCounter, DeletedJob, Job, ProofSheet

KINDS: tuple[type[Any], ...] = (Job, ProofSheet, DeletedJob)
DELETED_KEPT = timedelta(hours=48)


@dataclass(frozen=True)
class Change:
    """A row that changed, and its place in the order."""

    number: int
    kind: type[Any]
    pk: UUID | int


@dataclass(frozen=True)
class Changes:
    """Changes in their order; the next question starts at `cursor`, at once if there is `more`."""

    cursor: int
    changes: list[Change]
    more: bool


class CursorExpired(Exception):
    """The cursor is too old, or was never given out: the database may be a restored copy."""


def latest_cursor(owner_id: int) -> int:
    """Number the rows that changed and return the number of the last change."""
    if any(_changed(kind, owner_id).exists() for kind in KINDS):
        return _number_changes(owner_id)
    counter = ChangeCounter.objects.filter(owner=owner_id).first()
    return counter.number if counter else 0


def changes_since(owner_id: int, since: int, limit: int) -> Changes:
    """Return up to `limit` changes after the cursor `since`. Raises CursorExpired."""
    if since == 0:
        _renumber_oldest(owner_id)
    end = latest_cursor(owner_id)
    if not 0 <= since <= end:
        raise CursorExpired
    found = [
        Change(number, kind, pk)
        for kind in KINDS
        # Other readers may give higher numbers than `end` now; those come with the next question.
        for number, pk in kind.objects.filter(owner=owner_id, number__gt=since, number__lte=end)
        .order_by("number")
        .values_list("number", "pk")[: limit + 1]
    ]
    # Checked after the rows were read: what is pruned during the reading must not be missed.
    if since and ChangeCounter.objects.filter(owner=owner_id, pruned_through__gt=since).exists():
        raise CursorExpired
    found.sort(key=lambda change: change.number)
    more = len(found) > limit
    return Changes(found[limit - 1].number if more else end, found[:limit], more)


def record_deleted(owner_id: int, job_ids: Iterable[UUID]) -> None:
    """Record that these jobs are being deleted, and which of them had a result."""
    deleted = list(job_ids)
    done = Job.objects.filter(pk__in=deleted, state=Job.State.SUCCEEDED)
    spent = dict(done.values_list("pk", "created_at"))
    DeletedJob.objects.bulk_create(
        DeletedJob(owner_id=owner_id, job_id=each, spent_at=spent.get(each)) for each in deleted
    )


def was_deleted(owner_id: int, job_id: UUID) -> bool:
    """Tell whether the user deleted the job of this id in the last two days."""
    return DeletedJob.objects.filter(owner=owner_id, job_id=job_id).exists()


def deleted_long_ago() -> QuerySet[DeletedJob]:
    """Return the records of jobs that were deleted more than two days ago."""
    return DeletedJob.objects.filter(gone_at__lt=timezone.now() - DELETED_KEPT)


def prune_deleted() -> None:
    """Remove the records of jobs that were deleted more than two days ago."""
    old = deleted_long_ago()
    for owner_id in set(old.values_list("owner", flat=True)):
        _prune(owner_id, old)


@retry_deadlocks
@transaction.atomic
def _prune(owner_id: int, old: Any) -> None:
    # Each record needs a number first, so that a client with an older cursor is found to have
    # missed it even if the deletion was never sent to any client.
    _number_changes(owner_id)
    doomed = old.filter(owner=owner_id, number__gt=0)
    last = doomed.aggregate(last=Max("number"))["last"]
    if last is not None:
        ChangeCounter.objects.filter(owner=owner_id).update(pruned_through=last)
        doomed.filter(number__lte=last).delete()


@transaction.atomic
def _renumber_oldest(owner_id: int) -> None:
    """Have the rows with numbers below `pruned_through` get new ones.

    A client that starts at 0 reads page by page. Without this its first cursors would be older
    than what was pruned, and it would never get past them.
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


def _changed(kind: type[Any], owner_id: int) -> Any:
    """Return the rows of a kind that changed since they got their number."""
    return kind.objects.filter(~Q(seq=F("numbered_seq")), owner=owner_id)


@retry_deadlocks
@transaction.atomic
def _number_changes(owner_id: int) -> int:
    """Give the next numbers to the rows that changed, and return the last number."""
    ChangeCounter.objects.get_or_create(owner_id=owner_id)
    counter = ChangeCounter.objects.select_for_update().get(owner=owner_id)
    for kind in KINDS:
        # A row that a worker is changing right now is left for the next question. A worker that
        # holds one row can therefore never wait for another row that is locked here.
        free = _changed(kind, owner_id).select_for_update(skip_locked=True)
        for pk in list(free.order_by("pk").values_list("pk", flat=True)):
            counter.number += 1
            kind.objects.filter(pk=pk).update(number=counter.number, numbered_seq=F("seq"))
    counter.save(update_fields=["number"])
    return counter.number
