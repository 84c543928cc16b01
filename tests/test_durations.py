"""Tests of the table of durations, which decides what `make quick` runs."""

from pathlib import Path

import pytest

from tests.support.durations import (
    LEAST_SECONDS,
    function_of,
    known_durations,
    long_tests,
    measured,
)

ROOT = Path(__file__).parents[1]


def report(
    nodeid: str, seconds: float, when: str = "call", marks: tuple[str, ...] = ()
) -> pytest.TestReport:
    """Return the report of a test that passed."""
    place = (nodeid.partition("::")[0], 1, "test")
    return pytest.TestReport(
        nodeid,
        place,
        dict.fromkeys(marks, 1),
        "passed",
        None,
        when,  # type: ignore[arg-type]
        duration=seconds,
    )


class TestMeasured:
    def test_is_the_mean_of_a_function(self) -> None:
        reports = [report("a.py::test_long[x]", 1.0), report("a.py::test_long[y]", 3.0)]

        assert measured(reports) == {"a.py::test_long": 2.0}

    def test_leaves_out_short_functions(self) -> None:
        assert measured([report("a.py::test_short", LEAST_SECONDS / 2)]) == {}

    def test_leaves_out_setups_and_running_sites(self) -> None:
        reports = [
            report("a.py::test_first", 9.0, when="setup"),
            report("a.py::test_site", 9.0, marks=("services",)),
            report("a.py::test_page", 9.0, marks=("browser",)),
        ]

        assert measured(reports) == {}


class TestTable:
    def test_names_files_that_exist(self) -> None:
        files = {name.partition("::")[0] for name in known_durations()}

        assert [each for each in sorted(files) if not (ROOT / each).is_file()] == []

    def test_marks_a_long_test_as_slow(self, request: pytest.FixtureRequest) -> None:
        known = known_durations()
        items = [each for each in request.session.items if function_of(each.nodeid) in known]

        assert all(each.get_closest_marker("slow") for each in items)


class TestLongTests:
    def test_lists_what_the_table_does_not_know(self) -> None:
        reports = [
            report("a.py::test_long", 5.0),
            report("a.py::test_longer", 7.0),
            report("a.py::test_short", 1.0),
            report("a.py::test_known", 9.0, marks=("slow",)),
        ]

        assert long_tests(reports) == ["   7.0 s  a.py::test_longer", "   5.0 s  a.py::test_long"]
