"""The worker: takes the next work from the queue and paints it with the engine.

No other part of the site calls the engine to paint.
"""

import logging
import os
import time

from django.conf import settings
from PIL import Image

from inference.models import Job, ProofSheet, Revision, Sketch, SourceFetch
from inference.queue.jobs import waiting_lanes
from inference.queue.lanes import SHORT
from inference.queue.wakeups import send_wakeup
from inference.queue.workers import is_paused, registration
from inference.worker import engine, freed_memory, shutdown
from inference.worker.jobs import serve_job
from inference.worker.revisions import serve_revision
from inference.worker.sheets import Served, serve_sheet
from inference.worker.sketches import serve_sketch
from inference.worker.source_fetches import serve_source_fetch
from inference.worker.turns import Turns
from style_transfer.core.spec import StyleInput, TransferSpec

__all__ = ["Served", "device", "serve_line", "serve_next", "serve_wakeup", "warm_up"]

logger = logging.getLogger(__name__)
# How long a drained worker holds a wakeup back, so that it does not spin.
PASS_ON_SECONDS = 1.0
# How long a worker serves the queue for one wakeup. It does not pass the wakeup on after every
# picture, because that costs a tenth of the time of a picture of an immediate method.
WAKEUP_SECONDS = 2.0


def serve_wakeup(*, came_from: str | None = None) -> None:
    """Paint what is next in the queue, and send a wakeup for what is left.

    `came_from` is the Celery queue of the wakeup that this worker received.
    """
    served = serve_line()
    if served is Served.NOTHING:
        return
    # Another wakeup may have found nothing, because the owner of the waiting job had as many jobs
    # running as one user may have. A sheet that began during an interruption has no wakeup.
    waiting = _lanes_in_need()
    if served is Served.PUT_BACK or waiting:
        # The wakeup goes back to its own queue, so that no lane loses its wakeups to the other.
        own = came_from or SHORT
        send_wakeup(own if own in waiting else min(waiting, default=SHORT))


def serve_line() -> Served:
    """Paint what is next, and then more of the queue for a short time.

    Before each one the worker checks again what is next and whether it may take it.
    """
    until = time.monotonic() + WAKEUP_SECONDS
    served = serve_next()
    while served is Served.TO_THE_END and time.monotonic() < until:
        served = serve_next()
    if served is Served.NOTHING:
        freed_memory.give_back()
    return served


def serve_next() -> Served:
    """Make the next revision, or paint the next sketch or job, or a part of the next proof sheet.

    A revision comes first, because it takes a second. Sketches and jobs take turns. A worker that
    was told to end, or is drained, begins nothing and passes its wakeup on.
    """
    served = Served.PUT_BACK
    if not shutdown.is_asked() and not _passes_on():
        served = Served.TO_THE_END if serve_revision() or _turns.serve() else serve_sheet()
        # No user waits for the pictures of the library.
        if served is Served.NOTHING and serve_source_fetch():
            served = Served.TO_THE_END
    if shutdown.is_asked():
        # From now on the wakeups go to the other workers.
        registration.unregister()
        return Served.PUT_BACK
    return served


_turns = Turns(serve_sketch, serve_job)


def _lanes_in_need() -> set[str]:
    """Return the lanes in which something waits; small work waits in the short one."""
    return waiting_lanes() | ({SHORT} if _small_work_waits() else set())


def _small_work_waits() -> bool:
    kinds = (Revision, Sketch, ProofSheet, SourceFetch)
    return any(kind.objects.waiting().exists() for kind in kinds)


def _passes_on() -> bool:
    """Tell whether another worker must take the wakeup; first wait until one may be free."""
    if not registration.is_draining() or is_paused():
        return False
    if not Job.objects.waiting().exists() and not _small_work_waits():
        return False
    time.sleep(PASS_ON_SECONDS)
    return True


def device() -> str:
    """Return the kind of device on which this process paints; loads torch."""
    return engine.device()


def warm_up() -> None:
    """Load torch and the network by painting a tiny picture, so that the first job starts at once.

    This must run in the process that will paint, because torch does not survive a fork.
    """
    freed_memory.keep()
    # Threads that spin while they wait take the processor from the threads they wait for.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if settings.STYLEWEB_THREADS:
        os.environ["OMP_NUM_THREADS"] = str(settings.STYLEWEB_THREADS)
    tiny = Image.new("RGB", (64, 64), "gray")
    try:
        for _ in engine.stylize(tiny, [StyleInput(tiny)], TransferSpec(size=64, steps=1)):
            pass
    except Exception:
        logger.exception("The engine could not be warmed up; the first job will tell more.")
