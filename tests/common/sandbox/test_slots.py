"""Slots for costly work: a few for all, one for each user, and none is lost."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytest_django import Settings

from common.sandbox import slots
from common.sandbox.client import ServerBusy
from common.sandbox.slots import slot
from tests.support.servers import wait_until

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
file.write("another"); file.flush()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _two_slots(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give two slots of one kind, and no patience."""
    settings.SLOTS_DIR = tmp_path
    settings.SLOTS = {"work": 2}
    settings.SLOT_LINES = {"work": 3}
    monkeypatch.setattr(slots, "PATIENCE_SECONDS", 0.0)


def test_are_as_many_as_the_setting_says() -> None:
    with (
        slot("work", who="alice"),
        slot("work", who="bob"),
        pytest.raises(ServerBusy),
        slot("work", who="carol"),
    ):
        pass
    with slot("work", who="carol"):
        pass


def test_are_one_for_each_user() -> None:
    with slot("work", who="alice"):
        with pytest.raises(ServerBusy), slot("work", who="alice"):
            pass
        with slot("work", who="bob"):
            pass
    with slot("work", who="alice"):
        pass


def test_are_free_again_after_a_failure() -> None:
    for _ in range(3):
        with pytest.raises(LookupError), slot("work", who="alice"):
            raise LookupError


def test_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "PATIENCE_SECONDS", 60.0)
    entered = threading.Event()

    def wait() -> None:
        with slot("work", who="alice"):
            entered.set()

    with slot("work", who="alice"):
        waiter = threading.Thread(target=wait)
        waiter.start()
        wait_until(lambda: slots._in_line["work"] == 2, "the waiter to be in line")
        assert not entered.is_set()
    waiter.join(60)
    assert entered.is_set()


def test_are_not_waited_for_by_more_than_the_line_holds(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "PATIENCE_SECONDS", 3600.0)
    settings.SLOT_LINES = {"work": 1}
    with slot("work", who="alice"), pytest.raises(ServerBusy), slot("work", who="bob"):
        pass


def test_count_over_processes_and_survive_their_end(tmp_path: Path, settings: Settings) -> None:
    settings.SLOTS = {"work": 1}
    with slot("work", who="alice"):
        pass
    held = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "work" / "0")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with held:
        assert held.stdout is not None
        assert held.stdout.readline() == b"held\n"
        with pytest.raises(ServerBusy), slot("work", who="alice"):
            pass
        held.kill()
    with slot("work", who="alice"):
        pass
