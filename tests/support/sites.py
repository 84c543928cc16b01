"""Whole sites for tests: a data folder, the processes of a real start, and a driver."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

import pytest
from django.apps import apps

from tests.support.dumps import MigratedDump
from tests.support.servers import (
    PATIENCE_SECONDS,
    PostgreSQL,
    Redis,
    Server,
    free_port,
    wait_until,
)

ROOT = Path(__file__).resolve().parents[2]
# Short leases, so that a test soon sees that a worker is lost.
LEASE_SECONDS = 3
# A database with all tables and no rows of people.
MIGRATED = "migrated"


class Site:
    """A running site. Subclasses define its processes and its kind."""

    kind: str

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "STYLEWEB_DATA": str(folder),
            "STYLEWEB_LEASE_SECONDS": str(LEASE_SECONDS),
            "STYLEWEB_LOG_LEVEL": "INFO",
            "DJANGO_SETTINGS_MODULE": "styleweb.settings",
            "OMP_NUM_THREADS": "1",
            **environment,
        }
        self._driver: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._driver is not None:
            self._driver.communicate()
        self.stop()

    def start(self) -> None:
        """Start the processes and wait until the site is ready."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop the processes."""
        raise NotImplementedError

    def kill_worker(self) -> None:
        """Kill the worker with its pool at once."""
        raise NotImplementedError

    def pool_pids(self) -> list[int]:
        """Return the process ids of the worker's children, which paint."""
        raise NotImplementedError

    def kill_pool(self) -> None:
        """Kill the processes that paint, and leave the worker's main process alive."""
        for pid in self.pool_pids():
            os.kill(pid, signal.SIGKILL)

    def server(self, name: str, *command: str) -> Server:
        """Return a server process of this site, not started yet."""
        log = self.folder / f"{name}.log"
        return Server([sys.executable, *command], log, env=self.environment, cwd=ROOT)

    def manage(self, *arguments: str, **environment: str) -> None:
        """Run a management command and wait for its end."""
        command = [sys.executable, "manage.py", *arguments]
        variables = self.environment | environment
        subprocess.run(command, check=True, env=variables, cwd=ROOT, timeout=PATIENCE_SECONDS)

    def call(self, command: str, /, **arguments: Any) -> Any:
        """Run a command of the driver and return its answer."""
        if self._driver is None:
            self._driver = subprocess.Popen(
                [sys.executable, "-m", "tests.support.driver"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self.environment,
                cwd=ROOT,
                text=True,
            )
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps({"name": command, "arguments": arguments}) + "\n")
        self._driver.stdin.flush()
        answer = json.loads(self._driver.stdout.readline())
        if "error" in answer:
            pytest.fail(f"{command}: {answer['error']}")
        return answer["value"]

    def wait_for(self, job: str, *states: str, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Return the snapshot of `job` once it is in one of `states`."""

        def reached() -> dict[str, Any] | None:
            snapshot: dict[str, Any] = self.call("look", job=job)
            return snapshot if snapshot["state"] in states else None

        snapshot: dict[str, Any] = wait_until(
            reached, f"{job} to be {' or '.join(states)}", seconds
        )
        return snapshot

    def wait_for_files(self, job: str, *endings: str) -> None:
        """Wait until `job` has files with these suffixes and no others.

        The worker deletes old files a moment after the row says that the job has ended.
        """
        wait_until(lambda: self.call("files", job=job) == list(endings), f"the files of {job}")

    def wait_until_painted(self, job: str, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Return the snapshot of `job` once it shows a first preview."""

        def reached() -> dict[str, Any] | None:
            snapshot: dict[str, Any] = self.call("look", job=job)
            return snapshot if snapshot["preview"] else None

        snapshot: dict[str, Any] = wait_until(reached, f"{job} to be seen", seconds)
        return snapshot

    def is_ready(self) -> bool:
        """Return whether the site says that every part works."""
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False


class EmbeddedSite(Site):
    """`manage.py serve`: one server process that runs its own worker."""

    kind = "embedded"

    def __init__(self, folder: Path, **environment: str) -> None:
        super().__init__(folder, **environment)
        self.serve = self.server("serve", "manage.py", "serve", "--port", str(self.port))

    def start(self) -> None:
        """Start the server with the existing data."""
        self.serve.start()
        wait_until(self.is_ready, "the site's start")

    def stop(self) -> None:
        """Stop in the same way as Ctrl-C."""
        self.serve.stop()

    def worker_pids(self) -> list[int]:
        """Return the process ids of the worker's processes."""
        # Compare the whole path, because two simultaneous test runs use the same folder names.
        own = f"STYLEWEB_DATA={self.folder}\0"
        return [pid for pid in _all_pids() if _is_worker(pid) and own in _environment(pid)]

    def kill_worker(self) -> None:
        """Kill the worker's process group."""
        os.killpg(os.getpgid(self.worker_pids()[0]), signal.SIGKILL)

    def pool_pids(self) -> list[int]:
        """Return the process ids of the worker's children, which paint."""
        # Process ids can wrap around, so a child can have a smaller id than its parent.
        return [pid for pid in self.worker_pids() if os.getpgid(pid) != pid]


class ProductionSite(Site):
    """PostgreSQL and Redis, with web, worker and beat in separate processes."""

    kind = "production"
    # The Celery application of the workers.
    app = "styleweb"

    def __init__(
        self, folder: Path, postgresql: PostgreSQL, redis: Redis, **environment: str
    ) -> None:
        self.database = f"site_{time.time_ns()}"
        super().__init__(
            folder,
            DATABASE_URL=postgresql.address(self.database),
            REDIS_URL=redis.new_url(),
            STYLEWEB_SECRET_KEY="k" * 50,
            **environment,
        )
        self.postgresql = postgresql
        self.redis = redis
        web = ("styleweb.asgi:application", "--no-proxy-headers", "--port", str(self.port))
        self.web = self.server("web", "-m", "uvicorn", *web)
        self.worker = self.new_worker("worker")
        schedule = str(folder / "beat")
        self.beat = self.server("beat", "-m", "celery", "-A", "styleweb", "beat", "-s", schedule)

    def new_worker(self, name: str, *, queues: str = "cpu") -> Server:
        """Return one more worker, not started yet."""
        options = ("--pool=prefork", "--concurrency=1", f"--queues={queues}", "--loglevel=INFO")
        return self.server(
            name, "-m", "celery", "-A", self.app, "worker", f"--hostname={name}@test", *options
        )

    def start(self) -> None:
        """Make the database, and start web, worker and beat."""
        self._make_database()
        for server in (self.web, self.worker, self.beat):
            server.start()
        wait_until(self.is_ready, "the site's start")

    def _make_database(self) -> None:
        """Make the database as a copy of a migrated one."""
        if not self.postgresql.has(MIGRATED):
            self._make_migrated()
        self.postgresql.copy(MIGRATED, self.database)

    def _make_migrated(self) -> None:
        """Restore the stored dump. Without one, or in a script, which loads no apps, migrate."""
        if not apps.ready:
            self._migrate()
            return
        with MigratedDump(self.postgresql) as dump:
            if not dump.restore_to(MIGRATED):
                self._migrate()
                dump.store(MIGRATED)

    def _migrate(self) -> None:
        self.manage("migrate", "--verbosity=0", DATABASE_URL=self.postgresql.url(MIGRATED))

    def stop(self) -> None:
        """Stop web, worker and beat."""
        for server in (self.beat, self.worker, self.web):
            server.stop()

    def kill_worker(self) -> None:
        """Kill the worker and start another one, as a service manager does."""
        self.worker.kill()
        self.worker.start()

    def pool_pids(self) -> list[int]:
        """Return the process ids of the worker's children, which paint."""
        return _children_of(self.worker.pid)


def _all_pids() -> list[int]:
    return sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())


def _children_of(parent: int) -> list[int]:
    """Return the process ids of the children of a process."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(pid) for pid in listed.split()]


def _is_worker(pid: int) -> bool:
    try:
        return b"styleweb.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _environment(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_text(errors="replace")
    except OSError:
        return ""
