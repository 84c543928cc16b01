"""How a user signs in: with the name in any spelling or the email address, and the password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from accounts.models import User


class NameOrEmailBackend(AuthenticationBackend):  # type: ignore[misc]
    """Checks the password of the one user whom the login names, so that it hashes only once."""

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        del request
        login = str(credentials.get("email") or credentials.get("username") or "")
        user = User.objects.find_by_login(login)
        checked: User | None = self._check_password(user, credentials["password"])
        return checked
