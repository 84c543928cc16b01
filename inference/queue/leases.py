"""Leases: how a worker holds a job or a proof sheet, and how it comes back from a lost worker.

Every change is one conditional UPDATE whose count is checked. Times are the database's own, so a
worker with a wrong clock neither loses nor keeps a lease by it. Each change adds one to `seq`, so a
reader can drop what is older than what it has.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from inference.models import LeasedWork

Work = TypeVar("Work", bound=LeasedWork)
QUEUED, RUNNING = "queued", "running"
# A ticket that brought no worker in this time is taken for lost.
TICKET_PATIENCE = timedelta(seconds=30)
RELEASED = {"lease": None, "lease_until": None}


def take(work: Work, **values: Any) -> UUID:
    """Give the waiting `work` to the caller under a fresh lease, which is returned."""
    lease = uuid4()
    waiting = _rows(work).filter(pk=work.pk, state=QUEUED)
    change(
        waiting,
        state=RUNNING,
        attempt=F("attempt") + 1,
        lease=lease,
        lease_until=lease_end(),
        started_at=Now(),
        **values,
    )
    return lease


def held(work: Work) -> "QuerySet[Work]":
    """Keep the row of `work` while it runs under the lease that `work` was claimed with."""
    return _rows(work).filter(pk=work.pk, state=RUNNING, lease=work.lease)


def renew(work: LeasedWork) -> bool:
    """Prolong the lease of `work`; False when its worker no longer holds it."""
    return held(work).update(lease_until=lease_end()) == 1


def change(rows: "QuerySet[Work]", **values: Any) -> bool:  # values of any column
    """Update the one row that `rows` still matches; False when something else was faster."""
    return rows.update(seq=F("seq") + 1, **values) == 1


def take_back(
    running: "QuerySet[Work]", which: Q, *, failure: Mapping[str, Any], afresh: Mapping[str, Any]
) -> list[UUID]:
    """Put the running work that `which` keeps in line again, and return what changed.

    It gets the values of `afresh`. What had all its attempts ends with those of `failure`.
    """
    changed = []
    for work in running.filter(which, state=RUNNING):
        still = held(work).filter(which)
        if work.attempt >= settings.JOB_MAX_ATTEMPTS:
            done = change(still, **failure)
        else:
            done = change(still, state=QUEUED, ticket_at=Now(), **afresh, **RELEASED)
        if done:
            changed.append(work.pk)
    return changed


def stale_tickets(rows: "QuerySet[Work]", limit: int) -> list[UUID]:
    """Return up to `limit` waiting rows whose ticket seems lost, the longest without one first."""
    overdue = rows.filter(state=QUEUED, ticket_at__lt=Now() - TICKET_PATIENCE)
    return list(overdue.order_by("ticket_at").values_list("pk", flat=True)[:limit])


def lease_end() -> Any:  # the stubs know no type for Now() + timedelta
    """Return the moment at which a lease that is given or renewed now runs out."""
    return Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def _rows(work: Work) -> "QuerySet[Work]":
    return type(work)._default_manager.all()  # noqa: SLF001  # public in Django
