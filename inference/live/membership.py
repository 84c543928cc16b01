"""Membership of a socket in the group of its user, which the channel layer may lose."""

import asyncio
import time
from contextlib import suppress

from channels.layers import BaseChannelLayer

from common.broadcast import AWAY_SECONDS

JOIN_SECONDS = 2.0


class GroupMembership:
    """Keeps one channel in one group: groups expire, and a layer that restarts forgets them."""

    def __init__(self, layer: BaseChannelLayer, group: str, channel: str) -> None:
        self._layer, self._group, self._channel = layer, group, channel
        self._joined_at = 0.0

    async def join(self) -> None:
        """Join the group; a channel that is in it already stays in it for longer."""
        try:
            await self._layer.group_add(self._group, self._channel)
        except Exception:  # each layer has errors of its own  # noqa: BLE001
            # The pool may hold a connection that a restarted Redis has closed; the next is new.
            await self._layer.group_add(self._group, self._channel)
        self._joined_at = time.monotonic()

    async def rejoin(self) -> bool:
        """Try to join again; return False once the layer has been away for too long."""
        with suppress(Exception):
            async with asyncio.timeout(JOIN_SECONDS):
                await self.join()
        return time.monotonic() - self._joined_at <= AWAY_SECONDS

    async def leave(self) -> None:
        """Leave the group; if the layer is away, the membership expires by itself."""
        with suppress(Exception):
            await self._layer.group_discard(self._group, self._channel)
