"""Jobs: each is one picture to paint."""

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inference.models.batches import Batch
from inference.models.leases import LeasedQuerySet, LeasedWork, lease_constraints, sweep_index
from inference.models.masks import Mask
from inference.models.photos import Photo
from library.models import Style


class JobQuerySet(LeasedQuerySet["Job"]):
    """Reads of jobs; inference/queue/jobs.py has the statements of the queue."""

    def with_parts(self) -> Self:
        """Fetch what a snapshot needs in a fixed number of queries."""
        parts = self.select_related("photo", "artwork", "shown", "loss_curve")
        # A snapshot tells the latest losses only, and the points of a curve are many.
        return parts.defer("loss_curve__points").prefetch_related("job_styles__style")


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
        """Each lane has the name of its Celery queue; inference/queue/lanes.py explains them."""

        SHORT = "cpu", _("Short")
        HEAVY = "gpu", _("Long")

    ACTIVE = (State.QUEUED, State.RUNNING)
    WITHOUT_RESULT = (State.FAILED, State.CANCELED, State.EXPIRED)
    RESTARTED: ClassVar = {"stage": "", "done": 0, "total": 0}
    DISCARDED: ClassVar = {"preview": "", "preview_width": 0, "preview_height": 0}
    CRASHED_HINT = "This picture stopped its worker several times. Try a smaller size."

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs"
    )
    # A photo in use cannot be deleted by accident; the service deletes both together.
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="jobs")
    # Deleted with the last job that names it; see services/jobs.py.
    mask = models.ForeignKey(
        Mask, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs"
    )
    styles = models.ManyToManyField(Style, through="JobStyle", related_name="jobs")
    spec = models.JSONField(help_text=_("TransferSpec.to_json(), with its version."))
    request_digest = models.CharField(max_length=64)
    in_batch = models.ForeignKey(
        Batch, on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs"
    )
    # Jobs of the same user. They may be deleted by now, so these are no foreign keys.
    retry_of = models.UUIDField(
        null=True, blank=True, help_text=_("The job that this one repeats.")
    )
    continues = models.UUIDField(
        null=True, blank=True, help_text=_("The job that this one continues.")
    )
    first_job = models.UUIDField(
        null=True, editable=False, help_text=_("The job with which this painting began.")
    )
    # What the client said. gallery/lineage.py decides whether the result names it.
    made_like = models.UUIDField(null=True, editable=False)

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    lane = models.CharField(max_length=10, choices=Lane, default=Lane.SHORT)
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
        max_length=200, blank=True, help_text=_("Saved state for continuing the painting.")
    )
    report = models.JSONField(default=dict, blank=True)

    # From these the picture can be developed again. Jobs of earlier releases have no color map.
    painted = models.CharField(
        max_length=200, blank=True, help_text=_("The painting, if the result shows it otherwise.")
    )
    fitted_mask = models.CharField(
        max_length=200, blank=True, help_text=_("The mask in the size of the result.")
    )
    painted_bytes = models.PositiveIntegerField(
        default=0, help_text=_("The size of the painting and the mask.")
    )
    color_map = models.JSONField(default=dict, blank=True)
    shown = models.ForeignKey(
        "Revision", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    stopped_early = models.BooleanField(default=False)
    canceled_by = models.CharField(max_length=10, blank=True)

    device = models.CharField(max_length=20, blank=True)
    load_seconds = models.FloatField(null=True, blank=True)
    # If several pictures were painted in one pass, this is the share of this one.
    compute_seconds = models.FloatField(null=True, blank=True)
    # Predicted at submission, in seconds: the painting time, and the time until it is done.
    paint_p50 = models.FloatField(null=True, blank=True)
    paint_p90 = models.FloatField(null=True, blank=True)
    eta_p50 = models.FloatField(null=True, blank=True)
    eta_p90 = models.FloatField(null=True, blank=True)
    pass_size = models.PositiveSmallIntegerField(
        default=1, db_column="batch", help_text=_("Number of pictures painted in the same pass.")
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
            sweep_index("job"),
        ]
        constraints = [
            *lease_constraints(
                "job",
                ended=Q(
                    state__in=["succeeded", "failed", "canceled", "expired"],
                    completed_at__isnull=False,
                ),
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
                name="job_painted_with_result",
                condition=Q(state="succeeded") | Q(painted=""),
            ),
            models.CheckConstraint(
                name="job_mask_with_painting",
                condition=~Q(painted="") | Q(fitted_mask=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("job", kwargs={"pk": self.pk})

    @property
    def painting(self) -> uuid.UUID:
        """The id that all jobs of one painting share: each continues the one before."""
        return self.first_job or self.pk

    @property
    def kept_as(self) -> Any:
        """The artwork that the result was kept as; None without one, and for one in the trash."""
        artwork = getattr(self, "artwork", None)
        return None if artwork is None or artwork.is_trashed else artwork

    @property
    def files(self) -> set[str]:
        """The names of the files of this row."""
        parts = (self.saved, self.painted, self.fitted_mask)
        return {self.preview, self.result, *parts} - {""}

    @property
    def can_develop(self) -> bool:
        """Tell whether strength and colors of the result can still be changed."""
        return bool(self.color_map)

    @property
    def painting_file(self) -> str:
        """The name of the file of the painting in its own colors."""
        return self.painted or self.result

    @property
    def shown_file(self) -> str:
        """The name of the file of the shown picture: the result, or a revision of it."""
        return self.shown.file if self.shown else self.result

    @property
    def can_retry(self) -> bool:
        """Tell whether the same request may be made again."""
        return self.state in self.WITHOUT_RESULT

    @property
    def can_continue(self) -> bool:
        """Tell whether the painting can continue from where it ended."""
        return bool(self.saved)


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
