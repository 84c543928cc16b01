"""A function runs in a new process, which ends with this one's wish for its answer."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from style_transfer.bench.fresh import in_fresh_process
from style_transfer.core.errors import InternalError, OutOfMemoryError


@pytest.fixture(autouse=True)
def _ctrl_c_ends_this_process() -> Iterator[None]:
    """Handle Ctrl-C as Python usually does; a shell lets processes in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def add_own_id(number: int) -> tuple[int, int]:
    return os.getpid(), number + 1


def refuse() -> None:
    raise OutOfMemoryError("20 MB are allowed.", hint="Allow more.")


def vanish() -> None:
    os._exit(3)


def interrupt_both() -> None:
    """Act as Ctrl-C does, which reaches both processes, in the middle of long work."""
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getppid(), signal.SIGINT)
    signal.pause()


class InterruptsStart:
    """Act as Ctrl-C does while the other process is being started, which pickles this."""

    def __reduce__(self) -> tuple[type[float], tuple[int]]:
        signal.raise_signal(signal.SIGINT)
        return float, (600,)


def test_answers_from_another_process() -> None:
    process, answer = in_fresh_process(add_own_id, 4)
    assert answer == 5
    assert process != os.getpid()


def test_raises_what_the_function_raises() -> None:
    with pytest.raises(OutOfMemoryError, match="20 MB") as caught:
        in_fresh_process(refuse)
    assert caught.value.hint == "Allow more."


def test_says_that_the_process_ended_early() -> None:
    with pytest.raises(InternalError, match="ended before it was done"):
        in_fresh_process(vanish)


def test_leaves_no_process_after_ctrl_c(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        in_fresh_process(interrupt_both)
    assert multiprocessing.active_children() == []
    assert "Traceback" not in capfd.readouterr().err


def test_ends_after_a_ctrl_c_that_reached_another_thread() -> None:
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    timer = threading.Timer(1, lambda: signal.pthread_kill(other.ident or 0, signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            in_fresh_process(time.sleep, 600)
    finally:
        timer.join()
        done.set()
        other.join()


def test_leaves_no_process_after_ctrl_c_during_its_start() -> None:
    with pytest.raises(KeyboardInterrupt):
        in_fresh_process(time.sleep, InterruptsStart())
    assert multiprocessing.active_children() == []
