"""Messages to a user's open sockets: a session or token may have ended, so check yours."""

import hashlib
from functools import partial
from typing import Any, Literal, TypedDict

from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_save
from django.http import HttpRequest

from accounts.models import User
from common.broadcast import broadcast

# Saving only these fields ends no session and no token.
HARMLESS = frozenset({"last_login", "display_name", "last_served_at"})


class SessionChanged(TypedDict):
    """Some credential may have ended; the session with the digest `ended` surely has."""

    type: Literal["session.changed"]
    ended: str


def group_of(user_id: int) -> str:
    """Return the name of the group that all sockets of one user join."""
    return f"person_{user_id}"


def session_digest(session_key: str) -> str:
    """Return what names a session in messages; with the key itself one could sign in."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def recheck_sockets(user_id: int, *, ended: str = "") -> None:
    """After the commit, have every socket of this user check its credential."""
    message: SessionChanged = {"type": "session.changed", "ended": ended}
    transaction.on_commit(partial(broadcast, group_of(user_id), message))


# Sign-outs and new passwords happen inside Django, allauth and the admin. Signals are the only
# thing that all three of them send.
def listen() -> None:
    """Connect to the signals of sign-outs, new passwords and closed accounts."""
    user_logged_out.connect(_signed_out, dispatch_uid="sockets-sign-out")
    post_save.connect(_saved, sender=User, dispatch_uid="sockets-person")


def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    # The session still exists: Django deletes it right after this signal.
    key = request.session.session_key
    if user is not None and key:
        recheck_sockets(user.pk, ended=session_digest(key))


def _saved(
    instance: User, *, created: bool, update_fields: frozenset[str] | None = None, **_: Any
) -> None:
    if not created and not (update_fields and update_fields <= HARMLESS):
        recheck_sockets(instance.pk)
