"""Why painting failed, in the words and codes that people and programs are told."""

import errno

from common.storage import StorageFull
from inference.engine.errors import EngineError, OutOfMemoryError
from inference.runner.heartbeat import DeadlinePassed


class StyleWithdrawn(Exception):
    """A style left the library while the work waited."""


def reason(error: Exception) -> tuple[str, str]:
    """Return the stable code for `error` and what the person can do about it."""
    if isinstance(error, EngineError):
        return error.code, error.hint
    if isinstance(error, DeadlinePassed):
        return "timeout", "Choose a smaller size or fewer steps."
    if isinstance(error, StyleWithdrawn):
        return "style_withdrawn", "Choose another style: this one left the library."
    if _means_too_little_memory(error):
        return OutOfMemoryError.code, OutOfMemoryError.hint
    if isinstance(error, StorageFull) or getattr(error, "errno", None) == errno.ENOSPC:
        return "storage_full", "Try again later: the disk of this site is full."
    return EngineError.code, EngineError.hint


def _means_too_little_memory(error: Exception) -> bool:
    """Tell it by torch's words too, whose errors have no class that is known without torch."""
    words = str(error)
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and ("allocate memory" in words or "out of memory" in words)
    )
