"""The end of a worker: asked for by SIGTERM, or forced on a process that hangs.

Celery hears the signal in the worker's main process, and the painting goes on in a child of it, so
the word is passed by a byte of memory that both share: it is made before the fork, and neither a
lock nor the database stands in its way.
"""

import logging
import mmap
import os

logger = logging.getLogger(__name__)
_asked = mmap.mmap(-1, 1)
# Whether this process does nothing but serve the queue, so that it may end itself.
_own = False


def ask() -> None:
    """Ask this worker, with its children, to take no more work and to give back what it holds."""
    _asked[0] = 1


def is_asked() -> bool:
    """Tell whether the worker is to end."""
    return _asked[0] == 1


def own_process() -> None:
    """Note that this process is a worker's and nobody else's."""
    global _own  # noqa: PLW0603  # one fact about the process
    _own = True


def end_process() -> None:
    """End this process at once if it is a worker's: it hangs, and what it held is taken back."""
    if _own:
        logger.error("This worker hangs and ends itself; its manager starts another.")
        os._exit(os.EX_SOFTWARE)
