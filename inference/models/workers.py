"""Workers, and the switch that pauses the queue."""

import uuid
from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Reads of workers, by the database's own clock."""

    def alive(self) -> Self:
        """Keep those with a recent beat."""
        return self.filter(last_beat__gte=Now() - timedelta(seconds=settings.JOB_LEASE_SECONDS))

    def serving(self) -> Self:
        """Keep those that take work."""
        return self.alive().filter(draining=False)


OPERATE_QUEUE = "inference.operate_queue"


class Worker(models.Model):
    """A process that paints: what it is, and what it was doing at its last beat.

    A process removes its row when it ends. A killed process leaves its row behind, which is shown
    as lost and removed a day later.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What Celery calls the worker; its child processes share the name.
    name = models.CharField(max_length=200)
    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    queues = models.CharField(max_length=100, blank=True)
    device = models.CharField(max_length=20, blank=True)
    memory_mb = models.PositiveIntegerField(default=0)
    model = models.CharField(
        max_length=20, blank=True, help_text=_("The method that was loaded last.")
    )
    # These are no foreign keys, so a row here never prevents the deletion of a job.
    job = models.UUIDField(null=True, blank=True)
    sheet = models.UUIDField(null=True, blank=True)
    draining = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)
    last_beat = models.DateTimeField(default=timezone.now)

    objects = WorkerQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["last_beat"], name="worker_last_beat")]

    def __str__(self) -> str:
        return f"{self.name} ({self.pid})"

    @property
    def is_alive(self) -> bool:
        """Whether the last beat is recent, by the same rule as `WorkerQuerySet.alive`."""
        return self.last_beat >= timezone.now() - timedelta(seconds=settings.JOB_LEASE_SECONDS)


class QueueSwitch(models.Model):
    """Whether work may begin; there is at most one row, and none before the first pause."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    paused = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="queue_switch_once", condition=models.Q(id=1))]
        # Other staff, such as curators and moderators, have no say about the work of all users.
        permissions: ClassVar = [
            ("operate_queue", "Can pause the queue, drain workers and cancel jobs")
        ]

    def __str__(self) -> str:
        return "paused" if self.paused else "open"
