"""The credential of a connection. It is checked again and again while the connection is open."""

from dataclasses import dataclass
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from accounts.guests import guest_in
from accounts.models import ApiToken, Scope, User
from accounts.tokens import find_token


@dataclass(frozen=True)
class Credential:
    """What signs in a user: the session of a browser, also of a guest, or the token of an app."""

    user_id: int
    session_key: str = ""
    token_id: UUID | None = None

    def is_valid(self) -> bool:
        """Return whether the session or token still signs in this user."""
        if self.token_id is not None:
            return ApiToken.objects.active().filter(pk=self.token_id).exists()
        return credential_of_session(self.session_key) == self

    def allows(self, scope: Scope) -> bool:
        """Return whether the credential includes `scope`. A session includes every scope."""
        if self.token_id is None:
            return True
        scopes = ApiToken.objects.values_list("scopes", flat=True).get(pk=self.token_id)
        return scope.value in scopes


def credential_of_session(session_key: str) -> Credential | None:
    """Return the credential of a session, or None if it neither signs in a user nor has a guest.

    A session ends when the user signs out or changes the password, or when the account is closed.
    """
    # The function `get_user` of Django deletes a session after a change of the password. But the
    # request that changes the password still needs its session at this moment.
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    if SESSION_KEY not in session:
        guest = guest_in(session)
        return Credential(guest.pk, session_key=session_key) if guest else None
    user = User.objects.filter(pk=session.get(SESSION_KEY), is_active=True).first()
    if user is None:
        return None
    given = str(session.get(HASH_SESSION_KEY, ""))
    valid = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    if not any(constant_time_compare(given, each) for each in valid):
        return None
    return Credential(user.pk, session_key=session_key)


def credential_of_token(token: str) -> Credential | None:
    """Return the credential of an API token, or None if the token is unknown or revoked."""
    row = find_token(token)
    return Credential(row.owner_id, token_id=row.pk) if row is not None else None
