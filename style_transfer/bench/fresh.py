"""Call a function in a new process, whose memory is that of this one call."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from style_transfer.core.errors import InternalError

Found = TypeVar("Found")
_WAKE_SECONDS = 0.2


def in_fresh_process(action: Callable[..., Found], *arguments: object) -> Found:
    """Call a function of a module in a new process, and return what it returns.

    Raises what the function raises, and InternalError if the process ended before it answered, as
    when the system takes its memory back. The process ends in any case, also after Ctrl-C.
    """
    context = multiprocessing.get_context("spawn")  # a fork would start with this process's pages
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(sender, action, arguments), daemon=True)
    try:
        with _without_interrupts():
            child.start()
        sender.close()
        # A Ctrl-C that reaches another thread ends no wait of this one, so none may be long.
        while not receiver.poll(_WAKE_SECONDS):
            pass
        found, failure = receiver.recv()
    except EOFError as error:
        raise InternalError("The process that was measured ended before it was done.") from error
    finally:
        if child.pid is not None:  # it was started
            child.terminate()
            child.join()
        receiver.close()
    if failure is not None:
        raise failure
    return found  # type: ignore[no-any-return]


def _answer(sender: Connection, action: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    try:
        sender.send((action(*arguments), None))
    except Exception as error:  # noqa: BLE001 - the caller raises it
        sender.send((None, error))


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while a process starts; the process never gets it, and prints no traceback.

    This process gets it afterwards, and ends the other one.
    """
    resource_tracker.ensure_running()  # the first start of this helper would let Ctrl-C through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
