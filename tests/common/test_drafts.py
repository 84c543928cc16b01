"""Drafts of killed processes are removed from every folder in which the site writes files."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import Settings

from common.drafts import LONGEST_WRITE_SECONDS
from common.tasks import sweep_drafts
from style_transfer.imaging.saving import write_whole

# The process is killed when the draft is complete, but has not got its name.
KILLED = """
import os, signal, sys
from pathlib import Path
Path.replace = lambda *_names: os.kill(os.getpid(), signal.SIGKILL)
folder = Path(sys.argv[1])
"""
STORED = """
from django.conf import settings
storage = {"BACKEND": "common.storage.AtomicFileSystemStorage"}
settings.configure(MEDIA_ROOT=str(folder), DISK_RESERVE_BYTES=0, STORAGES={"default": storage})
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
default_storage.save("photos/a.jpg", ContentFile(b"half a photo"))
"""
EMBEDDED = """
from style_transfer.imaging.saving import write_whole
write_whole(folder / "0123-4567-3", b"half an embedding")
"""


@pytest.fixture
def codes(tmp_path: Path, settings: Settings) -> Path:
    """Return an empty folder of embeddings."""
    settings.CODE_DIR = tmp_path / "codes"
    settings.CODE_DIR.mkdir()
    return tmp_path / "codes"


def files_in(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def let_pass(folder: Path, seconds: float) -> None:
    """Make all files below `folder` this much older."""
    for each in files_in(folder):
        os.utime(each, (time.time() - seconds,) * 2)


def killed_in(folder: Path, code: str) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED + code, str(folder)], check=False)
    assert ended.returncode == -signal.SIGKILL


def test_are_swept_from_the_media(media_root: Path, codes: Path) -> None:
    killed_in(media_root, STORED)
    default_storage.save("photos/b.jpg", ContentFile(b"a photo"))
    assert len(files_in(media_root)) == 2
    let_pass(media_root, LONGEST_WRITE_SECONDS + 60)
    sweep_drafts()
    (kept,) = files_in(media_root)
    assert kept.read_bytes() == b"a photo"


def test_are_swept_from_the_embeddings(media_root: Path, codes: Path) -> None:
    killed_in(codes, EMBEDDED)
    write_whole(codes / "89ab-cdef-3", b"an embedding")
    (codes / ".0123.k3x9_a0z").write_bytes(b"of an earlier release")
    assert len(files_in(codes)) == 3
    let_pass(codes, LONGEST_WRITE_SECONDS + 60)
    sweep_drafts()
    (kept,) = files_in(codes)
    assert kept.read_bytes() == b"an embedding"


def test_stay_while_they_may_be_written(media_root: Path, codes: Path) -> None:
    killed_in(media_root, STORED)
    killed_in(codes, EMBEDDED)
    for folder in (media_root, codes):
        let_pass(folder, LONGEST_WRITE_SECONDS - 60)
    sweep_drafts()
    assert [len(files_in(folder)) for folder in (media_root, codes)] == [1, 1]


def test_are_no_problem_where_there_are_none(media_root: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT, settings.CODE_DIR = media_root / "no", media_root / "nothing"
    sweep_drafts()


def test_do_not_keep_others_from_being_swept(
    media_root: Path,
    codes: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    locked, free = codes / ".locked.part", codes / ".free.part"
    for each in (locked, free):
        each.write_bytes(b"")
    let_pass(codes, 2 * LONGEST_WRITE_SECONDS)
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        if path == locked:
            raise PermissionError
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    sweep_drafts()
    assert files_in(codes) == [locked]
    assert "Could not remove the draft" in caplog.text
