"""Every write that users make to photos: upload with validation, each photo once, and delete."""

from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.locks import retry_deadlocks
from common.sandbox.slots import slot
from common.storage import RowFiles, files_of_a_row, remove_files_after_commit
from common.upload_limit import counted_upload
from common.uploads import AcceptedPicture, Readable, see_picture
from inference.files import jobs as job_files
from inference.files import sheets as proof_files
from inference.files import sketches as sketch_files
from inference.models import Job, Mask, Photo
from inference.services.guest_limits import check_guest_photos
from inference.services.jobs import forget
from inference.services.locks import guest_gone, lock_photos_of
from inference.services.storage import StorageQuotaExceeded, check_storage

FOLDER = "photos"


class PhotoInUse(Exception):
    """Jobs of the photo wait or run; they must end or be canceled first."""

    code = "photo_in_use"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(_("Pictures are still being made from this photo. Cancel them first."))


def upload_photo(*, owner: User, file: Readable) -> tuple[Photo, bool]:
    """Store the picture in `file` as a photo of `owner`; return it and whether it is new.

    The same file sent twice is one photo. If a file of that photo was lost, all of them are written
    again. Raises `TooManyUploads`, `UploadRefused`, `ServerBusy`, `StorageQuotaExceeded`,
    `StorageFull` or `GuestRefused`; then neither a file nor a row is left.
    """
    # Counted here, so that pages and the API share one limit.
    with counted_upload(str(owner.pk)):
        picture = _look_at(owner, file)
    if isinstance(picture, Photo):
        return picture, False
    with files_of_a_row() as row_files:
        lock_photos_of(owner)
        owner = _heir_of(owner)
        known = _known(owner, picture.sha256)
        if known is None:
            more = len(picture.kept.data) + picture.small.stored_bytes
            check_storage(owner=owner, more=more)
            check_guest_photos(owner=owner, more=more)
            values = _write(picture, row_files)
            return Photo.objects.create(owner=owner, sha256=picture.sha256, **values), True
        # If it is whole, the same file arrived twice at once, and the other request was first.
        if not _is_whole(known):
            remove_files_after_commit(known.file_names)
            Photo.objects.filter(pk=known.pk).update(**_write(picture, row_files))
            known.refresh_from_db()
        return known, False


def _look_at(owner: User, file: Readable) -> Photo | AcceptedPicture:
    """Return the picture in `file`, or the photo that `owner` already has of it.

    The picture is decoded only if the user has any room left. A known photo needs no room.
    """
    seen = see_picture(file, max_bytes=settings.MAX_UPLOAD_BYTES)
    try:
        check_storage(owner=owner)
    except StorageQuotaExceeded:
        # Searched only after the check: the same file, sent twice at once, may have taken the room.
        known = _known(owner, seen.sha256)
        if known is None:
            raise
    else:
        known = _known(owner, seen.sha256)
    if known is not None and _is_whole(known):
        return known
    with slot("pictures", who=str(owner.pk)):
        return seen.accepted()


def _heir_of(owner: User) -> User:
    """Return `owner`, or the account that a guest got while the photo was on its way."""
    if not owner.is_guest:
        return owner
    found = User.objects.select_related("adopted_by").filter(pk=owner.pk).first()
    if found is None:
        raise guest_gone()
    if found.adopted_by is None:
        return owner
    lock_photos_of(found.adopted_by)
    return found.adopted_by


def _known(owner: User, sha256: str) -> Photo | None:
    return Photo.objects.filter(owner=owner, sha256=sha256).first()


def _is_whole(photo: Photo) -> bool:
    """Tell whether every file of `photo` is there, and none was lost with a disk or a backup."""
    return all(name and default_storage.exists(name) for name in photo.file_names)


def _write(picture: AcceptedPicture, row_files: RowFiles) -> dict[str, Any]:
    """Write the files of an accepted picture, and return the values of its row."""
    kept, small = picture.kept, picture.small
    return {
        "file": row_files.put(FOLDER, kept.suffix, kept.data),
        "preview": row_files.put(FOLDER, ".webp", small.preview),
        "thumb": row_files.put(FOLDER, ".webp", small.thumb),
        "placeholder": small.placeholder,
        "width": picture.width,
        "height": picture.height,
        "bytes": len(kept.data),
        "small_bytes": small.stored_bytes,
    }


@retry_deadlocks
@transaction.atomic
def delete_photo(*, photo: Photo) -> None:
    """Delete `photo`, its proofs, its ended jobs, and the files of all these; artworks stay.

    Raises `PhotoInUse` while one of its jobs waits or runs.
    """
    # While this lock is held, no job can be submitted for the photo.
    Photo.objects.select_for_update().filter(pk=photo.pk).first()
    jobs = Job.objects.filter(photo=photo)
    if jobs.active().exists():
        raise PhotoInUse
    job_ids = list(jobs.values_list("pk", flat=True))
    for job_id in job_ids:
        transaction.on_commit(partial(job_files.remove_all, job_id))
    forget(job_ids, owner_id=photo.owner_id)
    transaction.on_commit(partial(proof_files.sweep, photo.pk))
    transaction.on_commit(partial(sketch_files.sweep, photo.pk))
    masks = list(Mask.objects.filter(photo=photo).values_list("file", flat=True))
    remove_files_after_commit([*photo.file_names, *masks])
    jobs.delete()
    # Not `photo.delete()`, which takes the id from `photo`: a repetition after a deadlock needs it.
    Photo.objects.filter(pk=photo.pk).delete()
