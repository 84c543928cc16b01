"""Fixtures for every test: two people, and the servers that some tests need."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.utils import translation
from pytest_django import DjangoDbBlocker, Settings

from accounts.models import User
from tests.support.factories import make_user
from tests.support.migrated import MigratedDatabase

pytest_plugins = [
    "tests.support.durations",
    "tests.support.workers",
    "tests.support.bars",
    "tests.support.servers",
    "tests.support.prepared",
    "tests.support.upgrades",
]


@pytest.fixture(autouse=True, scope="session")
def _no_waiting_for_the_disk() -> Iterator[None]:
    """Let files of this process be written without waiting until the disk has them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


MIGRATED = pytest.StashKey[MigratedDatabase]()


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    """Begin with the stored database if there is one. `--create-db` migrates a new one."""
    if connection.vendor != "sqlite" or request.config.getoption("create_db"):
        return bool(request.config.getoption("reuse_db"))
    stored = MigratedDatabase()
    if stored.copy_to(connection.settings_dict["TEST"]["NAME"]):
        return True
    request.config.stash[MIGRATED] = stored
    return False


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Store the database for later runs if this one had to migrate it."""
    if stored := request.config.stash.get(MIGRATED, None):
        with django_db_blocker.unblock():
            stored.store()


@pytest.fixture(autouse=True)
def _no_counts_of_other_tests() -> None:
    """Empty the cache, because the limits count by row, and each test has a first user."""
    cache.clear()


@pytest.fixture(autouse=True)
def _language_of_other_tests() -> None:
    """Speak the default language, because a request of an earlier test leaves its language."""
    translation.deactivate()


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
