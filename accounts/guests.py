"""Guests: people who try the site before they have an account.

A guest is a row of `User` that nobody can sign in with. Only the session of one browser knows it,
under a name of its own, so `request.user` stays anonymous. Every page and every operation of the
API therefore refuses a guest as it refuses anybody who is not signed in, except for those that ask
`maker_of`, and those that a view of the API lists as its `guest_operations`.

The row exists so that photos, previews and jobs of a guest have an owner like all others. It is
deleted with them after a day (inference/services/guests.py).
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ClassVar, Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.limits import TooManyCalls, address_of, is_reached, seconds_to_wait

SESSION_NAME: Final = "guest"
LIFETIME: Final = timedelta(hours=24)
# A request that begins before this time has ended before the deletion.
MARGIN: Final = timedelta(minutes=30)
LIMIT: Final = "guest"

View = Callable[..., HttpResponseBase]


class TryingOff(Exception):
    """The operator wants users to sign in before they upload anything."""

    code = "trying_off"
    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__(_("Sign in to continue. Your photo and settings are kept."))


class TooManyGuests(TooManyCalls):
    """Too many people began to try the site from one address."""

    code = "too_many_guests"
    sentence = _(
        "Too many people in your network are trying this right now. Try again in %(time)s, or "
        "sign up to continue now. Your photo and settings are kept."
    )


def maker_of(request: HttpRequest) -> User | AnonymousUser:
    """Return who may make pictures: the user who is signed in, or the guest of this browser."""
    if isinstance(request.user, User):
        return request.user
    return guest_in(request.session) or AnonymousUser()


def guest_of(request: HttpRequest) -> User | None:
    """Return the guest of this browser, unless a user is signed in."""
    # An error page can be made before the session was read.
    if not hasattr(request, "session") or not hasattr(request, "user"):
        return None
    return None if request.user.is_authenticated else guest_in(request.session)


def guest_in(session: SessionBase) -> User | None:
    """Return the guest of a session, if there is one whose day has not ended."""
    guest = recorded_guest(session)
    return guest if guest and guest.adopted_by_id is None and not _is_ending(guest) else None


def recorded_guest(session: SessionBase) -> User | None:
    """Return the guest that a session names, even if the day of the guest is about to end."""
    key = session.get(SESSION_NAME)
    return User.objects.filter(pk=key, is_guest=True).first() if key else None


def begin_guest(*, request: HttpRequest) -> User:
    """Return the guest of this browser; make one if there is none.

    Only this sets the cookie of the session. Raises TryingOff, and TooManyGuests.
    """
    guest = guest_in(request.session)
    if guest is not None:
        return guest
    if not settings.TRYING:
        raise TryingOff
    if wait := seconds_to_wait(LIMIT, address_of(request)):
        raise TooManyGuests(wait)
    guest = make_guest()
    request.session[SESSION_NAME] = guest.pk
    request.session.set_expiry(LIFETIME)
    return guest


def forget_guest(session: SessionBase) -> None:
    """Let a session last as long as those of users again, because it has no guest any more."""
    del session[SESSION_NAME]
    session.set_expiry(None)


def make_guest() -> User:
    """Make the row of a new guest."""
    name = f"guest-{secrets.token_hex(8)}"
    guest = User(
        username=name,
        email=f"{name}@guest.invalid",
        is_guest=True,
        is_active=False,
        # The queue serves users first who were never served: a new guest must not overtake them.
        last_served_at=timezone.now(),
    )
    guest.set_unusable_password()
    guest.save()
    return guest


def may_try(request: HttpRequest) -> bool:
    """Return whether this visitor can make something now without an account."""
    if guest_in(request.session):
        return True
    return settings.TRYING and not is_reached(LIMIT, address_of(request))


def usable_until(guest: User) -> datetime:
    """Return when the guest cannot open anything any more. It is deleted a little later."""
    return guest.date_joined + LIFETIME - MARGIN


def maker_required(view: View) -> View:
    """Let users and guests use a page, and send everybody else to the sign-in."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if maker_of(request).is_authenticated:
            return view(request, *args, **kwargs)
        return redirect_to_login(request.get_full_path())

    return answer


def context(request: HttpRequest) -> dict[str, Any]:
    """Give templates the `guest` of this browser, if they ask for it."""
    return {"guest": SimpleLazyObject(lambda: guest_of(request))}


def _is_ending(guest: User) -> bool:
    return timezone.now() > usable_until(guest)
