"""ZIP files are written while they are sent."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any, BinaryIO

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from common import archives
from common.archives import CHUNK, DownloadTooSlow, Member, send_archive, stream_archive
from common.sandbox import slots
from common.sandbox.client import ServerBusy

MADE_AT = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def member(name: str, data: bytes) -> Member:
    return Member(name, MADE_AT, lambda: io.BytesIO(data))


def gone() -> BinaryIO:
    raise FileNotFoundError


def opened(data: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive


def test_have_their_members_in_order() -> None:
    files = {"001-海の夜.jpg": b"a" * 10, "002.png": b"", "CREDITS.txt": "Zoë".encode()}
    archive = opened(b"".join(stream_archive(member(*each) for each in files.items())))
    assert {name: archive.read(name) for name in archive.namelist()} == files
    assert {info.date_time for info in archive.infolist()} == {(2026, 5, 4, 12, 30, 0)}
    assert {info.external_attr >> 16 for info in archive.infolist()} == {0o644}


def test_are_sent_in_small_pieces() -> None:
    pieces = list(stream_archive([member("large.jpg", bytes(5 * CHUNK)), member("b", b"b")]))
    assert max(map(len, pieces)) < 2 * CHUNK
    assert len(opened(b"".join(pieces)).read("large.jpg")) == 5 * CHUNK


def test_open_one_file_at_a_time() -> None:
    open_files: list[io.BytesIO] = []

    def open_next() -> BinaryIO:
        assert all(file.closed for file in open_files)
        open_files.append(io.BytesIO(b"picture"))
        return open_files[-1]

    members = [Member(f"{number}.jpg", MADE_AT, open_next) for number in range(600)]
    archive = opened(b"".join(stream_archive(members)))
    assert len(archive.namelist()) == len(open_files) == 600


def test_leave_out_what_is_gone() -> None:
    members = [member("a", b"a"), Member("b", MADE_AT, gone), member("c", b"c")]
    assert opened(b"".join(stream_archive(members))).namelist() == ["a", "c"]


def test_break_off_visibly_if_a_file_cannot_be_read() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    pieces: list[bytes] = []
    members = [member("a", b"a"), Member("b", MADE_AT, Broken)]
    with pytest.raises(OSError, match="Input/output"):
        pieces.extend(stream_archive(members))
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def test_are_sent_one_at_a_time_to_each_client(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(slots, "PATIENCE_SECONDS", 0.0)
    settings.SLOT_LINES = {"archives": 5}
    request = RequestFactory().get("/")
    first = send_archive(request, [member("a", b"a")], name="a.zip", who="alice")
    with pytest.raises(ServerBusy):
        send_archive(request, [], name="a.zip", who="alice")
    send_archive(request, [], name="a.zip", who="bob").close()
    assert opened(first.getvalue()).namelist() == ["a"]
    # The end of a download, or a client that is gone, makes room.
    send_archive(request, [], name="a.zip", who="alice").close()
    send_archive(request, [], name="a.zip", who="alice").close()


def test_are_broken_off_if_the_client_reads_too_slowly(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.SLOT_LINES = {"archives": 5}
    request = RequestFactory().get("/")
    monkeypatch.setattr(archives, "MOST_SECONDS", 0.05)
    slow: Any = send_archive(request, [member("a", bytes(CHUNK))], name="a.zip", who="alice")
    # It waits for its turn, which comes although nothing of the first one is read.
    send_archive(request, [], name="a.zip", who="alice").close()
    with pytest.raises(DownloadTooSlow):
        list(slow)
    slow.close()


def test_have_a_name_in_any_script() -> None:
    head = send_archive(RequestFactory().head("/"), [], name="styleweb-海.zip", who="alice")
    assert head["Content-Type"] == "application/zip"
    assert head["Content-Disposition"] == "attachment; filename*=utf-8''styleweb-%E6%B5%B7.zip"
    assert head["Cache-Control"] == "private, no-store"
