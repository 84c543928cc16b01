"""Messages to open sockets from any process; a failure is logged and delays nothing for long."""

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
# After this time a socket closes: its page then polls, which is better than silence.
AWAY_SECONDS = 30.0


class LayerReturned(TypedDict):
    """The layer was away and is back; messages from that time, and some before, are lost."""

    type: Literal["layer.returned"]


class ThreadLoop:
    """An event loop that one thread keeps, so that its messages share a connection.

    The connections of a channel layer belong to a loop. A process without a running loop would
    otherwise make a loop and a connection for each message, which takes longer than the message.
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
        """Send `message`, in the kept loop if this thread opened it; raises the layer's errors."""
        if self._loop is not None and self._thread == threading.get_ident():
            self._loop.run_until_complete(_send_with_retry(group, message))
        else:
            async_to_sync(_send)(group, message)


thread_loop = ThreadLoop()


def broadcast(group: str, message: Mapping[str, object]) -> None:
    """Send `message` to every socket in `group`; a failure is only logged."""
    try:
        thread_loop.send(group, message)
    except Exception:  # every layer fails with exceptions of its own
        logger.warning("Broadcast to %s failed", group, exc_info=True)


async def _send_with_retry(group: str, message: Mapping[str, object]) -> None:
    """Send `message`, a second time if the server closed the connection since the last one."""
    try:
        await _send(group, message)
    except TimeoutError:
        raise
    except Exception:  # every layer fails with exceptions of its own  # noqa: BLE001
        await _send(group, message)


async def _send(group: str, message: Mapping[str, object]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await asyncio.wait_for(layer.group_send(group, dict(message)), TIMEOUT_SECONDS)
