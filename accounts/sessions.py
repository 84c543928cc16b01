"""The browsers in which a user is signed in, and how the user signs them out.

allauth writes a row at each sign-in. Here the rows learn when their session was last seen.
"""

import logging
from collections.abc import Callable
from typing import Any, cast

from allauth.account.signals import user_logged_in
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import User
from accounts.session_news import recheck_sockets, session_digest

logger = logging.getLogger(__name__)
# The time is not written for every request, because then each read is also a write.
SEEN_NOTED_EVERY_SECONDS = 5 * 60
MOST_SHOWN = 50
# Says in a session that it has a row.
LISTED = "listed"


def listen() -> None:
    """Connect to the signal of sign-ins."""
    user_logged_in.connect(_signed_in, dispatch_uid="sessions-sign-in")


def _signed_in(request: HttpRequest, **_: Any) -> None:
    request.session[LISTED] = True


def sessions_of(request: HttpRequest) -> list[UserSession]:
    """Return the sessions of the user that can still be used, the one seen last first, at most 50.

    The session of this request is among them, even if it began before sessions had rows.
    """
    if not request.session.get(LISTED):
        UserSession.objects.create_from_request(request)
        request.session[LISTED] = True
    user = cast("User", request.user)
    stored = Session.objects.filter(expire_date__gt=timezone.now())
    rows = UserSession.objects.filter(user=user, session_key__in=stored.values("session_key"))
    newest = list(rows.order_by("-last_seen_at", "pk")[:MOST_SHOWN])
    alive = stored.in_bulk([row.session_key for row in newest])
    return [row for row in newest if _signs_in(alive.get(row.session_key), user)]


def _signs_in(session: Session | None, user: User) -> bool:
    """Return whether the session is still one of the user: a new password ends the others."""
    if session is None:
        return False
    kept = session.get_decoded().get(HASH_SESSION_KEY, "")
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(kept, each) for each in hashes)


@transaction.atomic
def end_session(*, session: UserSession) -> None:
    """Sign out the browser of this session, and close its sockets."""
    session.end()
    recheck_sockets(session.user_id, ended=session_digest(session.session_key))


def end_other_sessions(*, user: User, kept: str) -> int:
    """Sign out the user everywhere but in the session with the key `kept`. Return their number."""
    others = UserSession.objects.filter(user=user).exclude(session_key=kept)
    for session in others:
        end_session(session=session)
    return len(others)


def delete_old_sessions() -> None:
    """Delete the sessions that have expired, and the rows of sessions that are gone."""
    SessionStore.clear_expired()
    kept = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=kept).delete()


class LastSeen:
    """Middleware that notes when a session was last seen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request. A session that it did not need is not read from the database."""
        response = self._get_response(request)
        session = request.session
        if session.accessed and session.get(LISTED) and _is_due(session):
            _note(session)
        return response


def _is_due(session: SessionBase) -> bool:
    key = f"seen:{session_digest(session.session_key or '')}"
    try:
        return cache.add(key, 1, SEEN_NOTED_EVERY_SECONDS)
    except Exception:  # noqa: BLE001  # each cache backend raises its own exceptions
        return False


def _note(session: SessionBase) -> None:
    try:
        UserSession.objects.filter(session_key=session.session_key).update(
            last_seen_at=timezone.now()
        )
    except DatabaseError:
        # The page is made, and worth more than the time.
        logger.warning("The time at which a session was last seen was not written")
