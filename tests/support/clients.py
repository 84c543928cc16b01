"""Clients of the API: users with a session, apps with a token, and anonymous clients."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from rest_framework.test import APIClient

from accounts.models import Scope, User
from accounts.tokens import create_token

ALL_SCOPES = tuple(Scope.values)


def session_of(user: User) -> APIClient:
    """Return a browser in which `user` is signed in."""
    client = APIClient()
    client.force_login(user)
    return client


def app_of(user: User, *scopes: str) -> APIClient:
    """Return an app that has a token of `user` with `scopes`, or with all of them."""
    _row, token = create_token(owner=user, name="test", scopes=scopes or ALL_SCOPES)
    return bearer(token)


def bearer(token: str) -> APIClient:
    """Return an app that sends `token`."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """Check that `response` is a problem with this status and code, and return its body."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"].endswith(".")
    return body


def sent_file(response: Any) -> bytes:
    """Return the bytes of a sent file; the read to the end also closes the file."""
    assert response.status_code == 200, response.content
    return bytes(response.getvalue())


def read_out(response: Any) -> None:
    """Read a streamed file to its end, which closes it."""
    if response.streaming:
        assert b"".join(response.streaming_content)


@contextmanager
def open_connection() -> Iterator[None]:
    """Let clients that are not Django's call the WSGI application in the test's transaction.

    The application closes the database connection after a request, and with it the transaction.
    """
    signals = request_started, request_finished
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
