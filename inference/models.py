"""Photos and the jobs that paint them."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from inference.batches import Batch
from inference.operations import (  # noqa: F401  # Django looks for rows here
    DurationSample,
    QueueSwitch,
    Worker,
)
from library.models import Style


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Reads of photos."""

    def visible_to(self, user: object) -> Self:
        """Keep the photos of `user`; photos are never anyone else's business."""
        return self.filter(owner=user) if isinstance(user, User) else self.none()

    def stored_bytes(self) -> int:
        """Add up what the photos take, with their small versions."""
        total: int | None = self.aggregate(total=Sum(F("bytes") + F("small_bytes")))["total"]
        return total or 0


class Photo(models.Model):
    """A picture someone put in: upright, sRGB, without metadata, its file name forgotten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="photos"
    )
    file = models.FileField(upload_to="photos/")
    preview = models.FileField(upload_to="photos/", blank=True)
    thumb = models.FileField(upload_to="photos/", blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    small_bytes = models.PositiveIntegerField(
        default=0, help_text=_("Of the preview and the thumb together.")
    )
    # Of the upload as sent, so that the same file sent twice is one photo.
    sha256 = models.CharField(max_length=64)
    placeholder = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "sha256"], name="photo_once_per_owner")
        ]

    def __str__(self) -> str:
        return f"{self.width} × {self.height}, {self.created_at:%Y-%m-%d}"


class LeasedWork(models.Model):
    """Work that a worker does while it holds a lease, which it renews with every heartbeat.

    Each write of that worker names the lease. A worker that lost it (another attempt holds the
    work) changes nothing. The changes themselves stand in inference/leases.py.
    """

    seq = models.PositiveIntegerField(default=1)
    # Its place among all that changed for its owner, and the `seq` at which it was given that
    # place (inference/changes.py).
    number = models.PositiveBigIntegerField(default=0, editable=False)
    numbered_seq = models.PositiveIntegerField(default=0, editable=False)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ticket_at = models.DateTimeField(default=timezone.now, help_text=_("Last ticket sent."))
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class JobQuerySet(models.QuerySet["Job"]):
    """Reads of jobs; the queue's own statements stand in inference/queue.py."""

    def visible_to(self, user: object) -> Self:
        """Keep the jobs of `user`."""
        return self.filter(owner=user) if isinstance(user, User) else self.none()

    def active(self) -> Self:
        """Keep what still waits or runs."""
        return self.filter(state__in=Job.ACTIVE)

    def with_parts(self) -> Self:
        """Fetch what a snapshot needs in a fixed number of queries."""
        return self.select_related("photo", "artwork").prefetch_related("job_styles__style")


class Job(LeasedWork):
    """One picture to paint.

        QUEUED ──claim──> RUNNING ──finish──> SUCCEEDED
          │  ^               ├──────────────> FAILED
          │  └──lost worker──┤
          ├──────────────────┴──cancel──────> CANCELED
          └──────────────────expire─────────> EXPIRED

    A running job is held by a lease.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Painting")
        SUCCEEDED = "succeeded", _("Done")
        FAILED = "failed", _("Failed")
        CANCELED = "canceled", _("Canceled")
        EXPIRED = "expired", _("Expired")

    class Lane(models.TextChoices):
        """Called like the Celery queues; inference/lanes.py says who serves which."""

        QUICK = "cpu", _("Quick")
        HEAVY = "gpu", _("Heavy")

    ACTIVE = (State.QUEUED, State.RUNNING)
    WITHOUT_RESULT = (State.FAILED, State.CANCELED, State.EXPIRED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs"
    )
    # A photo in use is not deleted by accident: the service removes both together.
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="jobs")
    styles = models.ManyToManyField(Style, through="JobStyle", related_name="jobs")
    spec = models.JSONField(help_text=_("TransferSpec.to_json(), with its version."))
    request_digest = models.CharField(max_length=64)
    in_batch = models.ForeignKey(
        Batch, on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs"
    )
    # Jobs of the same person that may be gone by now, so they are no foreign keys.
    retry_of = models.UUIDField(null=True, blank=True, help_text=_("The same request before."))
    continues = models.UUIDField(
        null=True, blank=True, help_text=_("The job whose painting goes on here.")
    )

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    lane = models.CharField(max_length=10, choices=Lane, default=Lane.QUICK)
    stage = models.CharField(max_length=20, blank=True)
    stop_requested = models.BooleanField(default=False)

    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    preview = models.CharField(max_length=200, blank=True)
    preview_version = models.PositiveIntegerField(default=0)
    preview_width = models.PositiveIntegerField(default=0)
    preview_height = models.PositiveIntegerField(default=0)
    result = models.CharField(max_length=200, blank=True)
    result_width = models.PositiveIntegerField(default=0)
    result_height = models.PositiveIntegerField(default=0)
    saved = models.CharField(
        max_length=200, blank=True, help_text=_("What a painting can go on from.")
    )
    report = models.JSONField(default=dict, blank=True)

    error_code = models.CharField(max_length=40, blank=True)
    error_hint = models.CharField(max_length=300, blank=True)
    stopped_early = models.BooleanField(default=False)
    canceled_by = models.CharField(max_length=10, blank=True)

    device = models.CharField(max_length=20, blank=True)
    load_seconds = models.FloatField(null=True, blank=True)
    # A share of what the pass took, where several pictures were painted in one.
    compute_seconds = models.FloatField(null=True, blank=True)
    # What was foretold at submission, in seconds: of the painting, and until the picture is done.
    paint_p50 = models.FloatField(null=True, blank=True)
    paint_p90 = models.FloatField(null=True, blank=True)
    eta_p50 = models.FloatField(null=True, blank=True)
    eta_p90 = models.FloatField(null=True, blank=True)
    batch = models.PositiveSmallIntegerField(
        default=1, help_text=_("Pictures painted in the same pass.")
    )

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "created_at"], name="job_state_created"),
            models.Index(fields=["owner", "-created_at"], name="job_owner_newest"),
            models.Index(fields=["owner", "number"], name="job_owner_changed"),
            models.Index(
                fields=["owner"], name="job_unnumbered", condition=~Q(seq=F("numbered_seq"))
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="job_running_has_lease",
                condition=Q(state="running", lease__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(lease__isnull=True, lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="job_succeeded_has_result",
                condition=(Q(state="succeeded") & ~Q(result=""))
                | (~Q(state="succeeded") & Q(result="")),
            ),
            models.CheckConstraint(
                name="job_saved_with_result",
                condition=Q(state="succeeded") | Q(saved=""),
            ),
            models.CheckConstraint(
                name="job_ended_has_time",
                condition=Q(state__in=["queued", "running"], completed_at__isnull=True)
                | Q(
                    state__in=["succeeded", "failed", "canceled", "expired"],
                    completed_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("job", kwargs={"pk": self.pk})

    @property
    def can_retry(self) -> bool:
        """Tell whether the same request may be made once more."""
        return self.state in self.WITHOUT_RESULT

    @property
    def can_continue(self) -> bool:
        """Tell whether the painting can go on from where it ended."""
        return bool(self.saved)


class GoneJob(models.Model):
    """That a job was deleted: for apps that still show it, for the quota of its day, and so that a
    late repetition of its request does not make it anew. It is kept for two days.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    job_id = models.UUIDField()
    # When it was made, if it had its result: deleting that gives nothing of the day back.
    spent_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(default=timezone.now, db_index=True)
    seq = models.PositiveIntegerField(default=1)
    number = models.PositiveBigIntegerField(default=0)
    numbered_seq = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["owner", "number"], name="gone_owner_changed")]

    def __str__(self) -> str:
        return str(self.job_id)


class ChangeClock(models.Model):
    """The number of the last change that a person was told of."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    number = models.PositiveBigIntegerField(default=0)
    # The last one that was forgotten; who knows only what came before has missed something.
    forgotten = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.owner_id} at {self.number}"


class JobStyle(models.Model):
    """One of a job's one to four styles, with its weight and the version it had."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="job_styles")
    style = models.ForeignKey(Style, on_delete=models.PROTECT, related_name="job_styles")
    version = models.PositiveIntegerField()
    weight = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "style"], name="job_style_once"),
            models.CheckConstraint(name="job_style_weight", condition=Q(weight__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.style_id} × {self.weight:g}"


class ProofSheetQuerySet(models.QuerySet["ProofSheet"]):
    """Reads of proof sheets; the queue's own statements stand in inference/proof_queue.py."""

    def visible_to(self, user: object) -> Self:
        """Keep the sheets of `user`."""
        return self.filter(owner=user) if isinstance(user, User) else self.none()

    def active(self) -> Self:
        """Keep what still waits or runs."""
        return self.filter(state__in=ProofSheet.ACTIVE)


class ProofSheet(LeasedWork):
    """Many styles tried on one photo, small, so that a person sees them before choosing.

        QUEUED ──claim──> RUNNING ──finish──> SUCCEEDED
          │  ^               ├──────────────> FAILED
          │  ├──lost worker──┤
          │  └──put back─────┤
          ├──────────────────┼──cancel──────> CANCELED
          └──────────────────┴──newer sheet─> SUPERSEDED

    The tiles are rows of their own: what is painted stays when the sheet ends, whichever way. A
    worker puts a sheet back when a job waits, and goes on with it after.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Painting")
        SUCCEEDED = "succeeded", _("Done")
        FAILED = "failed", _("Failed")
        CANCELED = "canceled", _("Canceled")
        SUPERSEDED = "superseded", _("Superseded")

    ACTIVE = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="proof_sheets"
    )
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="proof_sheets")
    styles = models.ManyToManyField(Style, related_name="proof_sheets")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    error_code = models.CharField(max_length=40, blank=True)
    error_hint = models.CharField(max_length=300, blank=True)

    objects = ProofSheetQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "created_at"], name="sheet_state_created")]
        constraints = [
            models.CheckConstraint(
                name="sheet_running_has_lease",
                condition=Q(state="running", lease__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(lease__isnull=True, lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="sheet_ended_has_time",
                condition=Q(state__in=["queued", "running"], completed_at__isnull=True)
                | (~Q(state__in=["queued", "running"]) & Q(completed_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="sheet_one_active_per_owner",
                fields=["owner"],
                condition=Q(state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class ProofTile(models.Model):
    """One style tried on one photo: the picture, or why there is none.

    It is good for one version of the style and one state of the engine, and goes with the photo.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="proof_tiles")
    style = models.ForeignKey(Style, on_delete=models.CASCADE, related_name="proof_tiles")
    version = models.PositiveIntegerField()
    engine = models.CharField(max_length=64, help_text=_("What the engine was then."))
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
