"""Locks by name, for work that has no single row to lock, and what to do about a deadlock."""

import logging
import sqlite3
import zlib
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.db import OperationalError, connection

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

# PostgreSQL ends one of the transactions that wait for each other; the others then go on.
DEADLOCK_STATES: Final = {"40P01", "40001"}
TRIES: Final = 3

logger = logging.getLogger(__name__)


def lock_until_commit(name: str) -> None:
    """Make every other transaction that locks this name wait here until this transaction ends.

    SQLite needs no such lock, because only one transaction can write at a time: the settings make
    each transaction take the write lock at BEGIN.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(name.encode())])


def retry_deadlocks(write: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Call `write` again if the database ended its transaction because of a deadlock.

    `write` makes the whole transaction. Inside a transaction of its caller it is not repeated,
    because that whole transaction has ended.
    """

    @wraps(write)
    def inner(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        for _try in range(TRIES - 1):
            try:
                return write(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not is_deadlock(error):
                    raise
                logger.warning("A deadlock ended %s; it is tried again", write.__qualname__)
        return write(*args, **kwargs)

    return inner


def is_deadlock(error: OperationalError) -> bool:
    """Tell whether the database ended a transaction because others waited for it in a circle."""
    return getattr(error.__cause__, "sqlstate", None) in DEADLOCK_STATES


def was_busy(error: OperationalError) -> bool:
    """Tell whether the database answers, but could not give a lock to this transaction."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return is_deadlock(error) or code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
