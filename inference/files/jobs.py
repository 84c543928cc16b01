"""The files of a job: previews, its result, and what it can be continued and developed from.

They are in one folder; the files of its revisions are in another (files/revisions.py). The folder
holds nothing else. A file in it that the row does not name was left by a killed worker and can be
removed.
"""

import io
from collections.abc import Collection
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from common.derivatives import fitted
from common.passports import Provenance, with_provenance
from inference.files.folders import sweep_folder
from inference.files.stored import StoredPicture
from inference.models import Job
from style_transfer.imaging.perceptual_hash import look_of

PREVIEW_SIDE = 512


def store_preview(
    job: Job, image: Image.Image, provenance: Provenance | None = None
) -> StoredPicture:
    """Write a small version of `image` for the page to show. That of a result says what it is.

    Raises StorageFull when there is no room.
    """
    if image.mode == "RGBA":
        small = fitted(image, PREVIEW_SIDE)
        return _store(_folder(job.pk), small, provenance, "webp", quality=82, method=0)
    # Nearly as small as WebP and encoded ten times as fast: the worker waits for it.
    small = fitted(image.convert("RGB"), PREVIEW_SIDE)
    return _store(_folder(job.pk), small, provenance, "jpeg", quality=82)


def store_result(job: Job, image: Image.Image, provenance: Provenance) -> StoredPicture:
    """Write the finished picture: as JPEG of high quality, or as PNG if it has transparency.

    Its `provenance` is in the file. Raises StorageFull when there is no room.
    """
    return store_in_full(_folder(job.pk), image, provenance)


def store_in_full(folder: str, image: Image.Image, provenance: Provenance) -> StoredPicture:
    """Write a finished picture into `folder` as `store_result` does."""
    if image.mode == "RGBA":
        return _store(folder, image, provenance, "png")
    return _store(folder, image.convert("RGB"), provenance, "jpeg", quality=95, subsampling=0)


def store_painting(job: Job, data: bytes) -> str:
    """Write the state from which a painting can continue; return its name. Raises StorageFull."""
    name = f"{_folder(job.pk)}/{uuid4()}.state"
    return default_storage.save(name, ContentFile(data))


def store_mask(job: Job, mask: Image.Image) -> StoredPicture:
    """Write the mask of a result, without loss: black must stay black. Raises StorageFull."""
    return _store(_folder(job.pk), mask, None, "png")


def read_file(name: str) -> bytes:
    """Return the bytes of a stored file. Raises FileNotFoundError."""
    with default_storage.open(name) as file:
        data: bytes = file.read()
    return data


def remove(name: str) -> None:
    """Remove one stored file; an empty name and a missing file are no errors."""
    if name:
        default_storage.delete(name)


def sweep(job_id: UUID, *, keep: Collection[str] = ()) -> None:
    """Remove the files of a job, except those named in `keep`."""
    sweep_folder(_folder(job_id), set(keep))


def remove_all(job_id: UUID) -> None:
    """Remove every file of a job that is deleted, also those of its revisions."""
    sweep(job_id)
    sweep_folder(revisions_folder(job_id), ())


def revisions_folder(job_id: UUID) -> str:
    """Return the folder of the files of all revisions of a job."""
    return f"revisions/{job_id.hex[:2]}/{job_id}"


def renewed_folder(job_id: UUID) -> str:
    """Return the folder of files that were written again after the end of a job.

    It is apart from those that workers write: a sweep of theirs would remove a file that its row
    names only a moment later.
    """
    return f"{revisions_folder(job_id)}/renewed"


def _folder(job_id: UUID) -> str:
    return f"jobs/{job_id.hex[:2]}/{job_id}"


def _store(
    folder: str, image: Image.Image, provenance: Provenance | None, kind: str, **options: Any
) -> StoredPicture:
    plain = image.copy()
    # Pillow would write everything in `info` to the file, even comments and camera data.
    plain.info = {}
    buffer = io.BytesIO()
    plain.save(buffer, kind, **options)
    data, look = buffer.getvalue(), ""
    if provenance is not None:
        look = look_of(plain)
        data = with_provenance(data, provenance, look)
    name = f"{folder}/{uuid4()}.{'jpg' if kind == 'jpeg' else kind}"
    stored = default_storage.save(name, ContentFile(data))
    return StoredPicture(stored, image.width, image.height, len(data), look)
