"""The known durations of tests: `make quick` leaves long tests out, and long files start first.

`make test ARGS=--store-durations` measures them again, best on an idle machine.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

import pytest

TABLE = Path(__file__).parents[1] / "durations.json"
# Only functions whose tests take this long on average are in the table.
LEAST_SECONDS = 0.1
# A test that is missing in the table and takes longer than this is listed after the run.
MOST_SECONDS = 2.0
MOST_LINES = 20
MARKS = {"slow", "services", "browser"}


def function_of(nodeid: str) -> str:
    """Return the node id of a test without its parameters."""
    return nodeid.partition("[")[0]


def known_durations() -> dict[str, float]:
    """Return the seconds of one test of each long function, by its node id."""
    table: dict[str, float] = json.loads(TABLE.read_text())
    return table


def measured(reports: Iterable[pytest.TestReport]) -> dict[str, float]:
    """Return the mean seconds of each long function among these reports.

    The setup counts only where it is part of each test: the first test of a site or of a database
    would otherwise seem to be long.
    """
    seconds: dict[str, list[float]] = defaultdict(list)
    for report in reports:
        if report.when == "call" and not {"services", "browser"} & set(report.keywords):
            seconds[function_of(report.nodeid)].append(report.duration)
    means = {name: round(fmean(each), 2) for name, each in sorted(seconds.items())}
    return {name: mean for name, mean in means.items() if mean >= LEAST_SECONDS}


def long_tests(reports: Iterable[pytest.TestReport]) -> list[str]:
    """Return a line for each unmarked test that took more than MOST_SECONDS, the longest first."""
    found = [
        (report.duration, report.nodeid)
        for report in reports
        if report.when == "call"
        and report.duration > MOST_SECONDS
        and MARKS.isdisjoint(report.keywords)
    ]
    return [f"{seconds:6.1f} s  {name}" for seconds, name in sorted(found, reverse=True)]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes the table."""
    parser.addoption("--store-durations", action="store_true", help=f"write {TABLE.name}")


# Run first, so that the marks are there when `-m` selects.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of long functions as slow."""
    known = known_durations()
    for item in items:
        if function_of(item.nodeid) in known:
            item.add_marker("slow")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write the table if wanted, and list long tests that are not in it.

    The list does not fail the run, because a busy machine makes any test long.
    """
    ran = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if isinstance(report, pytest.TestReport)
    ]
    if terminalreporter.config.getoption("--store-durations"):
        TABLE.write_text(json.dumps(measured(ran), indent=0) + "\n")
    if lines := long_tests(ran):
        terminalreporter.section("tests that take long and are not marked as slow")
        for line in lines[:MOST_LINES]:
            terminalreporter.write_line(line)
