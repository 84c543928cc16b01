"""Places in the code where a test of a whole process can make a failure of production happen.

`STYLEWEB_FAILPOINTS` names a folder. A file in this folder has the name of a place. The file says
what happens to the next process that reaches the place. A number after the action says how often
it happens; without a number it happens once. Without the variable, no place does anything.
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

HANG_SECONDS = 3600.0


def hit(place: str) -> None:
    """Do what the file called `place` says, if there is one, and remove the file."""
    folder = os.environ.get("STYLEWEB_FAILPOINTS")
    if not folder:
        return
    taken = Path(folder, f"{place}.{os.getpid()}")
    try:
        Path(folder, place).rename(taken)
    except FileNotFoundError:
        return
    action, _, times = taken.read_text().strip().partition(" ")
    if int(times or 1) > 1:
        taken.write_text(f"{action} {int(times) - 1}")
        taken.rename(Path(folder, place))
    ACTIONS[action]()


def _hang() -> None:
    time.sleep(HANG_SECONDS)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _raise_memory_error() -> None:
    raise MemoryError


def _raise_torch_memory_error() -> None:
    # Torch raises this error on a CPU. On a GPU it raises a class that only style_transfer knows.
    raise RuntimeError("DefaultCPUAllocator: can't allocate memory")


ACTIONS: dict[str, Callable[[], None]] = {
    "hang": _hang,
    "kill": _kill,
    "memory": _raise_memory_error,
    "torch-memory": _raise_torch_memory_error,
}
