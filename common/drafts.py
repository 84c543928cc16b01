"""Remove the files that killed processes began to write.

A file gets its final name only when it is complete. Until then it is a draft, whose name begins
with a dot. The process that writes it removes it after a failure, but a killed one cannot.
"""

import logging
import os
import time
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from django.conf import settings

# Nothing writes one file for as long as this.
LONGEST_WRITE_SECONDS: Final = 24 * 3600

logger = logging.getLogger(__name__)


def sweep_drafts() -> int:
    """Remove the drafts that nobody writes any more, and return how many there were."""
    patterns = {
        # Written by common/storage.py.
        settings.MEDIA_ROOT: ".*.part",
        # Written by style_transfer/imaging/saving.py. In earlier releases they had no suffix.
        settings.CODE_DIR: ".*",
    }
    found = [each for folder, pattern in patterns.items() for each in _left(Path(folder), pattern)]
    return sum(map(_is_removed, found))


def _left(folder: Path, pattern: str) -> Iterator[Path]:
    """Yield the drafts below `folder` that are older than any write."""
    before = time.time() - LONGEST_WRITE_SECONDS
    for place, _folders, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            if fnmatch(name, pattern) and _written_at(path) < before:
                yield path


def _written_at(path: Path) -> float:
    """Return when a file was last written; for a file that is gone, now."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _is_removed(path: Path) -> bool:
    """Remove a file. If it cannot be removed, log it, so that the others still are."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        logger.exception("Could not remove the draft %s", path)
        return False
    return True
