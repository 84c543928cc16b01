"""Telling a person's open sockets that a session or token may have ended, so that they look."""

import hashlib
from functools import partial
from typing import Any, Literal, TypedDict

from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_save
from django.http import HttpRequest

from accounts.models import User
from common.broadcast import broadcast

# Saving these alone ends no right.
HARMLESS = frozenset({"last_login", "display_name", "last_served_at"})


class SessionChanged(TypedDict):
    """A right to be connected may have ended; surely so that of the session with this digest."""

    type: Literal["session.changed"]
    ended: str


def group_of(user_id: int) -> str:
    """Name the group of all sockets of one person."""
    return f"person_{user_id}"


def session_digest(session_key: str) -> str:
    """Return what names a session in messages; the key itself opens doors."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def recheck_sockets(user_id: int, *, ended: str = "") -> None:
    """Have every socket of this person look whether its right still holds, after the commit."""
    message: SessionChanged = {"type": "session.changed", "ended": ended}
    transaction.on_commit(partial(broadcast, group_of(user_id), message))


# Signing out and new passwords happen inside Django, allauth and the admin; their signals are the
# one word that all of them give.
def listen() -> None:
    """Begin to notice sign-outs, new passwords and closed accounts, by whichever page they come."""
    user_logged_out.connect(_signed_out, dispatch_uid="sockets-sign-out")
    post_save.connect(_saved, sender=User, dispatch_uid="sockets-person")


def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    # The session is still there: Django deletes it right after this signal.
    key = request.session.session_key
    if user is not None and key:
        recheck_sockets(user.pk, ended=session_digest(key))


def _saved(
    instance: User, *, created: bool, update_fields: frozenset[str] | None = None, **_: Any
) -> None:
    if not created and not (update_fields and update_fields <= HARMLESS):
        recheck_sockets(instance.pk)
