"""How a run with several processes (`-n`) shares out the tests.

Tests that use the same running site stay together in one process, and so do the tests of each other
file. Each process has a data folder, a database and servers of its own.
"""

import os

import pytest
from xdist.scheduler import LoadGroupScheduling

# The group of the tests that use a fixture. A test that uses several belongs to the first.
SITES = {
    "crashing": "production",
    "production": "production",
    "sites": "production",
    "failing": "failing",
    "small": "embedded",
    "embedded": "embedded",
    "chromium": "browser",
}
# The groups that take longest start first; the tests that compute run beside them.
LONGEST_FIRST = ("production", "browser", "embedded", "failing")


class Scheduling(LoadGroupScheduling):  # type: ignore[misc]
    """Gives a process all tests of a group, or else of a file, one after the other."""

    def _split_scope(self, nodeid: str) -> str:
        name, _, group = nodeid.rpartition("@")
        return group if group in LONGEST_FIRST else (name or nodeid).split("::", 1)[0]


def group_of(item: pytest.Item) -> str | None:
    """Return the group of a test that uses a running site."""
    used = set(getattr(item, "fixturenames", ()))
    if callspec := getattr(item, "callspec", None):
        used.add(callspec.params.get("site", ""))
    return next((group for name, group in SITES.items() if name in used), None)


def is_slow(item: pytest.Item) -> bool:
    """Tell whether a test says of itself that it takes long."""
    return item.get_closest_marker("slow") is not None


def pytest_configure() -> None:
    """Let each process compute with one thread, and what it starts too.

    Several threads wait for each other in a loop, which takes many times as long on a busy machine.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Name the groups, and put first what takes longest; one process keeps the order of files."""
    if not hasattr(config, "workerinput"):
        return
    slow_files = {item.path for item in items if is_slow(item)}
    ranks: dict[pytest.Item, tuple[int, int]] = {}
    for item in items:
        group = group_of(item)
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))
        rank = LONGEST_FIRST.index(group) if group else len(LONGEST_FIRST)
        ranks[item] = (rank, item.path not in slow_files)
    items.sort(key=ranks.__getitem__)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """Share out the tests by site or file, in the order that they stand in."""
    config.option.loadscopereorder = False
    return Scheduling(config, log)
