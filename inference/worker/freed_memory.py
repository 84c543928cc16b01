"""What becomes of the memory that a picture leaves: kept for the next one while there is work.

The C library gives large freed blocks back to the system at once, and then takes them again page by
page; for pictures of half a megapixel that is a tenth of the time.
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
    """Have this process keep what it frees, up to 1 GiB; elsewhere than on glibc do nothing."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        logger.info("This system's memory is managed in its own way")
        return
    mallopt(M_MMAP_THRESHOLD, LARGEST_BYTES)
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
    mallopt(M_TOP_PAD, MORE_BYTES)


def give_back() -> None:
    """Give what is kept back to the system, for a worker that has nothing to do."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return
