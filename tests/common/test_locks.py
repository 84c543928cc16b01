"""Tests of locks by name. They run on SQLite here, and on PostgreSQL in tests/faults."""

import threading
import time

import pytest
from django.db import connection, transaction

from common.locks import lock_until_commit

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
