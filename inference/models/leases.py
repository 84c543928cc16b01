"""Work that a worker holds by a lease, and the changes that every kind of such work shares.

Every change is one conditional UPDATE whose count is checked. Times come from the database, so a
worker with a wrong clock neither loses nor keeps a lease because of it. Each change adds one to
`seq`, so a reader can drop what is older than what it already has.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Self, TypeVar, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

# The code of work that stopped its worker too often.
CRASHED = "crashed"
QUEUED, RUNNING = "queued", "running"
ACTIVE = [QUEUED, RUNNING]
RELEASED = {"lease": None, "lease_until": None}
# The queue counts a wakeup as lost when no worker came within this time.
WAKEUP_PATIENCE = timedelta(seconds=30)
# A process that is still inside one step after its deadline is killed within this time.
DEADLINE_GRACE = timedelta(minutes=1)


class LeasedWork(models.Model):
    """Work that a worker does while it holds a lease, which it renews with every heartbeat.

    Each write of that worker names the lease. A worker that lost the lease, because another attempt
    holds the work, changes nothing. A subclass has a `state` that knows "queued" and "running".
    """

    # What a row loses when it waits again, and when it ends without a result.
    RESTARTED: ClassVar[Mapping[str, Any]] = {}
    DISCARDED: ClassVar[Mapping[str, Any]] = {}
    # The advice of a row that ends because it stopped its worker too often.
    CRASHED_HINT: ClassVar[str]

    seq = models.PositiveIntegerField(default=1)
    # The place of this row among all changes of its owner, and the `seq` at which it got that
    # place (inference/live/change_log.py).
    number = models.PositiveBigIntegerField(default=0, editable=False)
    numbered_seq = models.PositiveIntegerField(default=0, editable=False)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    wakeup_at = models.DateTimeField(
        default=timezone.now,
        db_column="ticket_at",
        help_text=_("When the last task message was sent."),
    )
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    sweep_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_("When the files that this ended work does not name are removed next."),
    )
    error_code = models.CharField(max_length=40, blank=True)
    error_hint = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def rows(self) -> "LeasedQuerySet[Self]":
        """All rows of this kind of work, as the database has them."""
        return cast("LeasedQuerySet[Self]", type(self)._default_manager.all())  # noqa: SLF001

    @property
    def held(self) -> "LeasedQuerySet[Self]":
        """The row of this work, while it runs under the lease that it was claimed with."""
        return self.rows.running().filter(pk=self.pk, lease=self.lease)


Work = TypeVar("Work", bound=LeasedWork)


class LeasedQuerySet(models.QuerySet[Work]):
    """Reads of leased work, and the changes of one row that its worker and the reaper make."""

    def visible_to(self, user: object) -> Self:
        """Keep the work of `user`."""
        return self.filter(owner=user) if isinstance(user, User) else self.none()

    def active(self) -> Self:
        """Keep what still waits or runs."""
        return self.filter(state__in=ACTIVE)

    def waiting(self) -> Self:
        """Keep what waits for a worker."""
        return self.filter(state=QUEUED)

    def running(self) -> Self:
        """Keep what a worker holds."""
        return self.filter(state=RUNNING)

    def change(self, **values: Any) -> bool:  # values of any column
        """Update the one row that still matches; False when another change was faster."""
        return self.update(seq=F("seq") + 1, **values) == 1

    def take(self, **values: Any) -> UUID:
        """Give the one waiting row to the caller under a new lease, and return the lease."""
        lease = uuid4()
        self.waiting().change(
            state=RUNNING,
            attempt=F("attempt") + 1,
            lease=lease,
            lease_until=lease_end(),
            started_at=Now(),
            **values,
        )
        return lease

    def renew(self) -> bool:
        """Prolong the lease of the one held row; False when its worker no longer holds it."""
        return self.update(lease_until=lease_end()) == 1

    def requeue(self, **values: Any) -> bool:
        """Let the one held row wait again; False when the lease is gone."""
        values = {"wakeup_at": Now(), **self.model.RESTARTED, **values}
        return self.change(state=QUEUED, **values, **RELEASED)

    def give_back(self) -> bool:
        """Put the one held row back as if it had not begun; False when the lease is gone."""
        return self.requeue(attempt=F("attempt") - 1, wakeup_at=Now() - WAKEUP_PATIENCE)

    def end(self, state: str, **values: Any) -> bool:
        """End the one row in `state`; False when it no longer matches."""
        values |= {"completed_at": Now(), "sweep_at": Now()}
        return self.change(state=state, **values, **RELEASED)

    def fail(self, *, code: str, hint: str) -> bool:
        """End the one held row as failed for a reason; False when the lease is gone."""
        reason = {"error_code": code, "error_hint": hint[:300]}
        return self.end("failed", **reason, **self.model.DISCARDED)

    def give_up(self, work: Work) -> bool:
        """End `work`, the one held row, which stopped its worker too often."""
        del work
        return self.fail(code=CRASHED, hint=self.model.CRASHED_HINT)

    def reap_lost(self) -> list[UUID]:
        """Take back the running work whose lease ran out; return what changed."""
        return self._take_back(Q(lease_until__lt=Now()))

    def take_back_all(self) -> list[UUID]:
        """Take back all running work; for a start at which no worker can be running."""
        return self._take_back(Q())

    def stale_wakeups(self, limit: int) -> list[UUID]:
        """Return the ids of up to `limit` waiting rows whose wakeup seems lost, oldest first."""
        overdue = self.waiting().filter(wakeup_at__lt=Now() - WAKEUP_PATIENCE)
        return list(overdue.order_by("wakeup_at").values_list("pk", flat=True)[:limit])

    def record_wakeup(self, pk: UUID) -> None:
        """Note that a wakeup was sent now because of this row."""
        self.filter(pk=pk).update(wakeup_at=Now())

    def due_for_sweep(self, limit: int) -> list[Work]:
        """Return up to `limit` ended rows whose files must be swept, those that wait longest first.

        The worker sweeps at the end of its work, but it may be killed before that.
        """
        return list(self.filter(sweep_at__lte=Now()).order_by("sweep_at")[:limit])

    def record_sweep(self, pk: UUID) -> None:
        """Note that the files of this ended row were swept.

        They are swept once more when no worker can still write: one that lost its lease without
        noticing paints until its deadline.
        """
        last_write = timedelta(seconds=settings.JOB_DEADLINE_SECONDS) + DEADLINE_GRACE
        again = When(completed_at__gt=Now() - last_write, then=F("completed_at") + last_write)
        self.filter(pk=pk).update(sweep_at=Case(again, default=None))

    def _take_back(self, which: Q) -> list[UUID]:
        """Put the running rows that match `which` back, and return the ids of those that changed.

        A row that has used all its attempts ends as failed instead.
        """
        changed = []
        for work in self.running().filter(which):
            # The worker may renew the lease at this moment, so the UPDATE checks it again.
            still = work.held.filter(which)
            if work.attempt >= settings.JOB_MAX_ATTEMPTS:
                done = still.give_up(work)
            else:
                done = still.requeue()
            if done:
                changed.append(work.pk)
        return changed


def lease_end() -> Any:  # the stubs know no type for Now() + timedelta
    """Return the moment at which a lease that begins or is renewed now runs out."""
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def sweep_index(prefix: str) -> models.Index:
    """Return the index that finds the few rows that wait for a sweep."""
    due = Q(sweep_at__isnull=False)
    return models.Index(fields=["sweep_at"], name=f"{prefix}_sweep_due", condition=due)


def lease_constraints(prefix: str, *, ended: Q) -> list[models.CheckConstraint]:
    """Return the constraints of every row: a lease while it runs, and a time once it `ended`.

    They are not in the abstract Meta, because it can only name a constraint after the whole class,
    and the database already has them under shorter names.
    """
    return [
        models.CheckConstraint(
            name=f"{prefix}_running_has_lease",
            condition=Q(state=RUNNING, lease__isnull=False, lease_until__isnull=False)
            | (~Q(state=RUNNING) & Q(lease__isnull=True, lease_until__isnull=True)),
        ),
        models.CheckConstraint(
            name=f"{prefix}_ended_has_time",
            condition=Q(state__in=ACTIVE, completed_at__isnull=True) | ended,
        ),
    ]
