"""Photos that people put in: taken through the gate, kept once each, removed with their files."""

from functools import partial
from typing import ClassVar, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.derivatives import Derivatives, Encoded, encode_picture, make_derivatives
from common.storage import Shelf, files_of_a_row, remove_files_after_commit
from common.uploads import AcceptedPicture, Readable, accept_picture
from inference import job_files, proof_files
from inference.models import Job, Photo
from inference.services.jobs import forget

FOLDER = "photos"


class PhotoInUse(Exception):
    """The photo is being painted; its jobs end or are canceled first."""

    code = "photo_in_use"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(_("Cancel the pictures being made from this photo first."))


class PhotoFiles(NamedTuple):
    """Everything that is stored of a photo."""

    kept: Encoded
    small: Derivatives


def upload_photo(*, owner: User, file: Readable) -> tuple[Photo, bool]:
    """Keep the picture in `file` as a photo of `owner`; return it and whether it is new.

    The same file sent twice is one photo. Raises `UploadRefused` or `StorageFull`; then neither a
    file nor a row is left.
    """
    picture = accept_picture(file, max_bytes=settings.MAX_UPLOAD_BYTES)
    known = Photo.objects.filter(owner=owner, sha256=picture.sha256).first()
    if known is not None:
        return known, False
    # Encoding takes seconds, for which a transaction would keep every other writer waiting.
    files = PhotoFiles(encode_picture(picture.image), make_derivatives(picture.image))
    try:
        with files_of_a_row() as shelf:
            return _save(owner, picture, files, shelf), True
    except IntegrityError:
        # The same file came in twice at once; the other request was first.
        return Photo.objects.get(owner=owner, sha256=picture.sha256), False


def _save(owner: User, picture: AcceptedPicture, files: PhotoFiles, shelf: Shelf) -> Photo:
    """Write the files of an accepted picture and its row."""
    photo: Photo = Photo.objects.create(
        owner=owner,
        file=shelf.put(FOLDER, files.kept.suffix, files.kept.data),
        preview=shelf.put(FOLDER, ".webp", files.small.preview),
        thumb=shelf.put(FOLDER, ".webp", files.small.thumb),
        placeholder=files.small.placeholder,
        width=picture.image.width,
        height=picture.image.height,
        bytes=len(files.kept.data),
        sha256=picture.sha256,
    )
    return photo


@transaction.atomic
def delete_photo(*, photo: Photo) -> None:
    """Remove `photo`, its proofs, the jobs that ended with it, and their files; artworks stay.

    Raises `PhotoInUse` while one of its jobs waits or runs.
    """
    # The lock keeps a job from being submitted for it meanwhile.
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
