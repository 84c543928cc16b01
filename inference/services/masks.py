"""Every write that users make to masks: upload with validation, each mask once, and delete."""

from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.locks import lock_until_commit, retry_deadlocks
from common.sandbox.slots import slot
from common.storage import files_of_a_row
from common.upload_limit import counted_upload
from common.uploads import Readable, UploadRefused, accept_mask
from inference.files.masks import delete_if_unused
from inference.models import Mask, Photo
from inference.services.locks import lock_photos
from inference.services.storage import check_storage
from style_transfer.imaging.mask import MaskShapeError, check_mask_shape

FOLDER = "masks"


class MaskInUse(Exception):
    """A job names the mask; it is deleted with that job."""

    code = "mask_in_use"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(_("A picture uses this mask. Delete the picture first."))


def upload_mask(*, owner: User, photo: Photo, file: Readable) -> tuple[Mask, bool]:
    """Store the picture in `file` as a mask for `photo`; return it and whether it is new.

    The same file sent twice for a photo is one mask. Raises `TooManyUploads`, `UploadRefused`,
    `ServerBusy`, `StorageQuotaExceeded`, `StorageFull` or `PhotoUnavailable`; then neither a file
    nor a row is left.
    """
    with counted_upload(str(owner.pk)):
        check_storage(owner=owner)
        with slot("pictures", who=str(owner.pk)):
            mask = accept_mask(file, max_bytes=settings.MAX_UPLOAD_BYTES)
    try:
        check_mask_shape((mask.width, mask.height), (photo.width, photo.height))
    except MaskShapeError as error:
        sentence = _("The mask and the photo have different proportions. Use a mask that fits.")
        raise UploadRefused(error.code, sentence) from error
    with files_of_a_row() as row_files:
        # The same lock as for photos, because both count as one storage.
        lock_until_commit(f"photos of {owner.pk}")
        known = Mask.objects.filter(photo=photo, sha256=mask.sha256).first()
        if known is not None:
            return known, False
        lock_photos([photo])
        check_storage(owner=owner, more=len(mask.data))
        values: dict[str, Any] = {
            "file": row_files.put(FOLDER, ".png", mask.data),
            "width": mask.width,
            "height": mask.height,
            "bytes": len(mask.data),
            "darkest": mask.darkest,
            "lightest": mask.lightest,
        }
        return Mask.objects.create(photo=photo, sha256=mask.sha256, **values), True


@retry_deadlocks
def delete_mask(*, mask: Mask) -> None:
    """Delete `mask` and its file. Raises `MaskInUse` while a job names it."""
    if not delete_if_unused(mask.pk):
        raise MaskInUse
