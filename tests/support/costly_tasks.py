"""The real fork server with tasks that go wrong: `python -m tests.support.costly_tasks`."""

import os
import signal
import sys
from pathlib import Path

from common.sandbox import tasks
from common.sandbox.limits import LIMITS, Limits
from common.sandbox.messages import Message
from common.sandbox.server import main

TASKS: dict[str, object] = tasks.TASKS  # type: ignore[assignment]  # the tests add their own


def fill_memory() -> Message:
    """Use more memory than a child may have."""
    return Message({"bytes": len(bytearray(2 * LIMITS.memory_bytes))}, [])


def never_end() -> Message:
    """Compute until the processor time is used up."""
    while True:
        pass


def crash() -> Message:
    """End as a decoder with a defect does."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return Message({}, [])


def be_killed() -> Message:
    """End as a process does that the system chooses when the memory of the machine runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    return Message({}, [])


def fail() -> Message:
    """Raise an error that no task should raise."""
    raise LookupError


def write(*, path: str) -> Message:
    """Try to write a file."""
    try:
        Path(path).write_text("x")
    except OSError as error:
        return Message({"error": error.errno}, [])
    return Message({"error": 0}, [])


def look() -> Message:
    """Return what the child knows."""
    return Message({"modules": sorted(sys.modules), "variables": sorted(os.environ)}, [])


def load(data: bytes) -> Message:
    """Make the small versions of a picture, and return the modules that were loaded for that."""
    before = set(sys.modules)
    tasks.derive(data)
    return Message({"modules": sorted(set(sys.modules) - before)}, [])


def echo(*parts: bytes) -> Message:
    """Return the parts."""
    return Message({"process": os.getpid()}, [*parts])


if __name__ == "__main__":
    for task in (fill_memory, never_end, crash, be_killed, fail, write, look, load, echo):
        TASKS[task.__name__] = task
    main(Limits(memory_bytes=LIMITS.memory_bytes, cpu_seconds=1, seconds=300))
