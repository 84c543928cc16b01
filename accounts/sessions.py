"""The browsers in which a user is signed in, and how the user signs them out.

allauth writes a row at each sign-in. Here the rows learn when their session was last seen.
"""

import logging
from collections.abc import Callable
from typing import Any, cast

from allauth.account.signals import user_logged_in
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.db.models import Case, When
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
# The digest of the session's key when it got its row. Django can give a session a new key.
LISTED = "listed"
# These addresses send files, dozens for one page.
MEDIA = "/media/"


def listen() -> None:
    """Connect to the signal of sign-ins."""
    user_logged_in.connect(_signed_in, dispatch_uid="sessions-sign-in")


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Note that allauth gives this session a row, and end the oldest if there are too many."""
    _set_listed(request.session)
    others = UserSession.objects.filter(user=user).exclude(
        session_key=request.session.session_key or ""
    )
    for session in others.order_by("-last_seen_at", "pk")[MOST_SHOWN - 1 :]:
        end_session(session=session)


def _set_listed(session: SessionBase) -> None:
    session[LISTED] = session_digest(session.session_key or "")


def _is_listed(session: SessionBase) -> bool:
    return bool(session.get(LISTED) == session_digest(session.session_key or ""))


def _list(request: HttpRequest) -> None:
    UserSession.objects.create_from_request(request)
    _set_listed(request.session)


def sessions_of(request: HttpRequest) -> list[UserSession]:
    """Return the sessions of the user that can still be used, at most 50.

    The session of this request comes first, even if it began before sessions had rows. Then come
    the others, the one seen last first.
    """
    if not _is_listed(request.session):
        _list(request)
    user = cast("User", request.user)
    stored = Session.objects.filter(expire_date__gt=timezone.now())
    rows = UserSession.objects.filter(user=user, session_key__in=stored.values("session_key"))
    here_first = Case(When(session_key=request.session.session_key, then=0), default=1)
    newest = list(rows.order_by(here_first, "-last_seen_at", "pk")[:MOST_SHOWN])
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
    unlisted = _keys_without_rows(user, kept)
    for key in unlisted:
        SessionStore().delete(key)
        recheck_sockets(user.pk, ended=session_digest(key))
    return len(others) + len(unlisted)


def _keys_without_rows(user: User, kept: str) -> list[str]:
    """Return the keys of the other sessions of the user that began before sessions had rows.

    Whose a session is can only be read in its data. Those with rows, nearly all, are not read.
    """
    rows = UserSession.objects.values("session_key")
    stored = Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=kept)
    return [
        session.session_key
        for session in stored.exclude(session_key__in=rows).iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]


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
        if request.path_info.startswith(MEDIA) or not session.accessed or LISTED not in session:
            return response
        try:
            if not _is_listed(session):
                # A token can name another user than the session, and a suspended user is none.
                if str(request.user.pk) == session.get(SESSION_KEY):
                    _list(request)
            elif _is_due(session):
                _note(session)
        except DatabaseError:
            # The page is made, and worth more than the time.
            logger.warning("The time at which a session was last seen was not written")
        return response


def _is_due(session: SessionBase) -> bool:
    key = f"seen:{session_digest(session.session_key or '')}"
    try:
        return cache.add(key, 1, SEEN_NOTED_EVERY_SECONDS)
    except Exception:  # noqa: BLE001  # each cache backend raises its own exceptions
        return False


def _note(session: SessionBase) -> None:
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())
