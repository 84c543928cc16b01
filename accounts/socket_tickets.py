"""Socket tickets, for apps that cannot send headers: valid once, and for half a minute."""

import secrets
from datetime import timedelta

from django.utils import timezone

from accounts.credentials import Credential
from accounts.models import SocketTicket, token_digest

TICKET_SECONDS = 30


def issue_socket_ticket(*, credential: Credential) -> str:
    """Return a new socket ticket for `credential`; the database keeps only its digest."""
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
    """Use up the socket ticket and return its credential.

    Returns None when it is unknown, used or too old, and when its credential has ended since then.
    """
    tickets = SocketTicket.objects.filter(digest=token_digest(ticket))
    row = tickets.filter(expires_at__gt=timezone.now()).first()
    # If the same ticket comes twice at the same moment, only one of the two deletes the row.
    if row is None or not tickets.delete()[0]:
        return None
    credential = Credential(row.owner_id, session_key=row.session_key, token_id=row.token_id)
    return credential if credential.is_valid() else None
