"""Permissions: they allow users and apps with the scope, and no others."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts.api.permissions import Anyone, HasScope, SignedIn, person
from accounts.models import ApiToken, Scope, User
from common.problems import Problem


class Scoped(APIView):
    """A view with scopes."""

    read_scope = Scope.PHOTOS_READ
    write_scope = Scope.PHOTOS_WRITE

    def get(self, request: Request) -> None:
        """Be there."""

    def post(self, request: Request) -> None:
        """Be there."""


class Unscoped(APIView):
    """A view without scopes."""

    def get(self, request: Request) -> None:
        """Be there."""


def request_by(user: Any, method: str = "get", auth: ApiToken | None = None) -> Request:
    """Return a request of `user`, with a session or a token."""
    request = Request(getattr(APIRequestFactory(), method)("/"))
    request.user = user
    request.auth = auth
    return request


def token(*scopes: str) -> ApiToken:
    """Return a token with `scopes`."""
    return ApiToken(scopes=list(scopes))


SOMEONE = User(username="alice")
NOBODY = AnonymousUser()


def test_allows_signed_in_users() -> None:
    for method in ("get", "post"):
        assert HasScope().has_permission(request_by(SOMEONE, method), Scoped())
    assert HasScope().has_permission(request_by(SOMEONE), Unscoped())


def test_requires_sign_in() -> None:
    assert not HasScope().has_permission(request_by(NOBODY), Scoped())
    assert not SignedIn().has_permission(request_by(NOBODY), Scoped())
    assert Anyone().has_permission(request_by(NOBODY), Scoped())


def test_lets_an_app_read_with_the_read_scope() -> None:
    assert HasScope().has_permission(request_by(SOMEONE, "get", token("photos:read")), Scoped())


@pytest.mark.parametrize(
    ("method", "scopes"),
    [
        ("post", ["photos:read"]),
        ("get", ["photos:write"]),
        ("get", ["photos:readonly"]),
        ("get", []),
        ("post", ["jobs:write", "artworks:write"]),
    ],
)
def test_refuses_an_app_without_the_scope(method: str, scopes: list[str]) -> None:
    with pytest.raises(Problem) as caught:
        HasScope().has_permission(request_by(SOMEONE, method, token(*scopes)), Scoped())
    assert caught.value.code == "insufficient_scope"
    assert "WWW-Authenticate" in caught.value.headers


def test_refuses_every_app_in_a_view_without_scopes() -> None:
    with pytest.raises(Problem) as caught:
        HasScope().has_permission(request_by(SOMEONE, "get", token(*Scope.values)), Unscoped())
    assert caught.value.code == "insufficient_scope"


@pytest.mark.parametrize("permission", [Anyone(), SignedIn(), HasScope()])
@pytest.mark.parametrize("user", [SOMEONE, NOBODY], ids=["someone", "nobody"])
def test_checks_the_method_first(permission: Any, user: Any) -> None:
    with pytest.raises(MethodNotAllowed):
        permission.has_permission(request_by(user, "delete"), Scoped())


def test_returns_the_signed_in_user() -> None:
    assert person(request_by(SOMEONE)) is SOMEONE
    with pytest.raises(NotAuthenticated):
        person(request_by(NOBODY))
