"""How a user signs in: with the name in any spelling or the email address, and the password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from accounts.login_guard import account_key, guard_attempt
from accounts.models import User
from accounts.names import name_key


class NameOrEmailBackend(AuthenticationBackend):  # type: ignore[misc]
    """Checks the password of the one user whom the login names, so that it hashes only once.

    Every sign-in comes through here, so none is without the limit on wrong passwords.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Return the user, or None. Raises TooManyAttempts after too many wrong passwords."""
        login = str(credentials.get("email") or credentials.get("username") or "")
        user = User.objects.find_by_login(login)

        def check() -> User | None:
            checked: User | None = super(NameOrEmailBackend, self).authenticate(
                request, found=user, password=credentials.get("password")
            )
            return checked

        if request is None:  # a command or a script
            return check()
        account = account_key(user) if user else f"nobody {name_key(login.strip())}"
        return guard_attempt(account, request, check)

    def _authenticate(
        self, request: HttpRequest | None, *, found: User | None, password: str, **_: Any
    ) -> User | None:
        del request
        checked: User | None = self._check_password(found, password)
        return checked
