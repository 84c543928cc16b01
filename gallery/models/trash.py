"""What was deleted and can still be restored: it is in the trash for some days.

Only `with_trash` finds it. `objects` leaves it out, so pages, the API and media files, which all
read `objects`, answer as if it did not exist.
"""

from datetime import datetime, timedelta
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

IN_TRASH = Q(trashed_at__isnull=False)


def end_of_trash() -> datetime:
    """Return the moment before which something must have been deleted to be gone for good."""
    return timezone.now() - timedelta(days=settings.TRASH_DAYS)


class Trashable(models.Model):
    """A row that its owner can put in the trash."""

    # When it was deleted. What one request deletes has the same time, which undo asks for.
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_trashed(self) -> bool:
        """Whether it is in the trash."""
        return self.trashed_at is not None

    @property
    def gone_at(self) -> datetime | None:
        """When it is deleted for good."""
        days = timedelta(days=settings.TRASH_DAYS)
        return self.trashed_at + days if self.trashed_at else None


Row = TypeVar("Row", bound=models.Model)


class TrashQuerySet(models.QuerySet[Row]):
    """Reads of rows that can be in the trash."""

    def in_trash(self) -> Self:
        """Keep what can be restored. After its last day nothing can, even if its row exists."""
        return self.filter(trashed_at__gt=end_of_trash())

    def overdue(self) -> Self:
        """Keep what must be deleted for good."""
        return self.filter(trashed_at__lte=end_of_trash())


class NotInTrash(models.Manager[Row]):
    """Finds what is not in the trash."""

    def get_queryset(self) -> models.QuerySet[Row]:
        """Leave out what is in the trash."""
        return super().get_queryset().filter(trashed_at=None)


class TrashedItem(models.Model):
    """The place in a gallery that an artwork in the trash gets back when it is restored."""

    artwork = models.ForeignKey(
        "gallery.Artwork", on_delete=models.CASCADE, related_name="trashed_items"
    )
    gallery = models.ForeignKey(
        "gallery.Gallery", on_delete=models.CASCADE, related_name="trashed_items"
    )
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artwork", "gallery"], name="trashed_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.artwork_id}"
