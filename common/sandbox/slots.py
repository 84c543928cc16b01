"""A few slots for costly work, counted over all processes that share the data folder.

A slot is a locked file. The system unlocks the file when its process ends, even if it is killed, so
no slot is lost. A user holds one slot of each kind at most. Few requests of one process wait for a
slot, because each of them occupies a thread that could answer something else.
"""

import fcntl
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from django.conf import settings

from common.sandbox.client import ServerBusy
from common.storage import named_disk_errors

PATIENCE_SECONDS: Final = 10.0
LOOK_AGAIN_SECONDS: Final = 0.02

_lock = threading.Lock()
_in_line: Counter[str] = Counter()


@contextmanager
def slot(kind: str, *, who: str) -> Iterator[None]:
    """Hold a slot of `kind` for `who` during the block.

    Waits for one if not too many requests of this process wait already. Raises `ServerBusy`.
    """
    with _place_in_line(kind), _wait_for(kind, who):
        yield


@contextmanager
def _place_in_line(kind: str) -> Iterator[None]:
    with _lock:
        if _in_line[kind] >= settings.SLOT_LINES[kind]:
            raise ServerBusy
        _in_line[kind] += 1
    try:
        yield
    finally:
        with _lock:
            _in_line[kind] -= 1


def _wait_for(kind: str, who: str) -> IO[str]:
    """Return the locked file of a slot. To close the file frees the slot."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (taken := _take(kind, who)) is None:
        if time.monotonic() > end:
            raise ServerBusy
        time.sleep(LOOK_AGAIN_SECONDS)
    return taken


def _take(kind: str, who: str) -> IO[str] | None:
    """Return a free slot with the name of its holder in it; None if `who` cannot have one now.

    Raises `StorageFull` if the name cannot be written.
    """
    folder = settings.SLOTS_DIR / kind
    with named_disk_errors(), ExitStack() as files:
        folder.mkdir(parents=True, exist_ok=True)
        # Only one process looks at a time, so that nobody takes two slots at once.
        fcntl.flock(files.enter_context((folder / "door").open("a")), fcntl.LOCK_EX)
        free: IO[str] | None = None
        for number in range(settings.SLOTS[kind]):
            file = files.enter_context(_open(folder / str(number)))
            if _lock_now(file):
                free = free or file
            elif file.read() == who:
                return None
        if free is None:
            return None
        free.truncate()
        free.write(who)
        free.flush()
        # A copy, because the files above are closed here. It holds the same lock.
        return os.fdopen(os.dup(free.fileno()), "r+")


def _open(path: Path) -> IO[str]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")


def _lock_now(file: IO[str]) -> bool:
    """Lock `file`, and return whether this succeeded."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
