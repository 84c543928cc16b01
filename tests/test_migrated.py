"""Tests of the stored database that test runs begin with."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from django.apps import apps

from tests.support.dumps import MigratedDump
from tests.support.migrated import MigratedDatabase, name_of_state
from tests.support.servers import PostgreSQL


@pytest.mark.django_db(transaction=True)
def test_is_copied_once_it_is_stored(tmp_path: Path) -> None:
    copy, folder = tmp_path / "copy.sqlite3", tmp_path / "stored"
    first = MigratedDatabase(folder)
    assert not first.copy_to(copy)
    (folder / "older.sqlite3").touch()
    first.store()

    assert MigratedDatabase(folder).copy_to(copy)

    with sqlite3.connect(copy) as opened:
        assert opened.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 50
    opened.close()
    assert [path.name for path in folder.glob("*.sqlite3")] == [name_of_state()]


def test_is_another_one_after_a_change_of_a_migration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = name_of_state()
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_initial.py").touch()
    monkeypatch.setattr(apps.get_app_config("library"), "path", str(tmp_path))
    names = {before, name_of_state()}
    (tmp_path / "migrations" / "0001_initial.py").write_text("changed")
    names.add(name_of_state())
    assert len(names) == 3


@pytest.mark.services
def test_restores_a_dump_once_it_is_stored(tmp_path: Path, postgresql: PostgreSQL) -> None:
    with psycopg.connect(postgresql.url("dumped")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    (tmp_path / "older.sql").touch()
    with MigratedDump(postgresql, tmp_path) as dump:
        assert not dump.restore_to("restored")
        dump.store("dumped")

    with MigratedDump(postgresql, tmp_path) as dump:
        assert dump.restore_to("restored")

    with psycopg.connect(postgresql.url("restored")) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    assert [path.name for path in tmp_path.glob("*.sql")] == [name_of_state(".sql")]
