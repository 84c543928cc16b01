"""Freed memory: a worker keeps it for the next picture as long as there is work.

By default the C library returns large freed blocks to the system at once, and then requests them
again page by page. For pictures of half a megapixel that takes a tenth of the time.
"""

import ctypes
import logging
from typing import Final

logger = logging.getLogger(__name__)
# The names and numbers of glibc's mallopt(3).
M_TRIM_THRESHOLD: Final = -1
M_TOP_PAD: Final = -2
M_MMAP_THRESHOLD: Final = -3
KEPT_BYTES, MORE_BYTES, LARGEST_BYTES = 2**30, 2**26, 2**25


def keep() -> None:
    """Make this process keep the memory it frees, up to 1 GiB; without glibc, do nothing."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        logger.info("This system has no glibc; freed memory is not kept")
        return
    mallopt(M_MMAP_THRESHOLD, LARGEST_BYTES)
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
    mallopt(M_TOP_PAD, MORE_BYTES)


def give_back() -> None:
    """Return the kept memory to the system, for a worker that has nothing to do."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return
