"""The pulse of a worker process: one thread that beats while the main thread paints."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)
# How often the thread calls its beats; a beat is due less often.
LOOK_SECONDS = 0.5
# Called every LOOK_SECONDS; the argument tells whether a beat is due.
Beat = Callable[[bool], None]


class Pulse:
    """A thread that calls all added beats; it runs as long as there is one.

    The thread has a database connection of its own. An error in one call does not stop the others.
    """

    def __init__(self) -> None:
        # Each call holds the lock, so that a beat is never called after it was removed.
        self._lock = threading.Lock()
        self._beats: list[Beat] = []
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, beat: Beat) -> None:
        """Call `beat` from now on; the first beat starts the thread."""
        with self._lock:
            self._beats.append(beat)
            if self._thread is None:
                self._ended = threading.Event()
                run = partial(self._run, self._ended)
                self._thread = threading.Thread(target=run, name="pulse", daemon=True)
                self._thread.start()

    def remove(self, beat: Beat) -> None:
        """Stop calling `beat` and wait for its last call; without beats the thread ends."""
        with self._lock:
            self._beats.remove(beat)
            if self._beats:
                return
            thread, self._thread = self._thread, None
            self._ended.set()
        if thread is not None:
            thread.join()

    def _run(self, ended: threading.Event) -> None:
        next_beat = time.monotonic() + settings.JOB_HEARTBEAT_SECONDS
        try:
            while not ended.wait(min(LOOK_SECONDS, settings.JOB_HEARTBEAT_SECONDS)):
                due = time.monotonic() >= next_beat
                if due:
                    next_beat = time.monotonic() + settings.JOB_HEARTBEAT_SECONDS
                self._call_all(ended, due=due)
                if due:
                    # If the connection is broken, the next beat opens a new one.
                    connection.close_if_unusable_or_obsolete()
        finally:
            connection.close()

    def _call_all(self, ended: threading.Event, *, due: bool) -> None:
        for beat in list(self._beats):
            with self._lock:
                if ended.is_set() or beat not in self._beats:
                    continue
                try:
                    beat(due)
                except Exception:
                    logger.exception("A beat failed; the next one tries again")
                    connection.close()


pulse = Pulse()
