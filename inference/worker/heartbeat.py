"""The heartbeat of a worker: renews its leases, gives work back, and ends work that hangs."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from inference.models import LeasedWork
from inference.queue.pulse import pulse
from inference.worker import shutdown

logger = logging.getLogger(__name__)
Work = TypeVar("Work", bound=LeasedWork)
# After the deadline, the loop that paints has NOTICE_SECONDS to notice it. Then the heartbeat ends
# the work, and the loop has LEAVE_SECONDS to return before the process ends.
NOTICE_SECONDS, LEAVE_SECONDS = 3.0, 2.0
# A worker that was told to end waits at most this long for work that is nearly done.
SOON_SECONDS = 8.0
# After it gave its work back, a step has this long to return before the process ends.
STOP_SECONDS = 15.0


class LeaseLost(Exception):
    """The work was canceled, or another attempt holds it; this one must not write any more."""


class GivenBack(LeaseLost):
    """The worker was told to end, and its work waits for another worker."""


class DeadlinePassed(Exception):
    """The work took longer than the site allows."""


@dataclass(frozen=True)
class Endings(Generic[Work]):
    """What a heartbeat may do to work whose step does not return.

    `ends_soon` tells whether a worker that was told to end should wait for the work.
    """

    fail: Callable[[Work, Exception], object]
    give_back: Callable[[Work], object]
    ends_soon: Callable[[Work], bool]


@contextmanager
def failures_written(work: Work, endings: Endings[Work]) -> Iterator[None]:
    """Record every way in which an attempt at `work` can fail."""
    name = name_of(work)
    try:
        yield
    except GivenBack:
        logger.info("%s: given back, because the worker ends", name)
    except LeaseLost:
        logger.warning("%s: attempt %s is fenced and writes no more", name, work.attempt)
    except (OperationalError, InterfaceError):
        logger.warning(
            "%s: the database is away; the reaper will take the work back", name, exc_info=True
        )
    except Exception as error:  # noqa: BLE001  # the user must see every failure
        endings.fail(work, error)


def name_of(work: LeasedWork) -> str:
    """Return the name of `work` in the log."""
    return f"{type(work).__name__.lower()} {work.pk}"


class Heartbeat(Generic[Work]):
    """Renews the leases of a worker from its pulse, so that a long step does not lose them.

    After the deadline it ends the work itself, because a step that hangs never returns to check.
    When the worker is told to end, it gives the work back at once. If the step does not return
    after that, the process ends.
    """

    def __init__(self, works: Sequence[Work], endings: Endings[Work]) -> None:
        self._works = works
        self._endings = endings
        self._deadline = time.monotonic() + settings.JOB_DEADLINE_SECONDS
        self._lost: set[object] = set()
        self._given_back: set[object] = set()
        self._wait_until: float | None = None
        self._leave_by: float | None = None

    def __enter__(self) -> Self:
        pulse.add(self._beat)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pulse.remove(self._beat)

    def check(self, work: Work) -> None:
        """Raise LeaseLost, GivenBack or DeadlinePassed when `work` must stop."""
        if work.pk in self._given_back:
            raise GivenBack
        if work.pk in self._lost:
            raise LeaseLost
        if time.monotonic() > self._deadline:
            raise DeadlinePassed

    def _beat(self, due: bool) -> None:  # noqa: FBT001  # the signature of every beat
        if self._leave_by and time.monotonic() > self._leave_by:
            shutdown.end_process()
        for work in self._works:
            if work.pk not in self._lost:
                self._look_after(work, due=due)

    def _look_after(self, work: Work, *, due: bool) -> None:
        try:
            if time.monotonic() > self._deadline + NOTICE_SECONDS:
                self._endings.fail(work, DeadlinePassed())
                self._leave(work, LEAVE_SECONDS)
            elif shutdown.is_asked() and not self._is_worth_waiting_for(work):
                self._endings.give_back(work)
                self._given_back.add(work.pk)
                self._leave(work, STOP_SECONDS)
            elif due and not work.held.renew():
                self._lost.add(work.pk)
        except DatabaseError:
            # The next beat tries again. If the lease ran out in between, that beat finds it lost.
            logger.warning("%s: heartbeat missed", work, exc_info=True)
            connection.close()

    def _is_worth_waiting_for(self, work: Work) -> bool:
        """Tell whether the worker, which was told to end, should still wait for the work."""
        now = time.monotonic()
        self._wait_until = self._wait_until or now + SOON_SECONDS
        return now < self._wait_until and self._endings.ends_soon(work)

    def _leave(self, work: Work, seconds: float) -> None:
        self._lost.add(work.pk)
        self._leave_by = self._leave_by or time.monotonic() + seconds
