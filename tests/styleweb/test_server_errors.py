"""Pages without a database, or with a full disk: a sentence, never a bare 500."""

import sqlite3
from typing import Any, Never

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.support.clients import assert_problem, session_of
from tests.support.factories import PASSWORD, make_photo

pytestmark = pytest.mark.django_db
# What SQLite and PostgreSQL say when their disk is full.
FULL = (
    "database or disk is full",
    'could not extend file "base/16384/2619": No space left on device',
)


def fails_with(sentence: str) -> object:
    """Return a function that fails as a database does."""

    def fail(*_args: object, **_options: object) -> Never:
        raise OperationalError(sentence)

    return fail


def sign_in() -> Any:
    """Return the answer to a sign-in on the page."""
    client = Client(raise_request_exception=False)
    fields = {"login": "alice", "password": PASSWORD}
    return client.post(reverse("account_login"), fields)


@pytest.mark.parametrize("sentence", FULL)
def test_a_sign_in_on_a_full_disk_gets_its_reason(
    alice: User, monkeypatch: pytest.MonkeyPatch, sentence: str
) -> None:
    monkeypatch.setattr(SessionStore, "save", fails_with(sentence))
    answer = sign_in()
    assert answer.status_code == 507
    assert "out of storage space" in answer.text


@pytest.mark.parametrize("accept", ["/", "/api/v1/me/"])
def test_a_busy_database_is_called_busy_by_pages_and_by_the_api(
    alice: User, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    def fail(*_args: object, **_options: object) -> Never:
        busy = sqlite3.OperationalError("database is locked")
        busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise OperationalError("database is locked") from busy

    client = session_of(alice)
    client.raise_request_exception = False
    monkeypatch.setattr(SessionStore, "load", fail)

    answer = client.get(accept)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "The server is busy" in answer.text


def test_a_sign_in_without_a_database_asks_to_come_back(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SessionStore, "save", fails_with("connection refused"))
    answer = sign_in()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"


def test_a_defect_is_still_a_500(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> Never:
        raise LookupError

    monkeypatch.setattr(SessionStore, "save", fail)
    answer = sign_in()
    assert answer.status_code == 500


@pytest.mark.parametrize("sentence", FULL)
def test_the_api_names_a_full_disk(
    alice: User, monkeypatch: pytest.MonkeyPatch, sentence: str
) -> None:
    photo = make_photo(alice)
    client = session_of(alice)
    monkeypatch.setattr("inference.api.photos.delete_photo", fails_with(sentence))
    assert_problem(client.delete(f"/api/v1/photos/{photo.pk}/"), 507, "storage_full")
