"""Revisions: finished pictures that were developed again, with another strength or other colors."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from inference.models.jobs import Job
from inference.models.leases import (
    ACTIVE,
    LeasedQuerySet,
    LeasedWork,
    lease_constraints,
    sweep_index,
)


class RevisionQuerySet(LeasedQuerySet["Revision"]):
    """Reads of revisions; inference/queue/revisions.py has the statements of the queue."""

    def visible_to(self, user: object) -> Self:
        """Keep the revisions of the jobs of `user`."""
        return self.filter(job__owner=user) if isinstance(user, User) else self.none()

    def ready(self) -> Self:
        """Keep those that have their picture."""
        return self.filter(state=Revision.State.SUCCEEDED)

    def stored_bytes(self) -> int:
        """Return the size of their files."""
        total: int | None = self.aggregate(total=Sum("bytes"))["total"]
        return total or 0


class Revision(LeasedWork):
    """The painting of a job, composed again in full size. A worker needs about a second for it.

    QUEUED ──claim──> RUNNING ──finish──> SUCCEEDED
      │  ^               ├──────────────> FAILED ──asked again──> QUEUED
      │  └──lost worker──┤
      └──────────────────┴──delete
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Being made")
        SUCCEEDED = "succeeded", _("Done")
        FAILED = "failed", _("Failed")

    ACTIVE = (State.QUEUED, State.RUNNING)
    CRASHED_HINT = "This version stopped its worker several times."

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="revisions")
    strength = models.FloatField(help_text=_("From the photo, 0, to the painting as made, 1."))
    color = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    is_wanted = models.BooleanField(
        default=True, help_text=_("Whether the job shows it as soon as it is ready.")
    )
    file = models.CharField(max_length=200, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    bytes = models.PositiveIntegerField(default=0)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at"], name="revision_state_created"),
            sweep_index("revision"),
        ]
        constraints = [
            *lease_constraints(
                "revision", ended=~Q(state__in=ACTIVE) & Q(completed_at__isnull=False)
            ),
            models.UniqueConstraint(fields=["job", "strength", "color"], name="revision_once"),
            models.CheckConstraint(
                name="revision_succeeded_has_file",
                condition=(Q(state="succeeded") & ~Q(file=""))
                | (~Q(state="succeeded") & Q(file="")),
            ),
            models.CheckConstraint(
                name="revision_strength", condition=Q(strength__gte=0, strength__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strength:.0%} {self.color}, {self.state}"

    @property
    def is_ready(self) -> bool:
        """Whether it has its picture."""
        return self.state == self.State.SUCCEEDED
