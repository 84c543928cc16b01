"""Tell the open sockets of a user to check their credentials, because one may have ended."""

import hashlib
from functools import partial
from typing import Any, Literal, TypedDict

from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_save
from django.http import HttpRequest

from accounts.models import User
from common.broadcast import broadcast

# A save of only these fields does not end a session or a token.
HARMLESS = frozenset(
    {"last_login", "display_name", "display_look", "search_name", "last_served_at", "language"}
)


class SessionChanged(TypedDict):
    """A credential of the user may have ended. The session with the digest `ended` has ended."""

    type: Literal["session.changed"]
    ended: str


def group_of(user_id: int) -> str:
    """Return the name of the group that all sockets of one user join."""
    return f"person_{user_id}"


def session_digest(session_key: str) -> str:
    """Return the hash that names a session in messages. The key is secret: it signs in the user."""
    return hashlib.sha256(session_key.encode()).hexdigest()


def recheck_sockets(user_id: int, *, ended: str = "") -> None:
    """After the commit, make every socket of this user check its credential."""
    message: SessionChanged = {"type": "session.changed", "ended": ended}
    transaction.on_commit(partial(broadcast, group_of(user_id), message))


# Sign-outs and new passwords happen inside Django, allauth and the admin. All three send signals,
# and they have nothing else in common.
def listen() -> None:
    """Connect to the signals of sign-outs, new passwords and closed accounts."""
    user_logged_out.connect(_signed_out, dispatch_uid="sockets-sign-out")
    post_save.connect(_saved, sender=User, dispatch_uid="sockets-person")


def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    # The session still exists: Django deletes it after this signal.
    key = request.session.session_key
    if user is not None and key:
        recheck_sockets(user.pk, ended=session_digest(key))


def _saved(
    instance: User, *, created: bool, update_fields: frozenset[str] | None = None, **_: Any
) -> None:
    if not created and not (update_fields and update_fields <= HARMLESS):
        recheck_sockets(instance.pk)
