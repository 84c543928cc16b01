"""Photos that people upload."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Reads of photos."""

    def visible_to(self, user: object) -> Self:
        """Keep the photos of `user`; nobody else may see them."""
        return self.filter(owner=user) if isinstance(user, User) else self.none()

    def stored_bytes(self) -> int:
        """Return the size of the photos in bytes, including their small versions."""
        total: int | None = self.aggregate(total=Sum(F("bytes") + F("small_bytes")))["total"]
        return total or 0


class Photo(models.Model):
    """A picture that a user uploaded: upright, sRGB, without its metadata and file name."""

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
        default=0, help_text=_("Size of the preview and the thumbnail.")
    )
    # The hash of the file as it was sent, so that the same file sent twice is one photo.
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

    @property
    def file_names(self) -> list[str | None]:
        """The names of all files of this row."""
        return [self.file.name, self.preview.name, self.thumb.name]
