"""How a run with several processes (`-n`) shares out the tests.

Tests that use the same running site stay together in one process, and so do the tests of each other
file. Each process has a data folder, a database and servers of its own.
"""

import os

import pytest
from xdist.scheduler import LoadScopeScheduling

# The groups that take longest start first; the tests that compute run beside them.
LONGEST_FIRST = ("production", "browser", "embedded")
# Files of tests/faults whose tests start sites, or whole test runs, of their own.
OWN_SITES = {"test_lanes.py", "test_same_tests_on_postgresql.py", "test_workers_end.py"}


def group_of(nodeid: str) -> str:
    """Return what a test stays together with: those of the same site, or else of the same file.

    It goes by the name, since the process that shares out the tests knows nothing else of them.
    """
    path, _, name = nodeid.partition("::")
    if path.startswith("tests/browser/"):
        return "browser"
    if path.startswith("tests/faults/") and path.rpartition("/")[2] not in OWN_SITES:
        return "embedded" if "embedded" in name.lower() else "production"
    return path


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a process all tests of a group, one after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def is_slow(item: pytest.Item) -> bool:
    """Tell whether a test says of itself that it takes long."""
    return item.get_closest_marker("slow") is not None


def pytest_configure() -> None:
    """Let each process compute with one thread, and what it starts too.

    Several threads wait for each other in a loop, which takes many times as long on a busy machine.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")


# Last, since pytest-django sorts the tests by their use of the database.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put first what takes longest; a run in one process keeps the order of the files."""
    if not hasattr(config, "workerinput"):
        return
    slow_files = {item.path for item in items if is_slow(item)}

    def rank(item: pytest.Item) -> tuple[int, bool]:
        group = group_of(item.nodeid)
        place = LONGEST_FIRST.index(group) if group in LONGEST_FIRST else len(LONGEST_FIRST)
        return place, item.path not in slow_files

    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """Share out the tests by group, in the order that they stand in."""
    config.option.loadscopereorder = False
    return Scheduling(config, log)
