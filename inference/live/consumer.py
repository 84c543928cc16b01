"""The events socket: the jobs and proof sheets of a user as they change, for one browser tab."""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, cast

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from accounts.credentials import Credential
from accounts.session_news import SessionChanged, group_of, session_digest
from accounts.sockets import NOT_SIGNED_IN
from common.broadcast import LayerReturned
from inference.live.admission import SocketAdmission
from inference.live.broadcast import (
    JobChanged,
    JobsDeleted,
    ProofChanged,
    ProofTileCame,
    SketchChanged,
)
from inference.live.membership import GroupMembership
from inference.live.outbox import Outbox
from inference.live.sender import FrameSender

logger = logging.getLogger(__name__)
RESTART = 1012
PING_SECONDS = 20.0


def ping_pause() -> float:
    """Draw the time until the next ping.

    Sockets that opened at the same moment, for example after a restart, would otherwise query the
    database at the same moment for as long as they live, and news would wait for all of them.
    """
    return PING_SECONDS * random.uniform(0.7, 1)  # noqa: S311


class JobsConsumer(AsyncJsonWebsocketConsumer):
    """Sends `hello`, then a `snapshot` of active and recent jobs, then a `job` for each change.

    Each tile of a proof sheet is a `proof.tile`, and each change of its state is a `proof`.

    The consumer joins the user's group before it reads the rows, so a change in between is sent
    twice rather than never; clients drop a job whose `seq` is not greater than what they have.
    Three parts do the work: SocketAdmission decides who may connect and send, GroupMembership
    stays in the group, and FrameSender empties the outbox. The outbox lies in between so that a
    client that does not read costs a bounded amount of memory and still gets the end of each job.
    """

    credential: Credential
    membership: GroupMembership | None = None

    async def __call__(self, *connection: Any) -> None:
        """Run until the socket closes, and clean up however it ends."""
        self.outbox = Outbox()
        self.admission = SocketAdmission()
        self.tasks: list[asyncio.Task[None]] = []
        try:
            await super().__call__(*connection)
        except Exception:  # each layer has errors of its own
            # The layer or the database is away. The client connects again and finds them back.
            logger.warning("A socket ended before its time", exc_info=True)
            with suppress(Exception):
                await self.close(RESTART)
        finally:
            await self._clean_up()

    async def connect(self) -> None:
        """Accept the handshake first: only an open socket can give the reason of a refusal."""
        await self.accept()
        scope = cast("dict[str, Any]", self.scope)
        code = await self.admission.admit(scope["credential"], unknown=scope["refusal"])
        if code is not None:
            await self.close(code)
            return
        self.credential = scope["credential"]
        await self._start()

    async def _start(self) -> None:
        group = group_of(self.credential.user_id)
        self.membership = GroupMembership(self.channel_layer, group, self.channel_name)
        await self.membership.join()
        self.outbox.put("hello", {"ping_seconds": PING_SECONDS})
        self.outbox.put("snapshot", None)
        sender = FrameSender(self.outbox, self.send_json, user_id=self.credential.user_id)
        loops = (sender.send_loop, self._ping_loop)
        self.tasks = [asyncio.create_task(self._run(loop)) for loop in loops]

    async def _clean_up(self) -> None:
        """End the tasks, free the slot and leave the group."""
        for task in self.tasks:
            task.cancel()
        await self.admission.release()
        if self.membership is not None:
            await self.membership.leave()

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Handle a message; one that is no JSON object or of an unknown type is ignored."""
        del kwargs
        if (code := self.admission.check_message(text_data)) is not None:
            await self.close(code)
        elif text_data is not None and self.admission.is_admitted:
            with suppress(ValueError, RecursionError):
                self._handle_message(json.loads(text_data))

    def _handle_message(self, message: object) -> None:
        if not isinstance(message, dict):
            return
        if message.get("type") == "resume":
            cursor = message.get("cursor", message.get("seq"))
            # In Python, True is an int as well.
            known = isinstance(cursor, int) and not isinstance(cursor, bool)
            self.outbox.put("resume" if known else "snapshot", cursor if known else None)
        elif message.get("type") == "visibility":
            self._set_visibility(hidden=message.get("hidden") is True)

    def _set_visibility(self, *, hidden: bool) -> None:
        """Send no progress to a hidden page, and a snapshot once it is visible again."""
        if hidden:
            self.outbox.hide()
        elif self.outbox.hidden:
            self.outbox.hidden = False
            self.outbox.put("snapshot", None)

    async def job_changed(self, event: JobChanged) -> None:
        """Pass on one job's whole snapshot."""
        self.outbox.put_job(event["snapshot"])

    async def jobs_deleted(self, event: JobsDeleted) -> None:
        """Pass on that jobs were deleted."""
        for each in event["ids"]:
            self.outbox.put("gone", {"job": each})

    async def proof_changed(self, event: ProofChanged) -> None:
        """Pass on a proof sheet's whole snapshot."""
        self.outbox.put("proof", event["snapshot"])

    async def proof_tile(self, event: ProofTileCame) -> None:
        """Pass on a new tile of a proof sheet; a hidden page requests the sheet later."""
        if not self.outbox.hidden:
            self.outbox.put("proof.tile", event["frame"])

    async def sketch_changed(self, event: SketchChanged) -> None:
        """Pass on a sketch; a hidden page asks for it later."""
        if not self.outbox.hidden:
            self.outbox.put("sketch", event["snapshot"])

    async def session_changed(self, event: SessionChanged) -> None:
        """Close the socket at once if its session or token has ended."""
        mine = session_digest(self.credential.session_key)
        if event["ended"] == mine or not await self._may_stay():
            await self.close(NOT_SIGNED_IN)

    async def layer_returned(self, event: LayerReturned) -> None:
        """Send what the layer lost while it was away; that may be the end of the session."""
        del event
        if await self._may_stay():
            self.outbox.put("missed", None)
        else:
            await self.close(NOT_SIGNED_IN)

    async def _may_stay(self) -> bool:
        return await database_sync_to_async(self.credential.is_valid)()

    async def _run(self, loop: Callable[[], Awaitable[None]]) -> None:
        """Run a loop of the socket, and close the socket if something that it needs is away."""
        try:
            await loop()
        except OSError:
            pass  # The client has left, and the server closes the socket itself.
        except Exception:
            logger.warning("A socket ended before its time", exc_info=True)
            with suppress(Exception):
                await self.close(RESTART)

    async def _ping_loop(self) -> None:
        """Ping, so that proxies keep a quiet socket open, and check that it may stay open."""
        while True:
            await asyncio.sleep(ping_pause())
            if not await self._may_stay():
                await self.close(NOT_SIGNED_IN)
                return
            await self.admission.renew()
            if self.membership is not None and not await self.membership.rejoin():
                await self.close(RESTART)
                return
            self.outbox.put("ping", {})
