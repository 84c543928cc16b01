"""A channel layer over Redis whose channels outlive a restart of it.

A Redis that began anew has forgotten every group, and what was on its way. Only one channel of a
process waits at Redis, for all of them, so that one alone notices; here all of them join anew.
"""

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from typing import Any

from channels.exceptions import ChannelFull
from channels_redis.core import RedisChannelLayer
from redis.exceptions import RedisError

from common.broadcast import AWAY_SECONDS, LayerReturned

logger = logging.getLogger(__name__)
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
RETURNED: LayerReturned = {"type": "layer.returned"}


class LastingRedisChannelLayer(RedisChannelLayer):  # type: ignore[misc]  # it has no types
    """Tells each channel of this process that is in a group `layer.returned` once Redis is back.

    It is in its groups again then, and what was sent to them before may be lost.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._groups: dict[str, set[str]] = defaultdict(set)
        self._coming_back: asyncio.Task[bool] | None = None

    async def group_add(self, group: str, channel: str) -> None:
        """Add a channel of this process to a group, and keep in mind that it is there."""
        self._groups[channel].add(group)
        await super().group_add(group, channel)

    async def group_discard(self, group: str, channel: str) -> None:
        """Take a channel out of a group."""
        self._groups[channel].discard(group)
        if not self._groups[channel]:
            del self._groups[channel]
        await super().group_discard(group, channel)

    async def receive(self, channel: str) -> dict[str, Any]:
        """Return the next message for `channel`, however often Redis is away meanwhile.

        Raises what Redis raised when it was away for longer than AWAY_SECONDS.
        """
        while True:
            try:
                message: dict[str, Any] = await super().receive(channel)
            except (OSError, RedisError):
                # Whoever leaves must not stop what the others wait for too.
                if not await asyncio.shield(self._come_back_together()):
                    raise
            else:
                return message

    def _come_back_together(self) -> "asyncio.Task[bool]":
        if self._coming_back is None or self._coming_back.done():
            logger.warning("Redis is away; its channels wait for it")
            self._coming_back = asyncio.create_task(self._come_back())
        return self._coming_back

    async def _come_back(self) -> bool:
        """Tell whether Redis came back in time and all is as it was."""
        try:
            async with asyncio.timeout(AWAY_SECONDS):
                pause = SHORTEST_PAUSE
                while not await self._has_joined_again():
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
        except TimeoutError:
            return False
        return True

    async def _has_joined_again(self) -> bool:
        """Join every group again and tell the channels, if Redis answers."""
        try:
            for index in range(self.ring_size):
                # Connections at rest do not notice that the Redis that is gone has closed them.
                await self.connection(index).connection_pool.disconnect(inuse_connections=False)
                await self.connection(index).ping()
            for channel in list(self._groups):
                for group in list(self._groups.get(channel, ())):
                    await super().group_add(group, channel)
            await self._tell_all()
        except (OSError, RedisError):
            return False
        return True

    async def _tell_all(self) -> None:
        for channel in self._groups:
            self.receive_buffer[channel].put_nowait(RETURNED)
        # The one that waits at Redis looks up when a message for any of them comes.
        for channel in list(self._groups)[:1]:
            with suppress(ChannelFull):
                await super().send(channel, RETURNED)
