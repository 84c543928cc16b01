"""ZIP files that are written while they are sent: never whole in memory, and nothing on the disk.

Pictures are compressed already, so they are only stored. The size of the file is not known before
its end, so a download that broke off is shorter than it says it is, and programs notice that.
"""

import asyncio
import threading
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import IO, BinaryIO, Final, cast

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from common.sandbox.slots import slot

CHUNK: Final = 256 * 1024
# A download that takes longer is broken off: a few clients that read slowly would keep all slots.
# 2 GB take 27 minutes at 10 Mbit/s, and the largest archives are smaller than that.
MOST_SECONDS: Final = 30 * 60.0
# Most programs show the earlier of two moments in the year 1980 as an error.
_FIRST_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE: Final = 0o644 << 16


class DownloadTooSlow(Exception):
    """The client did not read the whole archive in time."""


@dataclass(frozen=True)
class Member:
    """A file in an archive. `open` is called when its turn comes."""

    name: str
    made_at: datetime
    open: Callable[[], BinaryIO]


def send_archive(
    request: HttpRequest, members: Iterable[Member], *, name: str, who: str
) -> HttpResponseBase:
    """Answer with a ZIP file of `members` under the name `name`, one at a time for each `who`.

    `who` is a user or the address of a client. A member that cannot be opened any more is left out.
    Raises `ServerBusy` while others are sent.
    """
    # The API passes its own request object, which wraps the request of the server.
    is_async = isinstance(getattr(request, "_request", request), ASGIRequest)
    if request.method == "HEAD":  # streamed, so that nobody adds a length of 0
        return _guarded(StreamingHttpResponse(_no_pieces() if is_async else ()), name)
    held = ExitStack()
    # Held while it is sent, because a download occupies a thread for as long as the client takes.
    held.enter_context(slot("archives", who=who))
    pieces = _Pieces(stream_archive(members), held)
    if is_async:
        return _guarded(StreamingHttpResponse(_AsyncPieces(pieces)), name)
    return _guarded(StreamingHttpResponse(pieces), name)


async def _no_pieces() -> AsyncIterator[bytes]:
    """Yield nothing."""
    pieces: tuple[bytes, ...] = ()
    for piece in pieces:
        yield piece


def stream_archive(members: Iterable[Member]) -> Iterator[bytes]:
    """Yield the bytes of a ZIP file with `members`, which are read one after the other."""
    sink = _Sink()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_STORED) as archive:
        for member in members:
            try:
                file = member.open()
            except FileNotFoundError:
                continue
            with file, archive.open(_info(member), "w") as entry:
                while piece := file.read(CHUNK):
                    entry.write(piece)
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()


def _info(member: Member) -> zipfile.ZipInfo:
    moment = max(_FIRST_MOMENT, member.made_at.timetuple()[:6])
    info = zipfile.ZipInfo(member.name, moment)
    info.external_attr = _READABLE_FILE
    return info


class _Sink:
    """What `zipfile` writes to. It cannot go back in it, as in a pipe."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        """Take `data`."""
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: `taken` empties it."""

    def taken(self) -> bytes:
        """Return what was written since the last call."""
        data = bytes(self._written)
        self._written.clear()
        return data


class _Pieces:
    """The pieces of an archive.

    Frees what is `held` at the end, when the client is gone, or when its time is over.
    """

    def __init__(self, pieces: Iterator[bytes], held: ExitStack) -> None:
        self._pieces = pieces
        self._held = held
        self._lock = threading.Lock()
        self._end = time.monotonic() + MOST_SECONDS
        # A client that reads nothing keeps the stream from looking at the clock.
        self._timer = threading.Timer(MOST_SECONDS, self.close)
        self._timer.daemon = True
        self._timer.start()

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self._pieces:
                if time.monotonic() > self._end:
                    raise DownloadTooSlow
                yield piece
        finally:
            self.close()

    def close(self) -> None:
        """Free what is held. The response calls this."""
        self._timer.cancel()
        # The timer may call it at the same time.
        with self._lock:
            self._held.close()


class _AsyncPieces:
    """Reads the pieces outside the event loop."""

    def __init__(self, pieces: _Pieces) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = iter(self._pieces)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece

    def close(self) -> None:
        """Free what is held. The response calls this."""
        self._pieces.close()


def _guarded(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Type"] = "application/zip"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or ""
    )
    # nginx would first write it to its disk.
    response["X-Accel-Buffering"] = "no"
    return response
