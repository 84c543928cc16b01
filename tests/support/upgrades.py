"""An empty second database that a test migrates step by step."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from environ import Env
from pytest_django import DjangoDbBlocker

from tests.support.servers import PostgreSQL

ALIAS = "upgrade"


def _open(settings: dict[str, Any], blocker: DjangoDbBlocker) -> Iterator[None]:
    """Register a second database as ALIAS, and remove it at the end."""
    connections.databases[ALIAS] = connections.databases[DEFAULT_DB_ALIAS] | settings
    try:
        with blocker.unblock():
            yield
            connections[ALIAS].close()
    finally:
        del connections.databases[ALIAS], connections[ALIAS]


@pytest.fixture
def sqlite(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Provide an empty SQLite database as ALIAS."""
    yield from _open(
        {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "old.sqlite3"},
        django_db_blocker,
    )


@pytest.fixture
def on_postgresql(postgresql: PostgreSQL, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Provide an empty PostgreSQL database as ALIAS."""
    url = postgresql.url(f"upgrade_{uuid.uuid4().hex}")
    yield from _open({**Env.db_url_config(url), "OPTIONS": {}}, django_db_blocker)


def migrate(targets: list[tuple[str, str]] | None = None, *, app: str | None = None) -> Any:
    """Migrate to `targets`, or to the newest of one app or of all; return the models then."""
    executor = MigrationExecutor(connections[ALIAS])
    to = targets or executor.loader.graph.leaf_nodes(app)
    executor.migrate(to)
    return executor.loader.project_state(to).apps
