"""Socket tickets, for apps that cannot send headers. A ticket works once, within half a minute."""

import secrets
from datetime import timedelta

from django.utils import timezone

from accounts.credentials import Credential
from accounts.models import SocketTicket, token_digest

TICKET_SECONDS = 30


def issue_socket_ticket(*, credential: Credential) -> str:
    """Return a new socket ticket for `credential`. The database stores only its hash."""
    now = timezone.now()
    SocketTicket.objects.filter(expires_at__lt=now).delete()
    ticket = secrets.token_urlsafe(32)
    SocketTicket.objects.create(
        digest=token_digest(ticket),
        owner_id=credential.user_id,
        session_key=credential.session_key,
        token_id=credential.token_id,
        expires_at=now + timedelta(seconds=TICKET_SECONDS),
    )
    return ticket


def redeem_socket_ticket(ticket: str) -> Credential | None:
    """Delete the socket ticket, and return its credential.

    Return None if the ticket is unknown, used or too old, or if its credential has ended.
    """
    tickets = SocketTicket.objects.filter(digest=token_digest(ticket))
    row = tickets.filter(expires_at__gt=timezone.now()).first()
    # If two requests send the same ticket at the same time, only one of them deletes the row.
    if row is None or not tickets.delete()[0]:
        return None
    credential = Credential(row.owner_id, session_key=row.session_key, token_id=row.token_id)
    return credential if credential.is_valid() else None
