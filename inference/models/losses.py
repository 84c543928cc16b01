"""Loss curves: how the losses of a painting fell while it was trained."""

from django.db import models

from inference.models.jobs import Job


class LossCurve(models.Model):
    """The losses of one attempt at a job, written by its worker together with the progress.

    `points` are [step, loss, ...] in order, with the losses in the order of LOSS_NAMES. The worker
    thins them evenly, so that there are at most MAX_POINTS. `latest` is the last step alone:
    snapshots read it and leave the points in the database.
    """

    job = models.OneToOneField(
        Job, on_delete=models.CASCADE, primary_key=True, related_name="loss_curve"
    )
    attempt = models.PositiveSmallIntegerField()
    latest = models.JSONField()
    points = models.JSONField()

    objects = models.Manager["LossCurve"]()

    def __str__(self) -> str:
        return f"{self.job_id} attempt {self.attempt}"
