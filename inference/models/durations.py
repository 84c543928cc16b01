"""How long paintings took."""

from django.db import models
from django.utils import timezone


class DurationSample(models.Model):
    """How long one painting took, with the class that decides it (inference/queue/durations.py).

    Only the newest samples of each class are kept, so the table stays small.
    """

    method = models.CharField(max_length=20)
    device = models.CharField(max_length=20)
    size_class = models.SmallIntegerField()
    steps_class = models.SmallIntegerField()
    seconds = models.FloatField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["method", "device", "size_class", "steps_class"], name="duration_class"
            )
        ]
        constraints = [
            models.CheckConstraint(name="duration_not_negative", condition=models.Q(seconds__gte=0))
        ]

    def __str__(self) -> str:
        return f"{self.method} on {self.device}: {self.seconds:.1f} s"
