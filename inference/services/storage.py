"""The storage limit of one user; exact even if several photos arrive at the same time.

What counts are the photos, the paintings that were kept beside results to develop them again, and
the revisions that were made of these. Their rows are added up, and no counter is kept beside them.
The deletion of a photo therefore frees its space at once.
"""

from typing import ClassVar

from django.conf import settings
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import User
from inference.models import Job, Mask, Photo, Revision


class StorageQuotaExceeded(Exception):
    """What the user stores has reached the limit."""

    code = "storage_quota_exceeded"
    status: ClassVar[int] = 413

    def __init__(self) -> None:
        sentence = _(
            "Your photo storage is full. The limit is %(limit)s. Delete photos you no longer need."
        )
        limit = filesizeformat(settings.PHOTOS_MAX_BYTES_PER_USER)
        super().__init__(sentence % {"limit": limit})


def storage_of(owner: User) -> int:
    """Return the size in bytes of what `owner` stores.

    These are photos and masks, and what pictures are developed from.
    """
    painted = Job.objects.visible_to(owner).aggregate(total=Sum("painted_bytes"))["total"] or 0
    revisions = Revision.objects.visible_to(owner).stored_bytes()
    photos = Photo.objects.visible_to(owner).stored_bytes()
    masks = Mask.objects.visible_to(owner).stored_bytes()
    return photos + masks + painted + revisions


def check_storage(*, owner: User, more: int = 1) -> None:
    """Check that `owner` may store `more` bytes more. Raises StorageQuotaExceeded.

    The check is exact if the caller holds a lock that keeps out other photos of the user until it
    has stored its own.
    """
    if storage_of(owner) + more > settings.PHOTOS_MAX_BYTES_PER_USER:
        raise StorageQuotaExceeded
