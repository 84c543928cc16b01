"""Orders of locks that a test chooses: who holds what, and who already waits for it.

PostgreSQL only. SQLite lets one transaction write at a time, so no two of them can wait for each
other.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.db import connection, transaction

from common.locks import lock_until_commit
from tests.support.servers import wait_until

Answer = TypeVar("Answer")
only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="tests/faults runs this test on PostgreSQL"
)


class Threads:
    """Runs calls in threads, each with a database connection of its own."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def start(self, call: Callable[[], Answer]) -> "Future[Answer]":
        """Start `call`, and return when it has ended or waits for a lock."""

        def run() -> Answer:
            try:
                return call()
            finally:
                connection.close()

        waiting = waiting_for_locks()
        future = self._pool.submit(run)
        wait_until(lambda: future.done() or waiting_for_locks() > waiting, "a call")
        return future


@contextmanager
def threads() -> "Iterator[Threads]":
    """Give the block threads, and wait for all of them at its end."""
    with ThreadPoolExecutor(8) as pool:
        yield Threads(pool)


@contextmanager
def lock_held(name: str) -> "Iterator[None]":
    """Let another transaction hold the lock `name`, or be the next to get it, in the block."""
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                lock_until_commit(name)
                holding.set()
                done.wait()
        finally:
            connection.close()

    waiting = waiting_for_locks()
    holder = threading.Thread(target=hold)
    holder.start()
    try:
        wait_until(lambda: holding.is_set() or waiting_for_locks() > waiting, "a lock")
        yield
    finally:
        done.set()
        holder.join()


def waiting_for_locks() -> int:
    """Count the connections to this database that wait for a lock."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])
