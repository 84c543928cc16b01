"""The HTTP protocol of the embedded server, with deadlines for clients that send slowly.

uvicorn waits forever for the headers of a new connection and for the rest of a body. Behind nginx
its timeouts protect the server; the embedded server must do this itself.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# From the first byte of a connection, or of a further request on it, to the end of its headers.
HEADER_SECONDS: Final = 10.0
# Between two parts of a body.
BODY_SECONDS: Final = 60.0
# More connections than this are closed at once. The operating system allows about 1,000 files.
MAX_CONNECTIONS: Final = 500


class DeadlineProtocol(HttpToolsProtocol):
    """Closes a connection whose client does not send the rest of a request in time."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Accept a connection, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.close()
        else:
            self._close_after(HEADER_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Read a part of a request, and set the deadline of the next part."""
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            self._stop()  # it is a WebSocket now
        elif self._awaits_headers():
            if self._deadline is None:
                self._close_after(HEADER_SECONDS)
        elif self.cycle.more_body:
            self._stop()
            self._close_after(BODY_SECONDS)
        else:
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop()
        super().connection_lost(exc)

    def _awaits_headers(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _close_after(self, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self.transport.close)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
