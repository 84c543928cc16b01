"""Tests of the table of bars."""

import pytest

from tests.support.bars import BARS, Table, pytest_collection_modifyitems


def passed(table: Table, *properties: tuple[str, object]) -> None:
    for when in ("setup", "call", "teardown"):
        table.add(when, "passed", properties)


def line(table: Table, number: int) -> str:
    return next(line for line in table.lines() if line.startswith(f"{number:3} "))


class TestTable:
    def test_misses_a_bar_that_no_test_proves(self) -> None:
        assert line(Table(), 12).endswith("MISSING")

    def test_tells_what_was_measured(self) -> None:
        table = Table()

        passed(table, ("bar", 12), ("figure", (12, "9.0 s on SQLite")))
        passed(table, ("bar", 12), ("figure", (12, "9.5 s on PostgreSQL")))

        assert line(table, 12).endswith("pass     9.0 s on SQLite; 9.5 s on PostgreSQL")

    def test_is_not_convinced_by_tests_that_pass_beside_one_that_fails(self) -> None:
        table = Table()

        passed(table, ("bar", 12))
        table.add("setup", "passed", [("bar", 12)])
        table.add("call", "failed", [("bar", 12)])

        assert "FAIL" in line(table, 12)

    def test_takes_a_failing_end_for_a_failure(self) -> None:
        table = Table()

        table.add("call", "passed", [("bar", 12)])
        table.add("teardown", "failed", [("bar", 12)])

        assert "FAIL" in line(table, 12)

    def test_does_not_take_a_skipped_test_for_a_proof(self) -> None:
        table = Table()

        table.add("setup", "skipped", [("bar", 12)])

        assert "MISSING" in line(table, 12)

    def test_is_complete_once_each_bar_is_proven(self) -> None:
        table = Table()

        for number in BARS:
            assert not table.is_complete
            passed(table, ("bar", number))

        assert table.is_complete


def test_refuses_a_mark_of_a_bar_without_a_line(request: pytest.FixtureRequest) -> None:
    item = request.node
    item.add_marker(pytest.mark.bar(max(BARS) + 1))

    with pytest.raises(pytest.UsageError, match="without a line"):
        pytest_collection_modifyitems([item])
