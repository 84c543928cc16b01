"""The bars of the reliability page: the tests that prove each bar, and the figures they measured.

A test has the mark `@pytest.mark.bar(12)` and can record a measured figure with `record_bar`. With
`--bars` a run prints one line for each bar at its end, and fails if a bar was not proven. With
`--full` the tests repeat as often, and wait as long, as the page says.

A bound in seconds is valid on an idle machine. `keep_bar` asserts it with `--bars`; in other runs
the test still waits for the same condition, even on a busy machine.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

BARS = {
    2: "costly requests beside pages",
    12: "worker killed in mid-job",
    13: "pool child killed in mid-job",
    14: "chaos of kills, and Redis emptied",
    15: "zombie is fenced",
    16: "poison job, and its neighbors",
    17: "web killed between commit and send",
    18: "rollback after the submission",
    19: "Redis away at submission",
    20: "Redis emptied under waiting jobs",
    21: "Redis restarted again and again",
    22: "PostgreSQL restarted at once",
    23: "wakeup delivered many times",
    24: "workers restarted in turn",
    25: "job that hangs",
    26: "cancel, and its race with the end",
    27: "memory runs out",
    28: "embedded mode",
    29: "constraints of the database",
    30: "one job a request",
    31: "rate limit is exact",
    32: "forged addresses",
    33: "quota is exact",
    34: "fair order",
    35: "back-pressure",
    36: "wrong passwords",
    37: "sockets live and carry",
    38: "handshake of a socket",
    39: "reader that is slow",
    40: "what was revoked is closed",
    46: "tokens end with the password",
}
Record = Callable[[int, str], None]
Keep = Callable[[float, float], None]
Property = tuple[str, object]


@dataclass
class Bar:
    """The results of the tests of one bar in a run."""

    ran: int = 0
    failed: int = 0
    figures: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """Return whether the bar is proven: at least one test passed and none failed."""
        if self.failed:
            return "FAIL"
        return "pass" if self.ran else "MISSING"


class Table:
    """Collects the results that the tests of a run give for the bars."""

    def __init__(self) -> None:
        self.bars = {number: Bar() for number in BARS}

    def add(self, when: str, outcome: str, properties: Iterable[Property]) -> None:
        """Add one phase of a test: a passed `call` proves its bar, a failed phase disproves it."""
        for each in properties:
            match each:
                case "bar", int(number):
                    self.bars[number].ran += when == "call" and outcome == "passed"
                    self.bars[number].failed += outcome == "failed"
                case "figure", (int(number), str(figure)) if when == "teardown":
                    self.bars[number].figures.append(figure)

    @property
    def is_complete(self) -> bool:
        """Whether every bar is proven."""
        return all(bar.verdict == "pass" for bar in self.bars.values())

    def lines(self) -> list[str]:
        """Return a line for each bar: its number, subject, verdict and measured figures."""
        return [
            f"{number:3} {BARS[number]:36} {bar.verdict:8} {'; '.join(bar.figures)}".rstrip()
            for number, bar in self.bars.items()
        ]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options --bars and --full."""
    parser.addoption("--bars", action="store_true", help="a line for each bar; fail without one")
    parser.addoption("--full", action="store_true", help="repeat and wait as the bars say")


class BarsPlugin:
    """Collects the reports of a run and prints the state of the bars at its end."""

    def __init__(self) -> None:
        self.table = Table()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a phase of a test to the table."""
        self.table.add(report.when, report.outcome, report.user_properties)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail a run that leaves a bar unproven."""
        if not self.table.is_complete:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print one line for each bar."""
        load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
        terminalreporter.section(f"bars of the reliability page; load average {load}")
        for line in self.table.lines():
            terminalreporter.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin with --bars; only the main process prints the bars."""
    if config.getoption("--bars") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(BarsPlugin(), "styleweb-bars")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Record with each test the numbers of the bars that it proves."""
    for item in items:
        for marker in item.iter_markers("bar"):
            if unknown := set(marker.args) - set(BARS):
                raise pytest.UsageError(f"{item.nodeid} proves bars without a line: {unknown}")
            item.user_properties.extend(("bar", number) for number in marker.args)


@pytest.fixture
def record_bar(request: pytest.FixtureRequest) -> Record:
    """Return a function that records the figure that a test measured for a bar."""

    def record(number: int, figure: str) -> None:
        request.node.user_properties.append(("figure", (number, figure)))

    return record


@pytest.fixture(scope="session")
def keep_bar(request: pytest.FixtureRequest) -> Keep:
    """Return a function that asserts, with --bars, that a measured time is at most a bound."""
    measured = request.config.getoption("--bars")

    def keep(took: float, most: float) -> None:
        assert not measured or took <= most

    return keep


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Return whether the tests repeat and wait as long as the bars say."""
    return bool(request.config.getoption("--full"))
