"""Lists long tests that are not marked as slow, so that `make quick` stays quick.

The list does not fail the run, because a busy machine makes any test slow.
"""

import pytest

MOST_SECONDS = 2.0
MOST_LINES = 20
MARKS = {"slow", "services", "browser"}


def long_tests(reports: list[pytest.TestReport]) -> list[str]:
    """Return a line for each unmarked test that took more than MOST_SECONDS, the longest first."""
    found = [
        (report.duration, report.nodeid)
        for report in reports
        if report.when == "call"
        and report.duration > MOST_SECONDS
        and MARKS.isdisjoint(report.keywords)
    ]
    return [f"{seconds:6.1f} s  {name}" for seconds, name in sorted(found, reverse=True)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the list if it is not empty."""
    ran = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if isinstance(report, pytest.TestReport)
    ]
    if lines := long_tests(ran):
        terminalreporter.section("tests that take long and are not marked as slow")
        for line in lines[:MOST_LINES]:
            terminalreporter.write_line(line)
