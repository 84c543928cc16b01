"""Preview sheets: many styles tried on one photo."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inference.models.leases import (
    ACTIVE,
    LeasedQuerySet,
    LeasedWork,
    lease_constraints,
    sweep_index,
)
from inference.models.photos import Photo
from library.models import Style


class ProofSheetQuerySet(LeasedQuerySet["ProofSheet"]):
    """Reads of proof sheets; inference/queue/sheets.py has the statements of the queue."""


class ProofSheet(LeasedWork):
    """Many styles tried on one photo at a small size, so that the user can compare them.

        QUEUED ──claim──> RUNNING ──finish──> SUCCEEDED
          │  ^               ├──────────────> FAILED
          │  ├──lost worker──┤
          │  └──put back─────┤
          ├──────────────────┼──cancel──────> CANCELED
          └──────────────────┴──newer sheet─> SUPERSEDED

    The tiles are rows of their own, so they stay however the sheet ends. A worker puts a sheet back
    when a job waits, and continues with it afterwards.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Painting")
        SUCCEEDED = "succeeded", _("Done")
        FAILED = "failed", _("Failed")
        CANCELED = "canceled", _("Canceled")
        SUPERSEDED = "superseded", _("Replaced")

    ACTIVE = (State.QUEUED, State.RUNNING)
    CRASHED_HINT = "Trying styles on this photo stopped its worker several times."

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="proof_sheets"
    )
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="proof_sheets")
    styles = models.ManyToManyField(Style, related_name="proof_sheets")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)

    objects = ProofSheetQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at"], name="sheet_state_created"),
            sweep_index("sheet"),
        ]
        constraints = [
            *lease_constraints("sheet", ended=~Q(state__in=ACTIVE) & Q(completed_at__isnull=False)),
            models.UniqueConstraint(
                name="sheet_one_active_per_owner",
                fields=["owner"],
                condition=Q(state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class ProofTile(models.Model):
    """One style tried on one photo: the picture, or the code of an error.

    It is valid for one version of the style and one state of the engine. It is deleted with the
    photo.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="proof_tiles")
    style = models.ForeignKey(Style, on_delete=models.CASCADE, related_name="proof_tiles")
    version = models.PositiveIntegerField()
    engine = models.CharField(max_length=64, help_text=_("Version of the engine at that time."))
    file = models.CharField(max_length=200, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["photo", "style", "version", "engine"], name="proof_tile_once"
            ),
            models.CheckConstraint(
                name="proof_tile_file_or_error",
                condition=(~Q(file="") & Q(error_code="")) | (Q(file="") & ~Q(error_code="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.style_id} on {self.photo_id}"
