"""Who may call a view: users with a session, and apps with a token that has the view's scope."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import ApiToken, Scope, User
from common.problems import Problem


def person(request: Request) -> User:
    """Return the user who is signed in. Raises `NotAuthenticated` if no user is."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def insufficient_scope(scope: Scope | None) -> Problem:
    """Build the 403 for a token without `scope`. If `scope` is None, no token is accepted."""
    if scope is None:
        sentence = _("Sign in on the website to do this. API tokens cannot.")
        return Problem("insufficient_scope", sentence, status=403)
    detail = _("This needs a token with the scope %(scope)s.") % {"scope": scope.value}
    challenge = f'Bearer error="insufficient_scope", scope="{scope.value}"'
    headers = {"WWW-Authenticate": challenge}
    return Problem("insufficient_scope", detail, status=403, headers=headers)


def refuse_unknown_method(request: Request, view: Any) -> None:
    """Raise `MethodNotAllowed` for an unknown method, before the sign-in is checked."""
    method = (request.method or "").lower()
    known = method in view.http_method_names and hasattr(view, method)
    if not known:
        raise MethodNotAllowed(request.method or "")


class Anyone(BasePermission):
    """Allows everybody. If the client sends a token, the token must be valid."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check the method only."""
        refuse_unknown_method(request, view)
        return True

    def is_open(self, view: Any) -> bool:
        """Tell the OpenAPI document that the operation needs no sign-in."""
        del view
        return True


class SignedIn(BasePermission):
    """Allows every user and every token, with any scopes."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check that a user is signed in."""
        refuse_unknown_method(request, view)
        return bool(request.user.is_authenticated)


class HasScope(BasePermission):
    """Allows users, and tokens that have the view's `read_scope` or `write_scope`.

    A view without a scope refuses all tokens, so a new view is closed to apps by default.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check the method, then the user, then the token's scopes."""
        refuse_unknown_method(request, view)
        if not request.user.is_authenticated:
            return False
        # Only tokens have scopes. A session may do everything that its user may do.
        if isinstance(request.auth, ApiToken):
            name = "read_scope" if request.method in SAFE_METHODS else "write_scope"
            needed: Scope | None = getattr(view, name, None)
            if needed is None or needed.value not in request.auth.scopes:
                raise insufficient_scope(needed)
        return True
