"""The worker: takes the work whose turn it is, and has the engine paint it to its end.

Nothing else drives the engine.
"""

import logging
import os
import time

from django.conf import settings
from PIL import Image

from inference.queue import jobs as job_queue
from inference.queue import sheets as sheet_queue
from inference.queue.workers import is_paused, registration
from inference.worker import engine, freed_memory, shutdown
from inference.worker.jobs import serve_job
from inference.worker.sheets import Served, serve_sheet
from style_transfer.core.spec import StyleInput, TransferSpec

__all__ = ["Served", "device", "serve_line", "serve_next", "warm_up"]

logger = logging.getLogger(__name__)
# How long a drained worker holds a ticket back, so that it does not spin.
PASS_ON_SECONDS = 1.0
# A ticket is good for so long: passing one on costs a quick picture a tenth of its time.
TICKET_SECONDS = 2.0


def serve_line() -> Served:
    """Paint what is next, and go on with what comes after it while that is quick.

    Whose turn it is, and whether this worker may take it, is asked anew each time.
    """
    until = time.monotonic() + TICKET_SECONDS
    served = serve_next()
    while served is Served.TO_THE_END and time.monotonic() < until:
        served = serve_next()
    if served is Served.NOTHING:
        freed_memory.give_back()
    return served


def serve_next() -> Served:
    """Paint the job whose turn it is, or, when none waits, some of the proof sheet that is next.

    A worker that is to end, or is drained, begins nothing and passes its ticket on.
    """
    served = Served.PUT_BACK
    if not shutdown.is_asked() and not _passes_on():
        served = Served.TO_THE_END if serve_job() else serve_sheet()
    if shutdown.is_asked():
        # From here on the tickets go to those who stay.
        registration.unregister()
        return Served.PUT_BACK
    return served


def _passes_on() -> bool:
    """Tell whether the ticket is for another worker; after a moment, in which one may be free."""
    if not registration.is_draining() or is_paused():
        return False
    if not job_queue.waiting_count() and not sheet_queue.waiting_count():
        return False
    time.sleep(PASS_ON_SECONDS)
    return True


def device() -> str:
    """Name the kind of device on which this process paints; loads torch."""
    return engine.device()


def warm_up() -> None:
    """Load torch and the network by painting a tiny picture, so that the first job starts at once.

    Must run in the process that will paint: torch does not survive a fork.
    """
    freed_memory.keep()
    # Threads that spin while they wait take the processor from whoever they wait for.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if settings.STYLEWEB_THREADS:
        os.environ["OMP_NUM_THREADS"] = str(settings.STYLEWEB_THREADS)
    tiny = Image.new("RGB", (64, 64), "gray")
    try:
        for _ in engine.stylize(tiny, [StyleInput(tiny)], TransferSpec(size=64, steps=1)):
            pass
    except Exception:
        logger.exception("The engine could not be warmed up; the first job will tell more.")
