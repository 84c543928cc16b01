"""The order of the changes of one user: the counter, and the deleted jobs."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class DeletedJob(models.Model):
    """A record that a job was deleted; it is kept for two days.

    Apps that still show the job learn of the deletion. The quota of its day counts it. A late
    repetition of its request does not create it again.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    job_id = models.UUIDField()
    # When the job was made, if it had its result: its deletion does not free the day's quota.
    spent_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(default=timezone.now, db_index=True)
    seq = models.PositiveIntegerField(default=1)
    number = models.PositiveBigIntegerField(default=0)
    numbered_seq = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "inference_gonejob"
        indexes = [models.Index(fields=["owner", "number"], name="gone_owner_changed")]

    def __str__(self) -> str:
        return str(self.job_id)


class ChangeCounter(models.Model):
    """The number of the last change that a user was told of."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    number = models.PositiveBigIntegerField(default=0)
    # The last change whose row was removed; a client with an older cursor has missed something.
    pruned_through = models.PositiveBigIntegerField(default=0, db_column="forgotten")

    class Meta:
        db_table = "inference_changeclock"

    def __str__(self) -> str:
        return f"{self.owner_id} at {self.number}"
