"""Storage of files. Each file is written completely or not at all, and is removed with its row.

A file gets its final name only after all its bytes are on the disk. So a full disk or a killed
process never leaves an incomplete file under a name that a database row can hold.
"""

import errno
import logging
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, cast
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
KNOWN_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")

logger = logging.getLogger(__name__)


class StorageFull(Exception):
    """The disk is full. No part of the file is left."""

    code = "storage_full"
    status: ClassVar[int] = 507

    def __init__(self) -> None:
        super().__init__(_("The server is out of storage space. Try again later."))


@contextmanager
def named_disk_errors() -> Iterator[None]:
    """Turn the errors of a full disk into `StorageFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise StorageFull from error
        raise


class AtomicFileSystemStorage(FileSystemStorage):
    """Stores media files. Each is written to a draft file, which then gets its random name."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return a new random name in the folder of `name`. Only the extension is kept.

        The file name that the user chose never reaches the disk. Two levels of folders keep each
        folder small.
        """
        del max_length  # all random names have the same length, which fits every column
        asked = PurePosixPath(name)
        suffix = asked.suffix.lower()
        key = uuid4()
        leaf = f"{key}{suffix if KNOWN_SUFFIX.fullmatch(suffix) else ''}"
        return str(asked.parent / key.hex[:2] / key.hex[2:4] / leaf)

    def _save(self, name: str, content: "File[Any]") -> str:
        """Write `content` under `name` and return the name.

        Raises `StorageFull` when the disk is full. After any failure, no file is left.
        """
        target = Path(self.path(name))
        _check_reserve(Path(self.location), content.size)
        # Random, because two processes may write the same file.
        draft = target.with_name(f".{uuid4()}.part")
        with named_disk_errors():
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                self._write_durably(draft, content)
                draft.replace(target)
            except BaseException:
                with suppress(OSError):
                    draft.unlink()
                raise
        return name

    def _write_durably(self, path: Path, content: "File[Any]") -> None:
        """Write every chunk of `content` to a new file, and wait until they are on the disk."""
        mode = self.file_permissions_mode or 0o640
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in content.chunks():
                file.write(chunk)
            file.flush()
            os.fsync(descriptor)


def _check_reserve(folder: Path, size: int) -> None:
    """Raise `StorageFull` if a file of `size` bytes would take space of the reserve.

    The database needs this space, so that users can still sign in and delete something.
    """
    # The folder itself is made with the first file.
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if shutil.disk_usage(there).free - size < settings.DISK_RESERVE_BYTES:
        raise StorageFull


class RowFiles:
    """Writes files for one row, and remembers their names until the row is committed."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def put(self, folder: str, suffix: str, data: bytes) -> str:
        """Store `data` in `folder` under a random name ending in `suffix`; return the name."""
        name = default_storage.save(f"{folder}/file{suffix}", ContentFile(data))
        self.written.append(name)
        return name


@contextmanager
def files_of_a_row() -> Iterator[RowFiles]:
    """Open a transaction. If it fails, the files that were written in it are removed.

    This covers a failure of the block and a failure of the commit at its end.
    """
    row_files = RowFiles()
    try:
        with transaction.atomic():
            yield row_files
    except BaseException:
        remove_files(row_files.written)
        raise


def save_as(name: str, content: "File[Any]") -> None:
    """Store `content` under exactly this name. Raises `StorageFull`."""
    storage = cast("AtomicFileSystemStorage", default_storage)
    storage._save(name, content)  # noqa: SLF001  # `save` gives every file a random name


def remove_files(names: Iterable[str]) -> None:
    """Remove the stored files with these names. Empty names and missing files are ignored.

    If a file cannot be removed, this only logs it, because its row is already deleted.
    """
    for name in filter(None, names):
        try:
            default_storage.delete(name)
        except OSError:
            logger.exception("Could not remove %s", name)


def remove_files_after_commit(names: Iterable[str | None]) -> None:
    """Remove these files after the current transaction commits. If it fails, keep them."""
    doomed = [name for name in names if name]
    transaction.on_commit(lambda: remove_files(doomed))
