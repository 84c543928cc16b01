"""Masks: where in a photo a job may paint."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from inference.models.photos import Photo


class MaskQuerySet(models.QuerySet["Mask"]):
    """Reads of masks."""

    def visible_to(self, user: object) -> Self:
        """Keep the masks of `user`; nobody else may see them."""
        return self.filter(photo__owner=user) if isinstance(user, User) else self.none()

    def unused(self) -> Self:
        """Keep the masks that no job names."""
        return self.filter(jobs=None)

    def stored_bytes(self) -> int:
        """Return the size of the masks in bytes."""
        total: int | None = self.aggregate(total=Sum("bytes"))["total"]
        return total or 0


class Mask(models.Model):
    """A gray picture for one photo: white is painted, black stays as it is.

    It is deleted with the last job that names it, and with its photo.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="masks")
    file = models.FileField(upload_to="masks/")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    # The levels of its darkest and lightest pixel: a mask of one color may leave nothing to paint.
    darkest = models.PositiveSmallIntegerField()
    lightest = models.PositiveSmallIntegerField()
    # The hash of the file as it was sent, so that the same file sent twice is one mask.
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["photo", "sha256"], name="mask_once_per_photo")
        ]
        indexes = [models.Index(fields=["created_at"], name="mask_created")]

    def __str__(self) -> str:
        return f"{self.width} × {self.height}, {self.created_at:%Y-%m-%d}"

    def paints_nothing(self, *, invert: bool) -> bool:
        """Tell whether the mask lets nothing be painted."""
        return self.darkest == 255 if invert else self.lightest == 0
