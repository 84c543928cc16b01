"""Telling open sockets, from any process: a courtesy that holds nothing up and may fail."""

import asyncio
import logging
import threading
from collections.abc import Mapping
from typing import Literal, TypedDict

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)
# Sockets also look by themselves now and then, so a broker in trouble must not hold up the work.
PATIENCE_SECONDS = 2.0
# A page without a socket asks, which tells it more than a socket that hears nothing for long.
AWAY_SECONDS = 30.0


class LayerReturned(TypedDict):
    """The layer was away and is back; what was sent in between is lost, and some before it."""

    type: Literal["layer.returned"]


class ThreadLoop:
    """An event loop that one thread keeps, so that its messages share a connection.

    A layer's connections belong to a loop. Without this each message of a process that has no
    server's loop makes one of its own, and a connection, and that takes longer than the message.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    def open(self) -> None:
        """Keep a loop for this thread until `close`."""
        self.close()
        self._loop, self._thread = asyncio.new_event_loop(), threading.get_ident()

    def close(self) -> None:
        """End the loop, with the connections that it held."""
        if self._loop is not None:
            self._loop.close()
        self._loop = None

    def send(self, group: str, message: Mapping[str, object]) -> None:
        """Send `message`, on the line if it is this thread's; raises whatever the layer raises."""
        if self._loop is not None and self._thread == threading.get_ident():
            self._loop.run_until_complete(_send_again(group, message))
        else:
            async_to_sync(_send)(group, message)


thread_loop = ThreadLoop()


def broadcast(group: str, message: Mapping[str, object]) -> None:
    """Send `message` to every socket in `group`; that it fails is only logged."""
    try:
        thread_loop.send(group, message)
    except Exception:  # every layer fails with exceptions of its own
        logger.warning("%s could not be told", group, exc_info=True)


async def _send_again(group: str, message: Mapping[str, object]) -> None:
    """Send `message`, anew where the server closed the connection since the last one."""
    try:
        await _send(group, message)
    except TimeoutError:
        raise
    except Exception:  # every layer fails with exceptions of its own  # noqa: BLE001
        await _send(group, message)


async def _send(group: str, message: Mapping[str, object]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await asyncio.wait_for(layer.group_send(group, dict(message)), PATIENCE_SECONDS)
