"""The heartbeat of a worker: renews its lease, and ends what hangs."""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connection

from inference import leases
from inference.models import LeasedWork

logger = logging.getLogger(__name__)


class LeaseLost(Exception):
    """The work was canceled, or another attempt holds it: this one must write nothing more."""


class DeadlinePassed(Exception):
    """The work took longer than the site allows."""


class Heartbeat:
    """Renews the lease of one work from a thread, so that a long step does not lose it.

    Past the deadline it ends the work itself with `fail`, since a step that hangs never comes back
    to ask.
    """

    def __init__(self, work: LeasedWork, fail: Callable[[Exception], object]) -> None:
        self._work = work
        self._fail = fail
        self._deadline = time.monotonic() + settings.JOB_DEADLINE_SECONDS
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heartbeat-{work.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        """Raise LeaseLost or DeadlinePassed when the work should not go on."""
        if self._lost.is_set():
            raise LeaseLost
        if time.monotonic() > self._deadline:
            raise DeadlinePassed

    def _run(self) -> None:
        try:
            while not self._lost.is_set() and not self._ended.wait(settings.JOB_HEARTBEAT_SECONDS):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        try:
            if time.monotonic() > self._deadline + settings.JOB_HEARTBEAT_SECONDS:
                self._fail(DeadlinePassed())
                self._lost.set()
            elif not leases.renew(self._work):
                self._lost.set()
        except DatabaseError:
            # The next beat tries again; a lease that ran out meanwhile is then found lost.
            logger.warning("%s: heartbeat missed", self._work, exc_info=True)
            connection.close()
