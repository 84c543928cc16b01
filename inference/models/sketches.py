"""Sketches: one small picture of a photo with the styles and settings of the studio."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inference.models.leases import (
    ACTIVE,
    LeasedQuerySet,
    LeasedWork,
    lease_constraints,
    sweep_index,
)
from inference.models.photos import Photo


class SketchQuerySet(LeasedQuerySet["Sketch"]):
    """Reads of sketches; inference/queue/sketches.py has the statements of the queue."""

    def ended(self) -> "SketchQuerySet":
        """Keep those that neither wait nor run."""
        return self.exclude(state__in=ACTIVE)


class Sketch(LeasedWork):
    """A photo painted small with chosen styles and settings, to show what the job would make.

        QUEUED ──claim──> RUNNING ──finish──> SUCCEEDED
          │  ^               ├──────────────> FAILED
          │  └──lost worker──┤
          └──────────────────┴──delete

    A user has one unfinished sketch: the row of an older one is deleted, and its worker finds the
    lease gone. `key` stands for everything that changes the painting, so the same request finds
    the same sketch. The painting has its own colors; `color_map` gives it those of the photo.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Painting")
        SUCCEEDED = "succeeded", _("Done")
        FAILED = "failed", _("Failed")

    ACTIVE = (State.QUEUED, State.RUNNING)
    CRASHED_HINT = "This preview stopped its worker several times."

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sketches"
    )
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="sketches")
    key = models.CharField(max_length=64, editable=False)
    spec = models.JSONField()
    parts = models.JSONField(help_text=_("The ids of the styles, and their shares."))
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    file = models.CharField(max_length=200, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    color_map = models.JSONField(default=dict, blank=True)

    objects = SketchQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at"], name="sketch_state_created"),
            sweep_index("sketch"),
        ]
        constraints = [
            *lease_constraints(
                "sketch", ended=~Q(state__in=ACTIVE) & Q(completed_at__isnull=False)
            ),
            models.UniqueConstraint(fields=["photo", "key"], name="sketch_once"),
            models.UniqueConstraint(
                name="sketch_one_active_per_owner",
                fields=["owner"],
                condition=Q(state__in=["queued", "running"]),
            ),
            models.CheckConstraint(
                name="sketch_succeeded_has_file",
                condition=(Q(state="succeeded") & ~Q(file=""))
                | (~Q(state="succeeded") & Q(file="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"
