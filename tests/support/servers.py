"""Real servers for tests: they start from the installed programs, on free ports.

If a program is missing, its tests are skipped with a message that says how to install it. With
CI=true these tests fail instead.
"""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
import redis

PATIENCE_SECONDS = 300.0
STOP_SECONDS = 10.0
MOST_PAUSE_SECONDS = 0.3


def free_port() -> int:
    """Return a free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str, package: str) -> str:
    """Return the path of an installed program; if absent, skip the test, or fail it on CI."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(debian[-1]) if debian else None)
    return found or skip_without(name, package)


def skip_without(name: str, package: str) -> NoReturn:
    """Skip the test, or fail it on CI, because `name` is not installed."""
    sentence = f"{name} is not installed; get it with: apt-get install {package}"
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


def wait_until(ready: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Call `ready` until its result is true and return it; fail the test after `seconds`."""
    end = time.monotonic() + seconds
    pause = 0.05
    while time.monotonic() < end:
        if answer := ready():
            return answer
        time.sleep(pause)
        # Each call costs a site some work, which a long wait would take from what it waits for.
        pause = min(1.2 * pause, MOST_PAUSE_SECONDS)
    return pytest.fail(f"{what} took more than {seconds:g} seconds")


class Server:
    """A program that runs in a separate process group and writes its output to a file."""

    def __init__(self, command: Sequence[str], log: Path, **options: Any) -> None:
        self.command = command
        self.log = log
        self.options = options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self.options,
            )

    @property
    def pid(self) -> int:
        """The process id, which is also the id of the process group."""
        assert self.process is not None
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """Whether the program was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole process group."""
        os.killpg(self.pid, number)

    def kill(self) -> None:
        """End the whole process group at once, as a crash does."""
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self, seconds: float = 10) -> int:
        """Return the exit code of the program once it has ended."""
        assert self.process is not None
        return self.process.wait(seconds)

    def stop(self) -> None:
        """End the program if it runs: first with a signal, then by force."""
        if self.process is None or not self.is_running:
            return
        self.process.terminate()
        try:
            self.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()


class PostgreSQL:
    """A PostgreSQL cluster in a separate folder; under root it runs as the user postgres."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="styleweb-pg-"))
        self.port = free_port()
        self._user: dict[str, Any] = (
            {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
        )
        if self._user:
            shutil.chown(self.folder, **self._user)
        subprocess.run(
            [
                program("initdb", "postgresql"),
                *("--pgdata", str(self.folder / "data"), "--username", "styleweb"),
                *("--auth", "trust", "--encoding", "UTF8", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._user,
        )
        self.server = Server(
            [
                program("postgres", "postgresql"),
                *("-D", str(self.folder / "data"), "-p", str(self.port), "-k", str(self.folder)),
                *("-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"),
            ],
            Path(tempfile.gettempdir()) / f"{self.folder.name}.log",
            cwd=self.folder,
            **self._user,
        )
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.server.start()
        wait_until(self._answers, "PostgreSQL's start")

    def crash(self) -> None:
        """Stop the server at once, without a message to its clients."""
        self.server.signal(signal.SIGQUIT)
        self.server.wait()

    def stop(self) -> None:
        """Stop the server without waiting for its clients, and remove its folder."""
        self.crash()
        shutil.rmtree(self.folder)
        self.server.log.unlink()

    def url(self, database: str) -> str:
        """Return the address of `database`; create the database if it is absent."""
        if not self.has(database):
            self._execute(f"CREATE DATABASE {database}")
        return self.address(database)

    def copy(self, database: str, name: str) -> None:
        """Create the database `name` as a copy of `database`, to which nobody may be connected."""
        self._execute(f"CREATE DATABASE {name} TEMPLATE {database}")

    def has(self, database: str) -> bool:
        """Return whether the server has this database."""
        return self._execute("SELECT 1 FROM pg_database WHERE datname = %s", database) > 0

    def _execute(self, query: str, *parameters: str) -> int:
        """Run a statement, and return how many rows it found."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            return connection.execute(query.encode(), parameters or None).rowcount

    def address(self, database: str) -> str:
        """Return the address of `database`, which may be absent."""
        return f"postgres://styleweb@127.0.0.1:{self.port}/{database}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True


class Redis:
    """A Redis server that stores no data on disk."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._databases = itertools.count()
        self.server = Server(
            [
                program("redis-server", "redis-server"),
                *("--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", str(folder)),
            ],
            folder / "redis.log",
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.server.start()
        wait_until(self._answers, "Redis's start")

    def stop(self) -> None:
        """Stop the server; all its data is lost."""
        self.server.stop()

    def new_url(self) -> str:
        """Return the address of a database that no other caller has received."""
        return f"redis://127.0.0.1:{self.port}/{next(self._databases)}"

    def crash(self) -> None:
        """Kill the server; all its data is lost."""
        self.server.kill()

    def _answers(self) -> bool:
        client = redis.Redis(port=self.port)
        try:
            return bool(client.ping())
        except redis.exceptions.ConnectionError:
            return False
        finally:
            client.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """Return a PostgreSQL server that lasts for the whole run."""
    server = PostgreSQL()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """Return a Redis server that lasts for the whole run."""
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()
