"""Tests of the supervisor of the embedded worker. tests/faults uses a real worker."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from styleweb import embedded
from styleweb.embedded import Supervisor
from tests.support.servers import wait_until

SLEEPER = "import sys; sys.stdin.read()"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def is_deaf(process: subprocess.Popen[bytes]) -> bool:
    """Return whether a process ignores SIGTERM now."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    ignored = next(line for line in status.splitlines() if line.startswith("SigIgn:"))
    return bool(int(ignored.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def starter(code: str, started: list[subprocess.Popen[bytes]]) -> object:
    def start() -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code], stdin=subprocess.PIPE, start_new_session=True
            )
        )
        return started[-1]

    return start


@pytest.fixture
def started(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> list[subprocess.Popen[bytes]]:
    """Return a list of the started processes, which replace real workers."""
    settings.QUEUE_DIR, settings.CONTROL_DIR = tmp_path / "queue", tmp_path / "control"
    for folder in (settings.QUEUE_DIR, settings.CONTROL_DIR):
        folder.mkdir()
    processes: list[subprocess.Popen[bytes]] = []
    monkeypatch.setattr(embedded, "_start_worker", starter(SLEEPER, processes))
    monkeypatch.setattr(embedded, "FIRST_DELAY", 0.01)
    monkeypatch.setattr("inference.worker.reaper.restart_queue", lambda: None)
    return processes


class TestSupervisor:
    def test_keeps_one_worker_until_it_is_stopped(
        self, started: list[subprocess.Popen[bytes]]
    ) -> None:
        supervisor = Supervisor()
        supervisor.start()
        wait_until(lambda: supervisor.worker_is_alive, "the worker's start")

        supervisor.stop()

        assert len(started) == 1
        assert not supervisor.worker_is_alive

    def test_starts_a_dead_worker_again(
        self, started: list[subprocess.Popen[bytes]], caplog: pytest.LogCaptureFixture
    ) -> None:
        supervisor = Supervisor()
        supervisor.start()
        wait_until(lambda: started, "the first start")

        started[0].send_signal(signal.SIGKILL)
        wait_until(lambda: len(started) == 2, "the second start")
        supervisor.stop()

        assert "ended with -9" in caplog.text

    def test_waits_longer_each_time_a_worker_dies_at_once(
        self, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(embedded, "_start_worker", starter("", started))
        monkeypatch.setattr(embedded, "FIRST_DELAY", 0.2)
        supervisor = Supervisor()
        begun = time.monotonic()
        supervisor.start()
        wait_until(lambda: len(started) == 3, "the third start")
        supervisor.stop()

        assert time.monotonic() - begun > 0.4 + 0.8

    def test_kills_a_worker_that_does_not_end(
        self, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(embedded, "_start_worker", starter(STUBBORN, started))
        monkeypatch.setattr(embedded, "STOP_SECONDS", 0.2)
        supervisor = Supervisor()
        supervisor.start()
        wait_until(lambda: started and is_deaf(started[0]), "the worker's start")

        supervisor.stop()

        assert started[0].returncode == -signal.SIGKILL

    def test_keeps_the_schedule_of_beat(
        self,
        started: list[subprocess.Popen[bytes]],
        monkeypatch: pytest.MonkeyPatch,
        settings: Settings,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        runs: list[str] = []

        def fail() -> None:
            runs.append("failed")
            raise RuntimeError

        often, seldom = {"schedule": 0.0}, {"schedule": 3600.0}
        tasks = {
            "fails": {"task": "gallery.tasks.fails", **often},
            "empty-trash": {"task": "gallery.tasks.empty_trash", **seldom},
            embedded.REAPER: {"task": "gallery.tasks.reap", **often},
        }
        settings.CELERY_BEAT_SCHEDULE = tasks
        monkeypatch.setattr(embedded, "SCHEDULE_SECONDS", 0.01)
        monkeypatch.setattr("gallery.tasks.fails", fail, raising=False)
        monkeypatch.setattr("gallery.tasks.empty_trash", lambda: runs.append("emptied"))
        monkeypatch.setattr("gallery.tasks.reap", lambda: runs.append("reaped"), raising=False)
        supervisor = Supervisor()
        supervisor.start()
        wait_until(lambda: runs.count("failed") > 2, "the third round")
        supervisor.stop()

        assert runs.count("emptied") == 1
        assert "reaped" not in runs
        assert "gallery.tasks.fails failed" in caplog.text

    def test_deletes_the_wakeups_of_a_dead_worker(
        self, started: list[subprocess.Popen[bytes]], settings: Settings
    ) -> None:
        stale = Path(settings.QUEUE_DIR) / "1_ticket.cpu.msg"
        stale.write_text("{}")
        supervisor = Supervisor()
        supervisor.start()
        wait_until(lambda: supervisor.worker_is_alive, "the worker's start")
        supervisor.stop()

        assert not stale.exists()
