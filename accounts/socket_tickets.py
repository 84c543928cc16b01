"""Tickets to a socket for apps that cannot send headers: good once, and for half a minute."""

import secrets
from datetime import timedelta

from django.utils import timezone

from accounts.credentials import Credential
from accounts.models import SocketTicket, token_digest

TICKET_SECONDS = 30


def issue_ticket(*, credential: Credential) -> str:
    """Make a ticket that stands for `credential` and return it; kept is only its digest."""
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


def redeem_ticket(ticket: str) -> Credential | None:
    """Use up `ticket` and return what it stands for.

    None when it is unknown, used or too old, or when the right behind it has ended meanwhile.
    """
    tickets = SocketTicket.objects.filter(digest=token_digest(ticket))
    row = tickets.filter(expires_at__gt=timezone.now()).first()
    # Of two that come at once only one deletes the row.
    if row is None or not tickets.delete()[0]:
        return None
    credential = Credential(row.owner_id, session_key=row.session_key, token_id=row.token_id)
    return credential if credential.is_valid() else None
