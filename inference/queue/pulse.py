"""The one thread of a worker process that beats, while the painting keeps the process busy."""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)
# How often the thread looks up; it beats less often.
LOOK_SECONDS = 0.5
# Called at each look; True when a beat is due.
Beat = Callable[[bool], None]


class Pulse:
    """A thread that calls everything that beats; it lives while there is any.

    The thread has a database connection of its own. What one call raises stops no other call.
    """

    def __init__(self) -> None:
        # A call holds the lock, so that nothing is called any more once it was removed.
        self._lock = threading.Lock()
        self._beats: list[Beat] = []
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, beat: Beat) -> None:
        """Call `beat` from now on; the first one starts the thread."""
        with self._lock:
            self._beats.append(beat)
            if self._thread is None:
                self._ended = threading.Event()
                run = partial(self._run, self._ended)
                self._thread = threading.Thread(target=run, name="pulse", daemon=True)
                self._thread.start()

    def remove(self, beat: Beat) -> None:
        """Call `beat` no more, and wait for its last call; the last one ends the thread."""
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
                    # The next beat opens a connection that broke again.
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
