"""The files of proof tiles: small pictures in a folder for each photo, deleted with the photo."""

import io
from collections.abc import Collection
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from inference.files.folders import sweep_folder
from inference.files.stored import StoredPicture

TOP = "proofs"


def store_tile(photo_id: UUID, image: Image.Image) -> StoredPicture:
    """Write a painted proof as WebP. Raises StorageFull when there is no room."""
    plain = image.copy()
    # Pillow would write everything in `info` to the file, even comments and camera data.
    plain.info = {}
    buffer = io.BytesIO()
    plain.save(buffer, "webp", quality=82, method=2)
    stored = default_storage.save(f"{_folder(photo_id)}/tile.webp", ContentFile(buffer.getvalue()))
    return StoredPicture(stored, image.width, image.height)


def sweep(photo_id: UUID, *, keep: Collection[str] = ()) -> None:
    """Remove the proofs of a photo, except those named in `keep`."""
    sweep_folder(_folder(photo_id), set(keep))


def _folder(photo_id: UUID) -> str:
    return f"{TOP}/{photo_id.hex[:2]}/{photo_id}"
