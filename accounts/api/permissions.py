"""Who may call a view: people by session, apps by a token that has the view's scope."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import ApiToken, Scope, User
from common.problems import Problem


def person(request: Request) -> User:
    """Return who is signed in; raises `NotAuthenticated` for nobody."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def insufficient_scope(scope: Scope | None) -> Problem:
    """Build the 403 of a token that lacks `scope`, or of any token where only people may act."""
    if scope is None:
        sentence = _("Sign in on the site for this: no token may do it.")
        return Problem("insufficient_scope", sentence, status=403)
    detail = _("Use a token with the scope %(scope)s.") % {"scope": scope.value}
    challenge = f'Bearer error="insufficient_scope", scope="{scope.value}"'
    headers = {"WWW-Authenticate": challenge}
    return Problem("insufficient_scope", detail, status=403, headers=headers)


def refuse_unknown_method(request: Request, view: Any) -> None:
    """Raise `MethodNotAllowed` before anything is asked about the caller."""
    method = (request.method or "").lower()
    known = method in view.http_method_names and hasattr(view, method)
    if not known:
        raise MethodNotAllowed(request.method or "")


class Anyone(BasePermission):
    """Let everybody in; a token that is sent must still be a good one."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check the method only."""
        refuse_unknown_method(request, view)
        return True


class SignedIn(BasePermission):
    """Let in every person and every token, whatever its scopes."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check that someone is signed in."""
        refuse_unknown_method(request, view)
        return bool(request.user.is_authenticated)


class HasScope(BasePermission):
    """Let in people, and tokens that have the view's `read_scope` or `write_scope`.

    A view that names no scope takes no token at all, so a new view is closed until opened.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Check the method, then the person, then the token's scopes."""
        refuse_unknown_method(request, view)
        if not request.user.is_authenticated:
            return False
        if isinstance(request.auth, ApiToken):
            name = "read_scope" if request.method in SAFE_METHODS else "write_scope"
            needed: Scope | None = getattr(view, name, None)
            if needed is None or needed.value not in request.auth.scopes:
                raise insufficient_scope(needed)
        return True
