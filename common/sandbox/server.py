"""A small process that forks a child with limits for each task: `python -m common.sandbox.server`.

It loads the picture libraries once, so a child starts in milliseconds. It loads no Django and no
torch, knows no secret, and ends when its web process ends.
"""

import io
import os
import signal
import socket
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

from PIL import Image

from common.sandbox import messages
from common.sandbox.limits import LIMITS, Limits
from common.sandbox.tasks import REFUSALS, TASKS, derive


class ForkServer:
    """Waits for sockets on `control`, and gives each to a new child.

    If a signal ends a child, the server says so on the socket of the child.
    """

    def __init__(self, control: socket.socket, limits: Limits) -> None:
        self._control = control
        self._limits = limits
        self._children: dict[int, socket.socket] = {}

    def run(self) -> None:
        """Serve until the web process closes its end of `control`."""
        signal.signal(signal.SIGCHLD, lambda *_: self._reap())
        while True:
            data, descriptors, _flags, _address = socket.recv_fds(self._control, 1, 1)
            if not data:
                return
            self._fork(socket.socket(fileno=descriptors[0]))

    def _fork(self, connection: socket.socket) -> None:
        # Blocked, because the child may end before it is in the list of children.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if not pid:
            self._control.close()
            for other in self._children.values():
                other.close()
            _run_child(connection, self._limits)
        self._children[pid] = connection
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})

    def _reap(self) -> None:
        """Collect the children that ended."""
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                with self._children.pop(pid) as connection:
                    if os.WIFSIGNALED(status):
                        _report(connection, os.WTERMSIG(status))


def _report(connection: socket.socket, number: int) -> None:
    """Say which signal ended the child, unless the web process is gone or does not read."""
    connection.settimeout(1)
    with suppress(OSError):
        messages.send(connection, {"killed": number})


def _run_child(connection: socket.socket, limits: Limits) -> NoReturn:
    """Run one task in a new child, and end it without the clean-up of the server."""
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        limits.set_here()
        _answer(connection)
        code = 0
    except (BrokenPipeError, ConnectionResetError, messages.Broken):
        pass  # the web process is gone
    except BaseException:  # noqa: BLE001  # nothing may go on in the loop of the server
        traceback.print_exc()
    os._exit(code)


def _answer(connection: socket.socket) -> None:
    """Read one task, run it, and send its result or its refusal."""
    header, parts = messages.receive(connection)
    try:
        result = TASKS[header.pop("task")](*parts, **header)
    except tuple(REFUSALS) as error:
        code = next(code for kind, code in REFUSALS.items() if isinstance(error, kind))
        result = messages.Message({"refused": code}, [])
    messages.send(connection, result.header, *result.parts)


def load_libraries() -> None:
    """Load what the libraries of pictures load only at their first use, with a tiny own picture.

    Otherwise every child would load it again, which takes ten times as long as a small task.
    """
    Image.init()
    buffer = io.BytesIO()
    Image.new("RGBA", (2, 2)).save(buffer, "PNG")
    derive(buffer.getvalue())


def main(limits: Limits = LIMITS) -> None:
    """Serve on the socket whose descriptor is the argument of the command."""
    load_libraries()
    ForkServer(socket.socket(fileno=int(sys.argv[1])), limits).run()


if __name__ == "__main__":
    main()
