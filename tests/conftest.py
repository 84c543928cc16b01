"""Fixtures for every test: two people, and the servers that some tests need."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from pytest_django import Settings

from accounts.models import User
from tests.support.factories import make_user

pytest_plugins = [
    "tests.support.durations",
    "tests.support.workers",
    "tests.support.bars",
    "tests.support.servers",
    "tests.support.upgrades",
]


@pytest.fixture(autouse=True, scope="session")
def _no_waiting_for_the_disk() -> Iterator[None]:
    """Let files of this process be written without waiting until the disk has them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@pytest.fixture(autouse=True)
def _no_counts_of_other_tests() -> None:
    """Empty the cache, because the limits count by row, and each test has a first user."""
    cache.clear()


@pytest.fixture(autouse=True)
def _connections_of_other_tests_stay_as_they_are() -> Iterator[None]:
    """Let the end of a request close no database connection.

    A test of an earlier file may have left a connection open. Closing a response would look at it,
    which fails in a test that may not use the database.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def alice(db: None) -> User:
    """Return the person whose things are looked at."""
    return make_user("alice")


@pytest.fixture
def bob(db: None) -> User:
    """Return a stranger to alice's things."""
    return make_user("bob")


@pytest.fixture
def wakeups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the task names of the wakeups sent from here on; none of them leaves the process."""
    sent: list[str] = []
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda _app, name, **_: sent.append(name)
    )
    return sent


@pytest.fixture
def media_root(settings: Settings, tmp_path: Path) -> Path:
    """Return an empty media folder that only this test writes to."""
    folder = tmp_path / "media"
    folder.mkdir()
    settings.MEDIA_ROOT = folder
    return folder
