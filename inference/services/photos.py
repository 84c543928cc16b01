"""Photos that people put in: taken through the gate, kept once each, removed with their files."""

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
    """The photo is being painted; its jobs end or are canceled first."""

    code = "photo_in_use"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(_("Pictures are still being made from this photo. Cancel them first."))


class PhotoFiles(NamedTuple):
    """Everything that is stored of a photo."""

    kept: Encoded
    small: Derivatives

    @property
    def small_bytes(self) -> int:
        """How much the small versions take together."""
        return len(self.small.preview) + len(self.small.thumb)


def upload_photo(*, owner: User, file: Readable) -> tuple[Photo, bool]:
    """Keep the picture in `file` as a photo of `owner`; return it and whether it is new.

    The same file sent twice is one photo. Raises `UploadRefused`, `StorageQuotaExceeded` or
    `StorageFull`; then neither a file nor a row is left.
    """
    picture = _look_at(owner, file)
    if isinstance(picture, Photo):
        return picture, False
    # Encoding takes seconds, for which a transaction would keep every other writer waiting.
    files = PhotoFiles(encode_picture(picture.image), make_derivatives(picture.image))
    with files_of_a_row() as row_files:
        # The row of the person would do too, but workers that claim a job wait for that one.
        lock_until_commit(f"photos of {owner.pk}")
        known = _known(owner, picture.sha256)
        if known is not None:
            # The same file came in twice at once; the other request was first.
            return known, False
        check_storage(owner=owner, more=len(files.kept.data) + files.small_bytes)
        return _save(owner, picture, files, row_files), True


def _look_at(owner: User, file: Readable) -> Photo | AcceptedPicture:
    """Return the picture in `file`, or the photo that `owner` has of it; that one costs nothing.

    Nothing is decoded for whom there is no room in any case.
    """
    seen = see_picture(file, max_bytes=settings.MAX_UPLOAD_BYTES)
    try:
        check_storage(owner=owner)
    except StorageQuotaExceeded:
        # Looked for after the room was: this very file, sent twice at once, may have taken it.
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
    """Remove `photo`, its proofs, the jobs that ended with it, and their files; artworks stay.

    Raises `PhotoInUse` while one of its jobs waits or runs.
    """
    # While the lock is held, no job can be submitted for it.
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
