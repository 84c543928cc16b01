"""Send stored files. A view calls this after it has decided that the user may have the file.

Behind nginx, nginx sends the file (X-Accel-Redirect). Without nginx, this module streams it. The
headers of each answer forbid the browser to run code in the file.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

CHUNK: Final = 256 * 1024
# For the browser that got a public file, and not for the caches that others share: its owner or a
# moderator can withdraw the file, and must not be told for minutes that it is still there.
PUBLIC_CACHE: Final = "public, max-age=300, s-maxage=0"
CONTENT_TYPES: Final = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"


def send_media(
    request: HttpRequest, file_name: str, *, public: bool, download_as: str | None = None
) -> HttpResponseBase:
    """Answer with the stored file `file_name`; `download_as` is its name on the user's disk.

    A browser may cache a `public` file for five minutes; a proxy asks again each time, and gets an
    empty 304. Nobody may cache another file.
    Raises Http404 when the file does not exist.
    """
    path = _path(file_name)
    # A stored name is random and its bytes never change, so the name is the ETag.
    etag = f'"{path.stem}"'
    response = get_conditional_response(request, etag=etag) or _body(request, file_name, path)
    _guard(response, path.suffix, public=public, download_as=download_as)
    response["ETag"] = etag
    return response


def announce_media(
    request: HttpRequest, file_name: str, *, public: bool, download_as: str | None = None
) -> HttpResponseBase:
    """Answer a HEAD for the file `file_name`, which is made when a GET asks for it.

    The headers are those of `send_media`, except that the length is not known.
    """
    path = PurePosixPath(file_name)
    etag = f'"{path.stem}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse()
    _guard(response, path.suffix, public=public, download_as=download_as)
    response["ETag"] = etag
    return response


def send_made(
    request: HttpRequest,
    made: str,
    make: Callable[[], None],
    *,
    public: bool,
    download_as: str | None = None,
) -> HttpResponseBase:
    """Answer with the file `made`. If it is missing, `make` stores it first."""
    if not default_storage.exists(made):
        announced = announce_media(request, made, public=public, download_as=download_as)
        if request.method == "HEAD" or announced.status_code == HTTPStatus.NOT_MODIFIED:
            return announced
        make()
    return send_media(request, made, public=public, download_as=download_as)


def _path(file_name: str) -> Path:
    """Return the path of the file. Raises Http404 if it is missing or outside the media folder."""
    if not file_name:
        raise Http404
    try:
        path = Path(default_storage.path(file_name))
    except SuspiciousFileOperation as error:
        raise Http404 from error
    if not path.is_file():
        raise Http404
    return path


def _body(request: HttpRequest, file_name: str, path: Path) -> HttpResponseBase:
    """Return the response that sends the bytes, in the cheapest way that this server has."""
    if settings.MEDIA_ACCEL_PREFIX:
        prefix = settings.MEDIA_ACCEL_PREFIX.rstrip("/")
        return HttpResponse(headers={"X-Accel-Redirect": f"{prefix}/{quote(file_name)}"})
    try:
        # Open the file before the response begins: a preview can be replaced at any time.
        file = path.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    length = str(os.fstat(file.fileno()).st_size)
    if request.method == "HEAD":
        file.close()
        return HttpResponse(headers={"Content-Length": length})
    # The API passes its own request object, which wraps the request of the server.
    if isinstance(getattr(request, "_request", request), ASGIRequest):
        # With a FileResponse, an ASGI server reads the whole file before it sends the first byte.
        return StreamingHttpResponse(_Pieces(file), headers={"Content-Length": length})
    return FileResponse(file)


class _Pieces:
    """Yields an open file in pieces, and reads them outside the event loop."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with self._file:
            while piece := await asyncio.to_thread(self._file.read, CHUNK):
                yield piece

    def close(self) -> None:
        """Close the file if the client did not read it to the end. The response calls this."""
        self._file.close()


def _guard(
    response: HttpResponseBase, suffix: str, *, public: bool, download_as: str | None
) -> None:
    """Set the headers of every media answer."""
    response["Content-Type"] = CONTENT_TYPES.get(suffix, "application/octet-stream")
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "cross-origin" if public else "same-origin"
    response["Cache-Control"] = PUBLIC_CACHE if public else "private, no-store"
    disposition = content_disposition_header(download_as is not None, download_as or "")
    response["Content-Disposition"] = disposition or "inline"
