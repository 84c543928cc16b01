"""The worker: takes the work whose turn it is, and has the engine paint it to its end.

Nothing else drives the engine.
"""

import logging
import os

from django.conf import settings
from PIL import Image

from inference.engine.spec import StyleInput, TransferSpec
from inference.runner import engine, shutdown
from inference.runner.jobs import serve_job
from inference.runner.sheets import Served, serve_sheet

__all__ = ["Served", "serve_next", "warm_up"]

logger = logging.getLogger(__name__)


def serve_next() -> Served:
    """Paint the job whose turn it is, or, when none waits, some of the proof sheet that is next.

    A worker that is to end begins nothing.
    """
    if shutdown.is_asked():
        return Served.PUT_BACK
    served = Served.TO_THE_END if serve_job() else serve_sheet()
    return Served.PUT_BACK if shutdown.is_asked() else served


def warm_up() -> None:
    """Load torch and the network by painting a tiny picture, so that the first job starts at once.

    Must run in the process that will paint: torch does not survive a fork.
    """
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
