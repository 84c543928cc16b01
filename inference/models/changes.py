"""What changed for a person, in one order."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class DeletedJob(models.Model):
    """That a job was deleted: for apps that still show it, for the quota of its day, and so that a
    late repetition of its request does not create it again. It is kept for two days.
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
        db_table = "inference_gonejob"
        indexes = [models.Index(fields=["owner", "number"], name="gone_owner_changed")]

    def __str__(self) -> str:
        return str(self.job_id)


class ChangeCounter(models.Model):
    """The number of the last change that a person was told of."""

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
