"""Distributes the tests of a run with several processes (`-n`).

Tests that use the same running site stay together in one process. So do the tests of any other
file. Each process has its own data folder, database and servers.
"""

import gc
import os
from collections import defaultdict
from collections.abc import Generator
from zlib import crc32

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.support.durations import function_of, known_durations

# Tests of running sites start first, these groups before all; tests that mainly compute run at
# the same time.
LONGEST_FIRST = ("production", "browser-0", "browser-1", "embedded")
# Files of tests/faults that start their own sites.
OWN_SITES = {"test_lanes.py", "test_workers_end.py", "test_same_tests_on_postgresql.py"}
# The tests of these folders share something that takes long to make.
TOGETHER = ("tests/style_transfer/export/",)


def group_of(nodeid: str) -> str:
    """Return the group of a test: the tests of one site, or else the tests of one file.

    Only the name decides, because the process that distributes the tests knows nothing else.
    """
    path, _, name = nodeid.partition("::")
    for folder in TOGETHER:
        if path.startswith(folder):
            return folder
    if path.startswith("tests/browser/"):
        # One process for all would run long after the others have nothing left to do.
        return f"browser-{crc32(path.encode()) % 2}"
    if path.startswith("tests/faults/") and path.rpartition("/")[2] not in OWN_SITES:
        return "embedded" if "embedded" in name.lower() else "production"
    return path


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Sends all tests of a group to one process, one after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_configure() -> None:
    """Limit each process, and the processes that it starts, to one compute thread.

    Several threads wait for each other in a busy loop; on a busy machine that takes many times
    as long.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without a search for garbage, because all the objects stay in use to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


# Run last, because pytest-django also sorts the tests, by their use of the database.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the longest groups first; a run in one process keeps the order of the files."""
    if not hasattr(config, "workerinput"):
        return
    known = known_durations()
    seconds: dict[str, float] = defaultdict(float)
    for item in items:
        seconds[group_of(item.nodeid)] += known.get(function_of(item.nodeid), 0)

    def rank(item: pytest.Item) -> tuple[int, float]:
        group = group_of(item.nodeid)
        if group in LONGEST_FIRST:
            return LONGEST_FIRST.index(group), 0
        computes = item.get_closest_marker("services") is None
        return len(LONGEST_FIRST) + computes, -seconds[group]

    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """Return the scheduler that distributes the tests by group, in their current order."""
    config.option.loadscopereorder = False
    return Scheduling(config, log)
