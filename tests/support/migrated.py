"""A migrated SQLite database that every test run begins with a copy of.

To migrate takes seconds of each process of each run. The copy is made again when a migration of an
installed app changes. `dumps` does the same for PostgreSQL. Tests of upgrades migrate databases of
their own.
"""

import fcntl
import hashlib
import shutil
from pathlib import Path
from typing import IO

import django
from django.apps import apps
from django.db import connection

FOLDER = Path(__file__).parents[2] / "build" / "test-database"


def name_of_state(suffix: str = ".sqlite3") -> str:
    """Return the name of a file, which changes with every migration of an installed app."""
    digest = hashlib.sha256(django.__version__.encode())
    for app in apps.get_app_configs():
        for path in sorted(Path(app.path, "migrations").glob("*.py")):
            digest.update(f"{app.label} {path.name} ".encode() + path.read_bytes())
    return digest.hexdigest()[:16] + suffix


class MigratedDatabase:
    """The stored database of the current migrations.

    One process migrates and stores it; the others wait for that and copy it.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / name_of_state()
        self._lock: IO[str] = (folder / "lock").open("w")

    def copy_to(self, target: Path) -> bool:
        """Copy the stored database to `target`, and return whether there was one.

        If there was none, the other processes wait until this one has stored it or has ended.
        """
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        if not self._path.exists():
            return False
        shutil.copyfile(self._path, target)
        self._lock.close()
        return True

    def store(self) -> None:
        """Store the database of this process, which was just migrated."""
        draft = self._path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(draft)])
        for old in self._path.parent.glob("*.sqlite3"):
            old.unlink()
        draft.rename(self._path)
        self._lock.close()
