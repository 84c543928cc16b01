"""Work on rows of earlier releases, which one process at a time does a bit of."""

from datetime import timedelta
from typing import Any, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

# Longer than the work on one thing can take: a task in a child, and the wait for its turn.
LEASE = timedelta(seconds=120)


class BackfillQuerySet(models.QuerySet["Backfill"]):
    """Reads of backfills, and the statement that gives one to a process."""

    def resting(self) -> Self:
        """Keep those for which there was nothing left to do."""
        return self.filter(due_at__gt=Now())

    def claim(self, name: str) -> "Backfill | None":
        """Take the backfill `name` under a new lease; None if it is not due or somebody has it."""
        self.get_or_create(name=name)
        free = Q(lease=None) | Q(lease_until__lt=Now())
        lease = uuid4()
        due = self.filter(free, name=name, due_at__lte=Now())
        if not due.update(lease=lease, lease_until=Now() + LEASE):
            return None
        return self.filter(name=name, lease=lease).first()


class Backfill(models.Model):
    """What rows of earlier releases lack, and is added a bit at a time.

    What is left to do is what the rows lack, so a process that is killed loses at most one of them.
    The row says who works now, and on what: a thing that stops its process again and again is left
    out. Times come from the database, as those of jobs do.

    DUE ──claim──> HELD ──rest──> DUE later
     ^               │
     └──lost process─┘
    """

    name = models.CharField(max_length=40, primary_key=True)
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(db_default=Now(), editable=False)
    place = models.CharField(max_length=80, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = BackfillQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def begin(self, place: str) -> bool:
        """Note that work on `place` begins, in `tries` too; False when the lease is gone."""
        self.tries = self.tries + 1 if self.place == place else 1
        self.place = place
        return self._change(place=place, tries=self.tries, lease_until=Now() + LEASE)

    def forget_tries(self) -> bool:
        """Forget what was tried last, because it was not what failed."""
        self.place, self.tries = "", 0
        return self._change(place="", tries=0)

    def rest(self, pause: timedelta) -> bool:
        """Give the backfill back; nobody works on it during the `pause`."""
        return self._change(lease=None, lease_until=None, due_at=Now() + pause)

    def _change(self, **values: Any) -> bool:  # values of any column
        held = type(self).objects.filter(pk=self.pk, lease=self.lease)
        return held.update(**values) == 1
