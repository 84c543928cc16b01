"""The size of a request body under an ASGI server, checked while it arrives.

Django writes the whole body to the disk before it calls a view, so a view cannot refuse it early.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from asgiref.sync import sync_to_async
from django.conf import settings

from common.problems import too_large
from common.refusals import page_of

if TYPE_CHECKING:
    from asgiref.typing import (
        ASGIReceiveCallable,
        ASGIReceiveEvent,
        ASGISendCallable,
        ASGISendEvent,
        HTTPScope,
        Scope,
    )

FORM: Final = b"multipart/form-data"
# How many bytes a form may add around its file.
FORM_BYTES: Final = 2**20


class BodyLimit:
    """An ASGI application that answers 413 to a body above its limit, and passes on the others."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        watched = _Watched(receive, send, limit_of(scope))
        if _stated_length(scope) <= watched.limit:
            await self._app(scope, watched.receive, watched.send)
        else:
            watched.is_too_large = True
        if watched.is_too_large and not watched.is_answered:
            await _refuse(scope, send)


class _Watched:
    """Counts what a client sends. After too much, the application sees a lost connection."""

    def __init__(
        self, receive: "ASGIReceiveCallable", send: "ASGISendCallable", limit: int
    ) -> None:
        self._receive, self._send = receive, send
        self.limit = limit
        self._bytes = 0
        self.is_too_large = self.is_answered = False

    async def receive(self) -> "ASGIReceiveEvent":
        """Return the next part of the request."""
        event = await self._receive()
        if event["type"] == "http.request":
            self._bytes += len(event["body"])
            if self._bytes > self.limit:
                self.is_too_large = True
                return {"type": "http.disconnect"}
        return event

    async def send(self, event: "ASGISendEvent") -> None:
        """Send a part of the answer."""
        self.is_answered = True
        await self._send(event)


def limit_of(scope: "HTTPScope") -> int:
    """Return how long the body may be: long only for a form, which can carry a file."""
    if _header(scope, b"content-type").lower().startswith(FORM):
        return int(settings.MAX_UPLOAD_BYTES) + FORM_BYTES
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _stated_length(scope: "HTTPScope") -> int:
    stated = _header(scope, b"content-length")
    return int(stated) if stated.isdigit() else 0


def _header(scope: "HTTPScope", name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key.lower() == name), b"")


async def _refuse(scope: "HTTPScope", send: "ASGISendCallable") -> None:
    """Answer like the other failures of the API, or with a page."""
    status, kind, body = await sync_to_async(_refusal)(scope["path"].startswith("/api/"))
    headers = [(b"content-type", kind), (b"connection", b"close")]
    await send(
        {"type": "http.response.start", "status": status, "headers": headers, "trailers": False}
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _refusal(is_api: bool) -> tuple[int, bytes, bytes]:  # noqa: FBT001  # sync_to_async passes it on
    problem = too_large()
    response = problem.response() if is_api else page_of(problem)
    return response.status_code, response["Content-Type"].encode(), response.content
