"""The heartbeat of a worker: renews its leases, gives work back, and ends what hangs."""

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
# After the deadline the loop itself has so long to notice, and then so long to leave.
NOTICE_SECONDS, LEAVE_SECONDS = 3.0, 2.0
# A worker that is to end waits no longer than this for work that ends soon.
SOON_SECONDS = 8.0
# It has so long until it may leave a step that does not come back.
STOP_SECONDS = 15.0


class LeaseLost(Exception):
    """The work was canceled, or another attempt holds it: this one must write nothing more."""


class GivenBack(LeaseLost):
    """The worker is to end, and the work waits for another one."""


class DeadlinePassed(Exception):
    """The work took longer than the site allows."""


@dataclass(frozen=True)
class Endings(Generic[Work]):
    """What a heartbeat may do to work whose step does not come back.

    `ends_soon` tells whether the work is worth waiting for when the worker is to end.
    """

    fail: Callable[[Work, Exception], object]
    give_back: Callable[[Work], object]
    ends_soon: Callable[[Work], bool]


@contextmanager
def failures_written(work: Work, endings: Endings[Work]) -> Iterator[None]:
    """See that every way in which an attempt at `work` can fail is written down."""
    name = name_of(work)
    try:
        yield
    except GivenBack:
        logger.info("%s: given back, the worker is to end", name)
    except LeaseLost:
        logger.warning("%s: attempt %s is fenced, it writes no more", name, work.attempt)
    except (OperationalError, InterfaceError):
        logger.warning("%s: the database went away, the reaper will see", name, exc_info=True)
    except Exception as error:  # noqa: BLE001  # whatever it was, the person must be told
        endings.fail(work, error)


def name_of(work: LeasedWork) -> str:
    """Return what the log calls `work`."""
    return f"{type(work).__name__.lower()} {work.pk}"


class Heartbeat(Generic[Work]):
    """Renews the leases of a worker from its pulse, so that a long step does not lose them.

    After the deadline it ends the work itself, because a step that hangs never comes back to check.
    When the worker is to end, it gives the work back at once. If a step does not come back even
    then, the process ends with it.
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
        """Raise LeaseLost, GivenBack or DeadlinePassed when `work` should not go on."""
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
            # The next beat tries again; if the lease ran out before it, it is found lost then.
            logger.warning("%s: heartbeat missed", work, exc_info=True)
            connection.close()

    def _is_worth_waiting_for(self, work: Work) -> bool:
        """Tell whether the work ends soon, as predicted when the worker was told to end."""
        now = time.monotonic()
        self._wait_until = self._wait_until or now + SOON_SECONDS
        return now < self._wait_until and self._endings.ends_soon(work)

    def _leave(self, work: Work, seconds: float) -> None:
        self._lost.add(work.pk)
        self._leave_by = self._leave_by or time.monotonic() + seconds
