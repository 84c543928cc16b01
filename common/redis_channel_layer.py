"""A channel layer over Redis. Its channels continue after a restart of Redis.

After a restart, Redis has lost every group and every message that was not delivered yet. In each
process, one channel waits for Redis for all the others, so only this channel notices the restart.
This layer makes all channels of the process join their groups again.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from channels.exceptions import ChannelFull
from channels_redis.core import RedisChannelLayer
from redis.exceptions import RedisError

from common.broadcast import AWAY_SECONDS, LayerReturned

logger = logging.getLogger(__name__)
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
CANCEL_AGAIN_SECONDS = 0.1
RETURNED: LayerReturned = {"type": "layer.returned"}


class LastingRedisChannelLayer(RedisChannelLayer):  # type: ignore[misc]  # it has no types
    """Sends `layer.returned` to each channel of this process in a group when Redis is back.

    At that time the channel is in its groups again. Earlier messages to these groups may be lost.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._groups: dict[str, set[str]] = defaultdict(set)
        self._reconnecting: asyncio.Task[bool] | None = None

    async def group_add(self, group: str, channel: str) -> None:
        """Add a channel of this process to a group, and remember it for the next restart."""
        self._groups[channel].add(group)
        await super().group_add(group, channel)

    async def group_discard(self, group: str, channel: str) -> None:
        """Remove a channel from a group."""
        self._groups[channel].discard(group)
        if not self._groups[channel]:
            del self._groups[channel]
        await super().group_discard(group, channel)

    async def receive(self, channel: str) -> dict[str, Any]:
        """Return the next message for `channel`, even if Redis is away for a time.

        Raises the error of Redis if it is away for longer than AWAY_SECONDS.
        """
        while True:
            try:
                message: dict[str, Any] = await _cancelable(super().receive(channel))
            except (OSError, RedisError):
                # Shielded: if one channel is canceled, the task that all channels share continues.
                if not await asyncio.shield(self._shared_reconnect()):
                    raise
            else:
                return message

    def _shared_reconnect(self) -> "asyncio.Task[bool]":
        if self._reconnecting is None or self._reconnecting.done():
            logger.warning("Redis does not answer; its channels wait for it")
            self._reconnecting = asyncio.create_task(self._reconnect())
        return self._reconnecting

    async def _reconnect(self) -> bool:
        """Wait for Redis. Return whether it came back in time and all groups are joined again."""
        try:
            async with asyncio.timeout(AWAY_SECONDS):
                pause = SHORTEST_PAUSE
                while not await self._has_rejoined():
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
        except TimeoutError:
            return False
        return True

    async def _has_rejoined(self) -> bool:
        """Join every group again and announce the return, if Redis answers."""
        try:
            for index in range(self.ring_size):
                # Idle connections do not notice that the old Redis closed them.
                await self.connection(index).connection_pool.disconnect(inuse_connections=False)
                await self.connection(index).ping()
            for channel in list(self._groups):
                for group in list(self._groups.get(channel, ())):
                    await super().group_add(group, channel)
            await self._announce_return()
        except (OSError, RedisError):
            return False
        return True

    async def _announce_return(self) -> None:
        for channel in self._groups:
            self.receive_buffer[channel].put_nowait(RETURNED)
        # The channel that waits for Redis wakes up when a message for any channel arrives.
        for channel in list(self._groups)[:1]:
            with suppress(ChannelFull):
                await super().send(channel, RETURNED)


async def _cancelable(waiting: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Return the result of `waiting`, and end it for sure when this call is canceled.

    redis-py sends with `asyncio.wait_for`. In Python 3.11 it forgets a cancellation that arrives at
    the moment when the send ends (https://bugs.python.org/issue37658). The channel of a
    closed socket would then wait forever, so it is canceled again.
    """
    task = asyncio.ensure_future(waiting)
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=CANCEL_AGAIN_SECONDS)
        if not task.cancelled():
            task.exception()  # read, so that asyncio does not report it as forgotten
        raise
    return task.result()
