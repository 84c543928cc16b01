"""Batches: jobs that were submitted together, one for each photo and style."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User


class BatchQuerySet(models.QuerySet["Batch"]):
    """Reads of batches."""

    def visible_to(self, user: object) -> Self:
        """Keep the batches of `user`."""
        return self.filter(owner=user) if isinstance(user, User) else self.none()


class Batch(models.Model):
    """Several jobs that were submitted together. It has no state of its own; its jobs have one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batches"
    )
    request_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return str(self.id)

    def get_absolute_url(self) -> str:
        return reverse("batch", kwargs={"pk": self.pk})
