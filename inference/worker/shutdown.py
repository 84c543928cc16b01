"""The end of a worker: SIGTERM requests it, and a process that hangs ends itself.

Celery receives the signal in the worker's main process, but a child process paints. Both share one
byte of memory, which the main process sets. The byte is made before the fork, and it needs neither
a lock nor the database.
"""

import logging
import mmap
import os

logger = logging.getLogger(__name__)
_asked = mmap.mmap(-1, 1)
# Whether this process only serves the queue, so that it may end itself.
_own = False


def ask() -> None:
    """Tell this worker and its children to take no more work and to give back what they hold."""
    _asked[0] = 1


def is_asked() -> bool:
    """Tell whether this worker was told to end."""
    return _asked[0] == 1


def own_process() -> None:
    """Record that this process belongs to a worker only."""
    global _own  # noqa: PLW0603  # one fact about the process
    _own = True


def end_process() -> None:
    """End this process at once if it belongs to a worker only, because it hangs.

    The reaper takes its work back.
    """
    if _own:
        logger.error("This worker hangs and ends itself; its manager starts another.")
        os._exit(os.EX_SOFTWARE)
