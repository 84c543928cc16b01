"""Make, find and revoke tokens of apps. A token is shown once, to the user who makes it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, Scope, User, new_token, token_digest
from accounts.session_news import recheck_sockets

PREFIX_LENGTH = 8
LONGEST_DAYS = 366
# The time of use is not written for every request, because then each read is also a write.
USE_NOTED_EVERY = timedelta(minutes=1)


def create_token(
    *, owner: User, name: str, scopes: Iterable[str], days: int | None = None
) -> tuple[ApiToken, str]:
    """Make a token for `owner`, and return its row and the token, which is not stored.

    It expires after `days`, or after the time of the settings.

    Raises ValueError for a scope that does not exist.
    """
    chosen = sorted({Scope(scope).value for scope in scopes})
    secret = new_token()
    row = ApiToken.objects.create(
        owner=owner,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        digest=token_digest(secret),
        scopes=chosen,
        expires_at=timezone.now() + timedelta(days=days or settings.API_TOKEN_DAYS),
    )
    return row, secret


def find_token(token: str) -> ApiToken | None:
    """Return the row of an active token, with its owner, and record the time of use."""
    row = ApiToken.objects.matching(token).select_related("owner").first()
    if row is not None:
        _note_use(row)
    return row


def _note_use(row: ApiToken) -> None:
    now = timezone.now()
    if row.last_used_at is None or now - row.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)


def revoke_token(*, token: ApiToken) -> None:
    """Revoke `token` and close its sockets. A second call keeps the time of the first."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    recheck_sockets(token.owner_id)


class WrongCredentials(Exception):
    """The name or the password is wrong, or the account is closed."""

    code = "wrong_credentials"
    status = 401

    def __init__(self) -> None:
        super().__init__(_("The username or password is not correct."))


def exchange_password(
    *, request: HttpRequest, login: str, password: str, **wish: Any
) -> tuple[ApiToken, str]:
    """Make a token for the user with this name or email address and this password.

    Raises WrongCredentials, which is the same for a known and an unknown name, and TooManyAttempts.
    """
    user = authenticate(request, username=login, password=password)
    if not isinstance(user, User):
        raise WrongCredentials
    return create_token(owner=user, **wish)
