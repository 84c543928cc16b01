"""The credential of a connection, which is checked again for as long as the connection lasts."""

from dataclasses import dataclass
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from accounts.models import ApiToken, Scope, User
from accounts.tokens import find_token


@dataclass(frozen=True)
class Credential:
    """What a user is connected by: the session of a browser or the token of an app."""

    user_id: int
    session_key: str = ""
    token_id: UUID | None = None

    def is_valid(self) -> bool:
        """Tell whether the session or token still signs in this user."""
        if self.token_id is not None:
            return ApiToken.objects.active().filter(pk=self.token_id).exists()
        return credential_of_session(self.session_key) == self

    def allows(self, scope: Scope) -> bool:
        """Tell whether the credential covers `scope`; a session covers every scope."""
        if self.token_id is None:
            return True
        scopes = ApiToken.objects.values_list("scopes", flat=True).get(pk=self.token_id)
        return scope.value in scopes


def credential_of_session(session_key: str) -> Credential | None:
    """Return the credential of a session; None when it signs in nobody.

    A session ends with the sign-out, with a change of the password and with the account.
    """
    # Django's own `get_user` deletes a session whose password changed. The request that changes
    # the password still needs that session at this moment.
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    user = User.objects.filter(pk=session.get(SESSION_KEY), is_active=True).first()
    if user is None:
        return None
    given = str(session.get(HASH_SESSION_KEY, ""))
    valid = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    if not any(constant_time_compare(given, each) for each in valid):
        return None
    return Credential(user.pk, session_key=session_key)


def credential_of_token(token: str) -> Credential | None:
    """Return the credential of an API token; None when it is unknown or revoked."""
    row = find_token(token)
    return Credential(row.owner_id, token_id=row.pk) if row is not None else None
