"""Every write that users make to photos: upload with validation, each photo once, and delete."""

from functools import partial
from typing import ClassVar, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.derivatives import Derivatives, Encoded, encode_picture, make_derivatives
from common.locks import lock_until_commit
from common.storage import RowFiles, files_of_a_row, remove_files_after_commit
from common.uploads import AcceptedPicture, Readable, see_picture
from inference.files import jobs as job_files
from inference.files import sheets as proof_files
from inference.models import Job, Photo
from inference.services.jobs import forget
from inference.services.storage import StorageQuotaExceeded, check_storage

FOLDER = "photos"


class PhotoInUse(Exception):
    """Jobs of the photo wait or run; they must end or be canceled first."""

    code = "photo_in_use"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(_("Pictures are still being made from this photo. Cancel them first."))


class PhotoFiles(NamedTuple):
    """All files that are stored of a photo."""

    kept: Encoded
    small: Derivatives

    @property
    def small_bytes(self) -> int:
        """The size of the small versions together, in bytes."""
        return len(self.small.preview) + len(self.small.thumb)


def upload_photo(*, owner: User, file: Readable) -> tuple[Photo, bool]:
    """Store the picture in `file` as a photo of `owner`; return it and whether it is new.

    The same file sent twice is one photo. Raises `UploadRefused`, `StorageQuotaExceeded` or
    `StorageFull`; then neither a file nor a row is left.
    """
    picture = _look_at(owner, file)
    if isinstance(picture, Photo):
        return picture, False
    # Encoding takes seconds. In a transaction, it would make every other writer wait that long.
    files = PhotoFiles(encode_picture(picture.image), make_derivatives(picture.image))
    with files_of_a_row() as row_files:
        # Not a lock of the user's row, because workers that claim a job wait for that row.
        lock_until_commit(f"photos of {owner.pk}")
        known = _known(owner, picture.sha256)
        if known is not None:
            # The same file arrived twice at once, and the other request was first.
            return known, False
        check_storage(owner=owner, more=len(files.kept.data) + files.small_bytes)
        return _save(owner, picture, files, row_files), True


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
        return known
    return _known(owner, seen.sha256) or seen.accepted()


def _known(owner: User, sha256: str) -> Photo | None:
    return Photo.objects.filter(owner=owner, sha256=sha256).first()


def _save(owner: User, picture: AcceptedPicture, files: PhotoFiles, row_files: RowFiles) -> Photo:
    """Write the files of an accepted picture and its row."""
    photo: Photo = Photo.objects.create(
        owner=owner,
        file=row_files.put(FOLDER, files.kept.suffix, files.kept.data),
        preview=row_files.put(FOLDER, ".webp", files.small.preview),
        thumb=row_files.put(FOLDER, ".webp", files.small.thumb),
        placeholder=files.small.placeholder,
        width=picture.image.width,
        height=picture.image.height,
        bytes=len(files.kept.data),
        small_bytes=files.small_bytes,
        sha256=picture.sha256,
    )
    return photo


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
        transaction.on_commit(partial(job_files.sweep, job_id))
    forget(job_ids, owner_id=photo.owner_id)
    transaction.on_commit(partial(proof_files.sweep, photo.pk))
    remove_files_after_commit([photo.file.name, photo.preview.name, photo.thumb.name])
    jobs.delete()
    photo.delete()
