"""The heartbeat of a worker: renews its leases, and ends what hangs."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

from django.conf import settings
from django.db import DatabaseError, connection

from inference import leases
from inference.models import LeasedWork

logger = logging.getLogger(__name__)
Work = TypeVar("Work", bound=LeasedWork)


class LeaseLost(Exception):
    """The work was canceled, or another attempt holds it: this one must write nothing more."""


class DeadlinePassed(Exception):
    """The work took longer than the site allows."""


class Heartbeat(Generic[Work]):
    """Renews the leases of a worker from a thread, so that a long step does not lose them.

    Past the deadline it ends the work itself with `fail`, since a step that hangs never comes back
    to ask.
    """

    def __init__(self, works: Sequence[Work], fail: Callable[[Work, Exception], object]) -> None:
        self._works = works
        self._fail = fail
        self._deadline = time.monotonic() + settings.JOB_DEADLINE_SECONDS
        self._ended = threading.Event()
        self._lost: set[object] = set()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

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

    def check(self, work: Work) -> None:
        """Raise LeaseLost or DeadlinePassed when `work` should not go on."""
        if work.pk in self._lost:
            raise LeaseLost
        if time.monotonic() > self._deadline:
            raise DeadlinePassed

    def _run(self) -> None:
        try:
            while self._held() and not self._ended.wait(settings.JOB_HEARTBEAT_SECONDS):
                for work in self._held():
                    self._beat(work)
        finally:
            connection.close()

    def _held(self) -> list[Work]:
        return [work for work in self._works if work.pk not in self._lost]

    def _beat(self, work: Work) -> None:
        try:
            if time.monotonic() > self._deadline + settings.JOB_HEARTBEAT_SECONDS:
                self._fail(work, DeadlinePassed())
                self._lost.add(work.pk)
            elif not leases.renew(work):
                self._lost.add(work.pk)
        except DatabaseError:
            # The next beat tries again; a lease that ran out meanwhile is then found lost.
            logger.warning("%s: heartbeat missed", work, exc_info=True)
            connection.close()
