"""The events socket: a person's jobs and proofs as they change, one socket a browser tab."""

import asyncio
from collections import Counter
from typing import Any, ClassVar

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from accounts.models import User
from inference.models import Job
from inference.progress import JobChanged, ProofChanged, ProofTileCame, group_of
from inference.snapshots import JobSnapshot, job_snapshot

NOT_SIGNED_IN, TOO_MANY_SOCKETS, TOO_BUSY = 4401, 4429, 4408
PING_SECONDS = 20.0
SOCKETS_PER_USER = 10
MESSAGES_PER_MINUTE = 120
RECENT_JOBS = 20


class JobsConsumer(AsyncJsonWebsocketConsumer):
    """Sends `hello`, then a `snapshot` of active and recent jobs, then a `job` for each change.

    A proof sheet sends a `proof.tile` for each of its tiles, and a `proof` when its state changes.

    It joins the group before it reads the rows, so a change in between is sent twice rather than
    never; clients drop a job whose `seq` is not greater than what they have.
    """

    open_sockets: ClassVar[Counter[int]] = Counter()

    group: str | None = None
    user_id: int
    sent = 0
    received = 0
    pinging: asyncio.Task[None] | None = None

    async def __call__(self, *connection: Any) -> None:
        """Live until the socket closes; leave the group however that comes about."""
        try:
            await super().__call__(*connection)
        finally:
            await self._leave()

    async def connect(self) -> None:
        """Accept a signed-in person; say why to anyone else."""
        await self.accept()
        user = self.scope.get("user")
        if not isinstance(user, User) or not user.is_active:
            await self.close(NOT_SIGNED_IN)
            return
        if self.open_sockets[user.pk] >= SOCKETS_PER_USER:
            await self.close(TOO_MANY_SOCKETS)
            return
        self.user_id, self.group = user.pk, group_of(user.pk)
        self.open_sockets[user.pk] += 1
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self._send("hello", {"ping_seconds": PING_SECONDS})
        await self._send_snapshot()
        self.pinging = asyncio.create_task(self._ping())

    async def _leave(self) -> None:
        """Stop pinging, leave the group, and count the socket no more."""
        if self.pinging is not None:
            self.pinging.cancel()
        if self.group is not None:
            self.open_sockets[self.user_id] -= 1
            if not self.open_sockets[self.user_id]:
                del self.open_sockets[self.user_id]
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Answer `resume` with a fresh snapshot; what is not known is ignored."""
        del kwargs
        self.received += 1
        if self.received > MESSAGES_PER_MINUTE:
            await self.close(TOO_BUSY)
        elif isinstance(content, dict) and content.get("type") == "resume" and self.group:
            await self._send_snapshot()

    async def job_changed(self, event: JobChanged) -> None:
        """Pass on one job's whole snapshot."""
        await self._send("job", event["snapshot"])

    async def proof_changed(self, event: ProofChanged) -> None:
        """Pass on a proof sheet's whole snapshot."""
        await self._send("proof", event["snapshot"])

    async def proof_tile(self, event: ProofTileCame) -> None:
        """Pass on one more tile of a proof sheet."""
        await self._send("proof.tile", event["frame"])

    async def _send_snapshot(self) -> None:
        await self._send("snapshot", {"jobs": await self._read_jobs()})

    async def _send(self, kind: str, data: Any) -> None:
        self.sent += 1
        await self.send_json({"v": 1, "type": kind, "seq": self.sent, "data": data})

    async def _ping(self) -> None:
        """Keep proxies from closing a quiet socket, and end it when its person may not stay."""
        while True:
            await asyncio.sleep(PING_SECONDS)
            self.received = 0
            if not await self._may_stay():
                await self.close(NOT_SIGNED_IN)
                return
            await self._send("ping", {})

    @database_sync_to_async
    def _may_stay(self) -> bool:
        session = self.scope.get("session")
        if session is not None and not session.exists(session.session_key or ""):
            return False
        return User.objects.filter(pk=self.user_id, is_active=True).exists()

    @database_sync_to_async
    def _read_jobs(self) -> list[JobSnapshot]:
        """Return the snapshots of the active and the most recent jobs, newest first."""
        mine = Job.objects.filter(owner=self.user_id).order_by("-created_at")
        recent = mine.values_list("pk", flat=True)[:RECENT_JOBS]
        most = settings.JOB_MAX_WAITING_PER_USER + settings.JOB_MAX_RUNNING_PER_USER
        active = mine.active().values_list("pk", flat=True)[:most]
        jobs = Job.objects.with_parts().filter(pk__in={*recent, *active}).order_by("-created_at")
        return [job_snapshot(job) for job in jobs]
