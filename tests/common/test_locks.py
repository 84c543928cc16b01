"""Tests of locks by name. They run on SQLite here, and on PostgreSQL in tests/faults."""

import threading
import time

import pytest
from django.db import OperationalError, connection, transaction

from common.locks import is_deadlock, lock_until_commit, retry_deadlocks
from tests.support.lock_waits import only_postgresql
from tests.support.races import together

pytestmark = pytest.mark.django_db(transaction=True)


class TestLockUntilCommit:
    @pytest.mark.parametrize("fails", [False, True], ids=["commit", "rollback"])
    def test_makes_a_second_transaction_wait_until_the_first_ends(self, *, fails: bool) -> None:
        events: list[str] = []
        holding = threading.Event()

        def hold() -> None:
            try:
                with transaction.atomic():
                    lock_until_commit("door")
                    holding.set()
                    time.sleep(0.2)
                    events.append("first ends")
                    transaction.set_rollback(fails)
            finally:
                connection.close()

        first = threading.Thread(target=hold)
        first.start()
        assert holding.wait(60)
        with transaction.atomic():
            lock_until_commit("door")
            events.append("second holds")
        first.join()

        assert events == ["first ends", "second holds"]


def lock_both(first: str, second: str, tries: list[str], holding: threading.Barrier) -> str:
    """Take two locks; at the first try, the second one after the other caller has its first."""
    with transaction.atomic():
        lock_until_commit(first)
        tries.append(first)
        if tries.count(first) == 1:
            holding.wait(60)
        lock_until_commit(second)
    return first


@only_postgresql
class TestRetryDeadlocks:
    def test_calls_again_what_a_deadlock_ended(self) -> None:
        tries: list[str] = []
        holding = threading.Barrier(2)
        write = retry_deadlocks(lock_both)

        answers = together(
            lambda: write("one", "two", tries, holding), lambda: write("two", "one", tries, holding)
        )

        assert answers == ["one", "two"]
        assert len(tries) == 3

    def test_leaves_it_to_the_caller_whose_transaction_it_is_in(self) -> None:
        tries: list[str] = []
        holding = threading.Barrier(2)
        write = retry_deadlocks(lock_both)

        def inside(first: str, second: str) -> bool:
            try:
                with transaction.atomic():
                    write(first, second, tries, holding)
            except OperationalError as error:
                return is_deadlock(error)
            return False

        assert set(together(lambda: inside("one", "two"), lambda: inside("two", "one"))) == {
            True,
            False,
        }
        assert len(tries) == 2
