"""The events socket: a person's jobs and proofs as they change, one socket a browser tab."""

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, cast

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from accounts.credentials import Credential
from accounts.models import Scope
from accounts.session_news import SessionChanged, group_of, session_digest
from accounts.sockets import NOT_SIGNED_IN, REFUSED
from common.broadcast import AWAY_SECONDS, LayerReturned
from common.slots import free_slot, keep_slot, take_slot
from inference.live.broadcast import JobChanged, JobsGone, ProofChanged, ProofTileCame
from inference.live.events import Event, events_since
from inference.live.outbox import Outbox

logger = logging.getLogger(__name__)
TOO_MANY_SOCKETS, TOO_BUSY, TOO_LONG, TEXT_ONLY, RESTART = 4429, 4408, 1009, 1003, 1012
PING_SECONDS = 20.0
JOIN_SECONDS = 2.0
SOCKETS_PER_USER = 10
MESSAGES_PER_MINUTE, MINUTE_SECONDS = 120, 60.0
LONGEST_MESSAGE = 64 * 1024


def ping_pause() -> float:
    """Draw how long to wait for the next ping.

    Sockets that were opened together, after a restart say, would ask the database together ever
    after, and news would wait for all of them.
    """
    return PING_SECONDS * random.uniform(0.7, 1)  # noqa: S311


class JobsConsumer(AsyncJsonWebsocketConsumer):
    """Sends `hello`, then a `snapshot` of active and recent jobs, then a `job` for each change.

    A proof sheet sends a `proof.tile` for each of its tiles, and a `proof` when its state changes.

    It joins the group before it reads the rows, so a change in between is sent twice rather than
    never; clients drop a job whose `seq` is not greater than what they have. News goes through an
    outbox, so that a client that does not read costs a bounded amount and misses no end of a job.
    The layer promises no delivery: with each ping goes what it may have lost, and at once when it
    was away and is back.

    The `seq` of a frame is a place in the order of changes (inference/live/change_log.py): whoever
    remembers that of the last frame can resume there, having missed nothing before.
    """

    credential: Credential
    group: str | None = None
    slot: str | None = None
    place = 0
    joined_at = 0.0
    received = 0
    minute = 0.0

    async def __call__(self, *connection: Any) -> None:
        """Live until the socket closes; leave the group however that comes about."""
        self.outbox = Outbox()
        self.tasks: list[asyncio.Task[None]] = []
        try:
            await super().__call__(*connection)
        except Exception:  # each layer has errors of its own
            # The layer or the database went away: the client comes back and finds them there.
            logger.warning("A socket ended before its time", exc_info=True)
            with suppress(Exception):
                await self.close(RESTART)
        finally:
            await self._leave()

    async def connect(self) -> None:
        """Accept a signed-in person; say why to anyone else."""
        await self.accept()
        scope = cast("dict[str, Any]", self.scope)
        credential: Credential | None = scope["credential"]
        if credential is None:
            await self.close(scope["refusal"])
        elif not await database_sync_to_async(credential.allows)(Scope.JOBS_READ):
            await self.close(REFUSED)
        elif (slot := await take_slot(f"socket:{credential.user_id}", SOCKETS_PER_USER)) is None:
            await self.close(TOO_MANY_SOCKETS)
        else:
            self.credential, self.slot = credential, slot
            await self._begin()

    async def _begin(self) -> None:
        self.group = group_of(self.credential.user_id)
        await self._join(self.group)
        self.outbox.put("hello", {"ping_seconds": PING_SECONDS})
        self.outbox.put("snapshot", None)
        self.tasks = [asyncio.create_task(self._keep(each)) for each in (self._speak, self._ping)]

    async def _join(self, group: str) -> None:
        """Have what is sent to `group` come here; who is in it already stays in it."""
        try:
            await self.channel_layer.group_add(group, self.channel_name)
        except Exception:  # each layer has errors of its own  # noqa: BLE001
            # A pooled connection that a restarted Redis has closed; the next one is new.
            await self.channel_layer.group_add(group, self.channel_name)
        self.joined_at = time.monotonic()

    async def _join_again(self, group: str) -> bool:
        """Join, since groups expire; tell whether a layer that is away may still be waited for."""
        with suppress(Exception):
            async with asyncio.timeout(JOIN_SECONDS):
                await self._join(group)
        return time.monotonic() - self.joined_at <= AWAY_SECONDS

    async def _leave(self) -> None:
        """Stop talking, leave the group, and count the socket no more."""
        for task in self.tasks:
            task.cancel()
        if self.slot is not None:
            await free_slot(self.slot)
        if self.group is not None:
            with suppress(Exception):  # of a layer that is away; its group expires
                await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Hear a message; one that is no JSON object or of an unknown type is ignored."""
        del kwargs
        if time.monotonic() - self.minute > MINUTE_SECONDS:
            self.minute, self.received = time.monotonic(), 0
        self.received += 1
        if self.received > MESSAGES_PER_MINUTE:
            await self.close(TOO_BUSY)
        elif text_data is None:
            await self.close(TEXT_ONLY)
        elif len(text_data) > LONGEST_MESSAGE:
            await self.close(TOO_LONG)
        elif self.slot is not None:
            with suppress(ValueError, RecursionError):
                self._hear(json.loads(text_data))

    def _hear(self, message: object) -> None:
        if not isinstance(message, dict):
            return
        if message.get("type") == "resume":
            place = message.get("seq")
            known = isinstance(place, int) and not isinstance(place, bool)
            self.outbox.put("resume" if known else "snapshot", place if known else None)
        elif message.get("type") == "visibility":
            self._turn(hidden=message.get("hidden") is True)

    def _turn(self, *, hidden: bool) -> None:
        """Keep quiet about progress nobody looks at; bring who looks again up to date."""
        if hidden:
            self.outbox.hide()
        elif self.outbox.hidden:
            self.outbox.hidden = False
            self.outbox.put("snapshot", None)

    async def job_changed(self, event: JobChanged) -> None:
        """Pass on one job's whole snapshot."""
        self.outbox.put_job(event["snapshot"])

    async def jobs_gone(self, event: JobsGone) -> None:
        """Say of jobs that they were deleted."""
        for each in event["ids"]:
            self.outbox.put("gone", {"job": each})

    async def proof_changed(self, event: ProofChanged) -> None:
        """Pass on a proof sheet's whole snapshot."""
        self.outbox.put("proof", event["snapshot"])

    async def proof_tile(self, event: ProofTileCame) -> None:
        """Pass on one more tile of a proof sheet; a hidden page asks for the sheet later."""
        if not self.outbox.hidden:
            self.outbox.put("proof.tile", event["frame"])

    async def session_changed(self, event: SessionChanged) -> None:
        """End the socket at once when what it was opened by has ended."""
        mine = session_digest(self.credential.session_key)
        if event["ended"] == mine or not await self._may_stay():
            await self.close(NOT_SIGNED_IN)

    async def layer_returned(self, event: LayerReturned) -> None:
        """Make up for what was lost while the layer was away, be it the end of the session."""
        del event
        if await self._may_stay():
            self.outbox.put("missed", None)
        else:
            await self.close(NOT_SIGNED_IN)

    async def _may_stay(self) -> bool:
        return await database_sync_to_async(self.credential.holds)()

    async def _keep(self, talk: Callable[[], Awaitable[None]]) -> None:
        """Run a side of the talk, and end the socket when something that it needs is away."""
        try:
            await talk()
        except OSError:
            pass  # The client left, which the socket says by itself.
        except Exception:
            logger.warning("A socket ended before its time", exc_info=True)
            with suppress(Exception):
                await self.close(RESTART)

    async def _speak(self) -> None:
        """Send what the outbox holds as fast as the client reads it."""
        while True:
            kind, data = await self.outbox.take()
            # Rows are read now and not when it was asked for, which may have been a while ago.
            if kind == "snapshot":
                await self._send_events(None)
            elif kind == "resume":
                await self._send_events(data)
            elif kind == "missed":
                await self._send_events(self.place)
            elif kind == "ping":
                await self._send_events(self.place)
                await self._send(kind, data)
            else:
                await self._send(kind, data)

    async def _send_events(self, since: int | None) -> None:
        """Send what changed after the place `since` and stand behind it; a snapshot for None."""
        more = True
        while more:
            page = await database_sync_to_async(events_since)(self.credential.user_id, since)
            for event in page["events"]:
                self.place = event["seq"]
                if not self._is_stale(event):
                    await self._send(event["type"], event["data"])
            since = self.place = page["seq"]
            more = page["more"]

    def _is_stale(self, event: Event) -> bool:
        """Tell whether the client knows this or does not care."""
        if event["type"] != "job":
            return False
        ended = event["data"]["completed_at"] is not None
        return not ended and (self.outbox.hidden or self.outbox.has_told(event["data"]))

    async def _send(self, kind: str, data: Any) -> None:
        await self.send_json({"v": 1, "type": kind, "seq": self.place, "data": data})

    async def _ping(self) -> None:
        """Keep proxies from closing a quiet socket, and end it when its person may not stay."""
        while True:
            await asyncio.sleep(ping_pause())
            if not await self._may_stay():
                await self.close(NOT_SIGNED_IN)
                return
            if self.slot is not None:
                await keep_slot(self.slot)
            if self.group is not None and not await self._join_again(self.group):
                await self.close(RESTART)
                return
            self.outbox.put("ping", {})
