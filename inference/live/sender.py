"""The frames of a socket: what its outbox holds, sent in the order of the user's changes."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.db import database_sync_to_async

from inference.live.events import Event, events_since
from inference.live.outbox import Outbox

SendJson = Callable[[dict[str, Any]], Awaitable[None]]


class FrameSender:
    """Turns the entries of an outbox into frames and sends them as fast as the client reads.

    It keeps the cursor of the client: every frame says how far the client has got in the order
    of changes (inference/live/change_log.py).
    """

    def __init__(self, outbox: Outbox, send_json: SendJson, *, user_id: int) -> None:
        self._outbox, self._send_json, self._user_id = outbox, send_json, user_id
        self._cursor = 0

    async def send_loop(self) -> None:
        """Send until the task is canceled."""
        while True:
            kind, data = await self._outbox.take()
            # An entry for events has no rows in it. They are read only now, because the entry may
            # have waited for a slow client.
            if kind == "snapshot":
                await self._send_events(None)
            elif kind == "resume":
                await self._send_events(data)
            elif kind == "missed":
                await self._send_events(self._cursor)
            elif kind == "ping":
                # The channel layer promises no delivery; the ping brings what it may have lost.
                await self._send_events(self._cursor)
                await self._send(kind, data)
            else:
                await self._send(kind, data)

    async def _send_events(self, since: int | None) -> None:
        """Send what changed after the cursor `since`, or a snapshot for None."""
        more = True
        while more:
            page = await database_sync_to_async(events_since)(self._user_id, since)
            for event in page["events"]:
                self._cursor = event["cursor"]
                if not self._is_stale(event):
                    await self._send(event["type"], event["data"])
            since = self._cursor = page["cursor"]
            more = page["more"]

    def _is_stale(self, event: Event) -> bool:
        """Tell whether the client has this progress already, or has hidden its page."""
        if event["type"] != "job":
            return False
        ended = event["data"]["completed_at"] is not None
        return not ended and (self._outbox.hidden or self._outbox.has_sent(event["data"]))

    async def _send(self, kind: str, data: Any) -> None:
        # `seq` is the older name of the cursor; in `data` that word numbers a row's own changes.
        position = {"seq": self._cursor, "cursor": self._cursor}
        await self._send_json({"v": 1, "type": kind, **position, "data": data})
