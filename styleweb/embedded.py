"""The embedded mode: the server runs one worker process and replaces beat and Redis."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

from common.channel_layer import LocalSocketChannelLayer
from common.sandbox import client as sandbox
from inference.worker import reaper
from style_transfer.core.manifest import user_folder
from styleweb.environment import BASE_DIR

logger = logging.getLogger(__name__)
REAP_SECONDS = 5.0
# How often it is asked whether something of the schedule of beat is due.
SCHEDULE_SECONDS = 10.0
REAPER = "reap-lost-jobs"
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
# After this time, a worker did not end because of a problem at its start.
HEALTHY_SECONDS = 30.0
# A worker that must end has this time to give back its jobs.
STOP_SECONDS = 20.0


class Supervisor:
    """Starts the worker, starts it again when it ends, and recovers the jobs that it lost."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._worker: subprocess.Popen[bytes] | None = None
        self._threads = [
            threading.Thread(target=self._keep_worker, name="worker-supervisor"),
            threading.Thread(target=self._reap, name="reaper"),
            threading.Thread(target=self._keep_schedule, name="schedule"),
        ]

    def start(self) -> None:
        """Start to supervise, in threads of this process."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Make the worker give back its jobs and end, and wait until everything has ended."""
        self._stopping.set()
        if self._worker is not None:
            _end(self._worker)
        for thread in self._threads:
            thread.join()

    @property
    def worker_is_alive(self) -> bool:
        """Whether the worker process runs."""
        return self._worker is not None and self._worker.poll() is None

    def _keep_worker(self) -> None:
        delay = FIRST_DELAY
        while not self._stopping.is_set():
            _start_queue_afresh()
            started = time.monotonic()
            self._worker = _start_worker()
            code = self._worker.wait()
            _close_input(self._worker)
            if self._stopping.is_set():
                break
            lived = time.monotonic() - started
            delay = FIRST_DELAY if lived > HEALTHY_SECONDS else min(delay * 2, LONGEST_DELAY)
            logger.error("The worker ended with %s; starting it again in %.1f s", code, delay)
            self._stopping.wait(delay)
        connection.close()

    def _reap(self) -> None:
        while not self._stopping.wait(REAP_SECONDS):
            try:
                reaper.reap()
            except DatabaseError:
                logger.exception("The reaper failed; it tries again")
        connection.close()

    def _keep_schedule(self) -> None:
        """Run the other tasks of beat, in this process: first at the start, then when they are due.

        The reaper has a thread of its own, because none of these tasks may delay it.
        """
        entries: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
        due = {name: 0.0 for name in entries if name != REAPER}
        while not self._stopping.wait(SCHEDULE_SECONDS):
            now = time.monotonic()
            for name in [name for name, at in due.items() if at <= now]:
                due[name] = now + entries[name]["schedule"]
                _run_task(entries[name]["task"])
        connection.close()


def _run_task(name: str) -> None:
    """Run a task of Celery without Celery. A failure is logged, and the next time comes."""
    try:
        import_string(name)()
    except Exception:  # whatever a task raises, the thread goes on
        logger.exception("%s failed; it is tried again", name)


_supervisor = Supervisor()


def worker_is_alive() -> bool:
    """Return whether the worker of this server runs."""
    return _supervisor.worker_is_alive


async def start() -> None:
    """Open the channel layer to other processes, and start the worker."""
    layer = get_channel_layer()
    if isinstance(layer, LocalSocketChannelLayer):
        await layer.serve()
    sandbox.start()
    _supervisor.start()


async def stop() -> None:
    """Stop the worker, and close the channel layer to other processes."""
    await asyncio.to_thread(_supervisor.stop)
    layer = get_channel_layer()
    if isinstance(layer, LocalSocketChannelLayer):
        await layer.stop_serving()


def _start_queue_afresh() -> None:
    """Delete the wakeups of an ended worker, and write new ones from the job table."""
    for folder in (settings.QUEUE_DIR, settings.CONTROL_DIR):
        for message in folder.iterdir():
            message.unlink(missing_ok=True)
    try:
        reaper.restart_queue()
    except DatabaseError:
        logger.exception("The queue could not be refilled; the reaper tries again")


def _start_worker() -> subprocess.Popen[bytes]:
    """Start the worker in its own process group, so that Ctrl-C reaches only the server."""
    return subprocess.Popen(  # this interpreter and a module of this project
        [sys.executable, "-m", "styleweb.worker"],
        stdin=subprocess.PIPE,
        cwd=BASE_DIR,
        # A relative path in the environment is relative to the folder where the server was started.
        env={
            **os.environ,
            "STYLEWEB_DATA": str(settings.DATA_DIR),
            "STYLEWEB_WEIGHTS_DIR": str(user_folder().absolute()),
        },
        start_new_session=True,
    )


def _close_input(worker: subprocess.Popen[bytes]) -> None:
    if worker.stdin is not None:
        worker.stdin.close()


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Ask the main process of the worker to end. If it does not, kill its process group."""
    worker.terminate()
    try:
        worker.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
