"""How much one person may keep here; exact however many photos come in at once.

What counts are the rows of the photos, never a counter beside them, so deleting one makes its room
free at once.
"""

from typing import ClassVar

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import User
from inference.models import Photo


class StorageQuotaExceeded(Exception):
    """The photos of the person take as much as they may."""

    code = "storage_quota_exceeded"
    status: ClassVar[int] = 413

    def __init__(self) -> None:
        sentence = _(
            "Your photo storage is full. The limit is %(limit)s. Delete photos you no longer need."
        )
        limit = filesizeformat(settings.PHOTOS_MAX_BYTES_PER_USER)
        super().__init__(sentence % {"limit": limit})


def storage_of(owner: User) -> int:
    """Return how many bytes the photos of `owner` take, with their small versions."""
    return Photo.objects.visible_to(owner).stored_bytes()


def check_storage(*, owner: User, more: int = 1) -> None:
    """Let `owner` store so many bytes more. Raises StorageQuotaExceeded.

    Exact for a caller that lets no other photo of the person in until it has stored its own.
    """
    if storage_of(owner) + more > settings.PHOTOS_MAX_BYTES_PER_USER:
        raise StorageQuotaExceeded
