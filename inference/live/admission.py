"""Who may have an events socket, how many of them, and how much a socket may send."""

import time

from channels.db import database_sync_to_async

from accounts.credentials import Credential
from accounts.models import Scope
from accounts.sockets import REFUSED
from common.slots import free_slot, keep_slot, take_slot

TOO_MANY_SOCKETS, TOO_BUSY, TOO_LONG, TEXT_ONLY = 4429, 4408, 1009, 1003
SOCKETS_PER_USER = 10
MESSAGES_PER_MINUTE, MINUTE_SECONDS = 120, 60.0
LONGEST_MESSAGE = 64 * 1024


class SocketAdmission:
    """Admits one socket and checks what it sends; each refusal is the code to close it with.

    An admitted socket holds one of its user's slots until it is released.
    """

    def __init__(self) -> None:
        self._slot: str | None = None
        self._minute_began_at = 0.0
        self._received = 0

    @property
    def is_admitted(self) -> bool:
        """Whether the socket holds a slot."""
        return self._slot is not None

    async def admit(self, credential: Credential | None, *, unknown: int) -> int | None:
        """Take a slot for the socket, or return the close code; `unknown` if nobody signed in."""
        if credential is None:
            return unknown
        if not await database_sync_to_async(credential.allows)(Scope.JOBS_READ):
            return REFUSED
        self._slot = await take_slot(f"socket:{credential.user_id}", SOCKETS_PER_USER)
        return None if self.is_admitted else TOO_MANY_SOCKETS

    def check_message(self, text: str | None) -> int | None:
        """Count a message, and return the close code if it is one too many or no short text."""
        if time.monotonic() - self._minute_began_at > MINUTE_SECONDS:
            self._minute_began_at, self._received = time.monotonic(), 0
        # Counted before the other checks, so that a refused message counts too.
        self._received += 1
        if self._received > MESSAGES_PER_MINUTE:
            return TOO_BUSY
        if text is None:
            return TEXT_ONLY
        return TOO_LONG if len(text) > LONGEST_MESSAGE else None

    async def renew(self) -> None:
        """Keep the slot, which would otherwise free itself."""
        if self._slot is not None:
            await keep_slot(self._slot)

    async def release(self) -> None:
        """Give the slot back."""
        if self._slot is not None:
            await free_slot(self._slot)
