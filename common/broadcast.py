"""Send messages to open sockets from any process. A failure is logged and causes a short delay."""

import asyncio
import logging
import threading
from collections.abc import Mapping
from typing import Literal, TypedDict

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)
# Sockets also read the database with each ping, so a slow broker must not delay the sender.
TIMEOUT_SECONDS = 2.0
# After this time without the channel layer a socket closes. Its page then polls the server.
AWAY_SECONDS = 30.0


class LayerReturned(TypedDict):
    """The channel layer failed and is back. Messages of that time, and some before, are lost."""

    type: Literal["layer.returned"]


class ThreadLoop:
    """An event loop that one thread keeps, so that all its messages use the same connection.

    The connections of a channel layer belong to an event loop. Without this class, a process
    without a running loop makes a loop and a connection for each message. That takes longer than
    to send the message.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    def open(self) -> None:
        """Keep a loop for this thread until `close`."""
        self.close()
        self._loop, self._thread = asyncio.new_event_loop(), threading.get_ident()

    def close(self) -> None:
        """Close the loop together with its connections."""
        if self._loop is not None:
            self._loop.close()
        self._loop = None

    def send(self, group: str, message: Mapping[str, object]) -> None:
        """Send `message`, in the kept loop if this thread opened it.

        Raises the errors of the channel layer.
        """
        if self._loop is not None and self._thread == threading.get_ident():
            self._loop.run_until_complete(_send_with_retry(group, message))
        else:
            async_to_sync(_send)(group, message)


thread_loop = ThreadLoop()


def broadcast(group: str, message: Mapping[str, object]) -> None:
    """Send `message` to every socket in `group`; a failure is only logged."""
    try:
        thread_loop.send(group, message)
    except Exception:  # each channel layer raises its own exceptions
        logger.warning("Broadcast to %s failed", group, exc_info=True)


async def _send_with_retry(group: str, message: Mapping[str, object]) -> None:
    """Send `message`. If this fails, send it again: the server may have closed the connection."""
    try:
        await _send(group, message)
    except TimeoutError:
        raise
    except Exception:  # each channel layer raises its own exceptions  # noqa: BLE001
        await _send(group, message)


async def _send(group: str, message: Mapping[str, object]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await asyncio.wait_for(layer.group_send(group, dict(message)), TIMEOUT_SECONDS)
