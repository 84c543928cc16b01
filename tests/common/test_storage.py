"""Files: complete or missing, with random names, and removed with their row."""

import errno
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage, storages
from django.db import transaction
from pytest_django import Settings

from common.storage import (
    AtomicFileSystemStorage,
    StorageFull,
    files_of_a_row,
    remove_files,
    remove_files_after_commit,
)

RANDOM_NAME = re.compile(
    r"photos/([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{4}-[0-9a-f-]{27}\.(jpg|png|webp)"
)
HOSTILE_NAMES = [
    "cat\0.jpg",
    "a\r\nSet-Cookie: x.jpg",
    "\u202egpj.exe.jpg",
    "n" * 300 + ".jpg",
    "shell.php.jpg",
    "-rf.jpg",
    "CON.jpg",
    "%2e%2e%2fetc.jpg",
    "<script>.jpg",
    "猫.jpg",
    " .jpg",
    "a.JPG",
]


def files_in(folder: Path) -> list[str]:
    """Return every file below `folder`, including hidden files."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_leaves_the_reserve_to_the_database(media_root: Path, settings: Settings) -> None:
    free = shutil.disk_usage(media_root).free
    settings.DISK_RESERVE_BYTES = free - 2**40
    default_storage.save("photos/a.jpg", ContentFile(b"data"))
    settings.DISK_RESERVE_BYTES = 2 * free
    with pytest.raises(StorageFull):
        default_storage.save("photos/a.jpg", ContentFile(b"data"))
    assert len(files_in(media_root)) == 1


class FullDisk(ContentFile):  # type: ignore[type-arg]  # it is not generic at run time
    """A file with a second piece that does not fit on the disk."""

    def __init__(self, code: int = errno.ENOSPC) -> None:
        super().__init__(b"")
        self.code = code

    def chunks(self, chunk_size: int | None = None) -> Any:
        """Yield some bytes, then fail like a full disk."""
        del chunk_size
        yield b"some bytes"
        raise OSError(self.code, os.strerror(self.code))


def test_is_the_default(media_root: Path) -> None:
    assert default_storage.path("a.jpg") == str(media_root / "a.jpg")
    assert isinstance(storages["default"], AtomicFileSystemStorage)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_does_not_keep_the_file_names_of_users(media_root: Path, name: str) -> None:
    stored = default_storage.save("photos/" + name.replace("/", ""), ContentFile(b"x"))
    assert RANDOM_NAME.fullmatch(stored), stored
    assert files_in(media_root) == [stored]


@pytest.mark.parametrize("name", ["../../up.jpg", "/etc/passwd", "photos/../../up.jpg"])
def test_writes_no_file_outside_its_folder(media_root: Path, name: str) -> None:
    with pytest.raises(Exception, match=r"(?i)path|traversal|outside"):
        default_storage.save(name, ContentFile(b"x"))
    assert files_in(media_root.parent) == []


def test_drops_an_extension_that_is_not_valid(media_root: Path) -> None:
    stored = default_storage.save("photos/a.b c;d", ContentFile(b"x"))
    assert Path(stored).suffix == ""
    assert (media_root / stored).read_bytes() == b"x"


def test_stores_two_files_for_the_same_name(media_root: Path) -> None:
    names = {default_storage.save("photos/a.jpg", ContentFile(b"x")) for _ in range(20)}
    assert len(names) == len(files_in(media_root)) == 20


def test_lets_other_users_not_read_a_file(media_root: Path) -> None:
    stored = default_storage.save("photos/a.jpg", ContentFile(b"x"))
    assert (media_root / stored).stat().st_mode & 0o027 == 0


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_leaves_no_file_on_a_full_disk(media_root: Path, code: int) -> None:
    with pytest.raises(StorageFull) as full:
        default_storage.save("photos/a.jpg", FullDisk(code))
    assert (full.value.code, full.value.status) == ("storage_full", 507)
    assert str(full.value) == "The server is out of storage space. Try again later."
    assert files_in(media_root) == []


def test_leaves_no_file_after_any_other_failure(media_root: Path) -> None:
    with pytest.raises(OSError, match=os.strerror(errno.EIO)) as failed:
        default_storage.save("photos/a.jpg", FullDisk(errno.EIO))
    assert not isinstance(failed.value, StorageFull)
    assert files_in(media_root) == []


def test_leaves_no_file_when_the_last_step_fails(
    media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_path: Path, _target: Path) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "replace", no_room)
    with pytest.raises(StorageFull):
        default_storage.save("photos/a.jpg", ContentFile(b"x"))
    assert files_in(media_root) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which Linux has")
def test_recognizes_a_full_disk_from_the_kernel(
    media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_open = os.open
    monkeypatch.setattr("common.storage.os.open", lambda *_: really_open("/dev/full", os.O_WRONLY))
    with pytest.raises(StorageFull):
        default_storage.save("photos/a.jpg", ContentFile(b"x" * 100_000))
    assert files_in(media_root) == []


@pytest.mark.django_db(transaction=True)
def test_keeps_the_files_of_a_saved_row(media_root: Path) -> None:
    with files_of_a_row() as row_files:
        name = row_files.put("photos", ".jpg", b"x")
    assert files_in(media_root) == [name]


def write_two_files(failure: Exception | None = None) -> None:
    """Write two files of one row. With `failure`, the row then fails."""
    with files_of_a_row() as row_files:
        row_files.put("photos", ".jpg", b"x")
        row_files.put("photos", ".webp", b"y")
        if failure:
            raise failure


@pytest.mark.django_db(transaction=True)
def test_removes_the_files_of_a_row_that_fails(media_root: Path) -> None:
    with pytest.raises(ValueError, match="no row"):
        write_two_files(ValueError("no row"))
    assert files_in(media_root) == []


@pytest.mark.django_db(transaction=True)
def test_removes_the_first_file_when_the_second_does_not_fit(
    media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    really_write = AtomicFileSystemStorage._write_durably

    def room_for_one(self: AtomicFileSystemStorage, path: Path, content: "File[Any]") -> None:
        if written:
            raise OSError(errno.ENOSPC, "full")
        written.append(str(path))
        really_write(self, path, content)

    monkeypatch.setattr(AtomicFileSystemStorage, "_write_durably", room_for_one)
    with pytest.raises(StorageFull):
        write_two_files()
    assert len(written) == 1
    assert files_in(media_root) == []


@pytest.mark.django_db(transaction=True)
def test_removes_files_only_after_the_commit(media_root: Path) -> None:
    name = default_storage.save("photos/a.jpg", ContentFile(b"x"))
    with transaction.atomic():
        remove_files_after_commit([name, "", None])
        assert files_in(media_root) == [name]
    assert files_in(media_root) == []


@pytest.mark.django_db(transaction=True)
def test_keeps_the_files_when_the_row_stays(media_root: Path) -> None:
    name = default_storage.save("photos/a.jpg", ContentFile(b"x"))
    with transaction.atomic():
        remove_files_after_commit([name])
        transaction.set_rollback(True)
    assert files_in(media_root) == [name]


def test_ignores_files_that_are_missing(media_root: Path) -> None:
    remove_files(["", "photos/aa/bb/gone.jpg"])
    assert files_in(media_root) == []


def test_logs_a_file_that_it_cannot_remove(
    media_root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def busy(_name: str) -> None:
        raise OSError(errno.EBUSY, "busy")

    monkeypatch.setattr(default_storage, "delete", busy)
    remove_files(["photos/aa/bb/a.jpg"])
    assert "Could not remove photos/aa/bb/a.jpg" in caplog.text
    assert files_in(media_root) == []
