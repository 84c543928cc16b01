"""The dump of a migrated database of PostgreSQL, from which sites of tests get their tables."""

import fcntl
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.migrated import FOLDER, name_of_state
from tests.support.servers import PostgreSQL, program


class MigratedDump:
    """The stored dump of the current migrations. While one process uses it, the others wait."""

    def __init__(self, server: PostgreSQL, folder: Path = FOLDER) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._server = server
        self._path = folder / name_of_state(".sql")
        self._lock_path = folder / "lock-of-dump"

    def __enter__(self) -> Self:
        self._lock = self._lock_path.open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._lock.close()

    def restore_to(self, database: str) -> bool:
        """Make `database` from the dump, and return whether there was one."""
        if not self._path.exists():
            return False
        self._run("psql", database, "-qX", "-v", "ON_ERROR_STOP=1", "-f", str(self._path))
        return True

    def store(self, database: str) -> None:
        """Dump `database` for later runs."""
        draft = self._path.with_suffix(".draft-dump")
        self._run("pg_dump", database, "--no-owner", "-f", str(draft))
        for old in self._path.parent.glob("*.sql"):
            old.unlink()
        draft.rename(self._path)

    def _run(self, name: str, database: str, *options: str) -> None:
        command = [program(name, "postgresql"), *options, self._server.url(database)]
        subprocess.run(command, check=True, capture_output=True)
