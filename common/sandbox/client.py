"""Run a task in a child process with limits.

Each web process has a fork server (common/sandbox/server.py). It starts with the first task, or
before that with `start`, and starts again if it ended.
"""

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, ClassVar, Final

from django.utils.translation import gettext_lazy as _

from common.sandbox import messages
from common.sandbox.limits import LIMITS
from common.sandbox.messages import Message

ROOT: Final = Path(__file__).resolve().parents[2]
TOO_COSTLY: Final = "too_costly"
# The other variables of a web process include its secrets.
ENVIRONMENT: Final = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR")
STOP_SECONDS: Final = 5.0
# A child that a decoder crashed, or that used up its processor time. The file caused both.
_BY_CRASH: Final = {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV}
_BY_LIMIT: Final = {signal.SIGXCPU}


class ServerBusy(Exception):
    """The server cannot do this work now. The same request can succeed later."""

    code = "busy"
    status: ClassVar[int] = 503
    retry_after: ClassVar[int] = 5

    def __init__(self) -> None:
        super().__init__(_("The server is busy. Try again in a few seconds."))


class TaskRefused(Exception):
    """The task cannot be done, because of its file. `code` is "unreadable" or "too_costly"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Sandbox:
    """A fork server of this process. `module` is the program that it runs."""

    def __init__(self, module: str = "common.sandbox.server") -> None:
        self._module = module
        self._lock = threading.Lock()
        self.server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self) -> socket.socket:
        """Start the server if it does not run, and return the socket that asks it for children."""
        with self._lock:
            if self.server is None or self._control is None or self.server.poll() is not None:
                self._close()
                self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    self.server = _start_server(self._module, theirs)
            return self._control

    def stop(self) -> None:
        """End the server. It starts again with the next task."""
        with self._lock:
            self._close()

    def run(self, task: str, *parts: bytes, **options: Any) -> Message:
        """Run `task` of common/sandbox/tasks.py in a new child, and return its result.

        Raises `TaskRefused` if the file is at fault, and `ServerBusy` if the child was ended from
        outside or did not answer in time.
        """
        try:
            with self._connect() as connection:
                messages.send(connection, {"task": task, **options}, *parts)
                answer = messages.receive(connection)
        except (OSError, messages.Broken) as error:
            raise ServerBusy from error
        if code := answer.header.get("refused"):
            raise TaskRefused(str(code))
        if number := answer.header.get("killed"):
            raise _reason(int(number))
        return answer

    def _connect(self) -> socket.socket:
        """Return a connection to a new child."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.start(), [b"\0"], [theirs.fileno()])
        ours.settimeout(LIMITS.seconds)
        return ours

    def _close(self) -> None:
        if self._control is not None:
            self._control.close()
        if self.server is not None:
            try:
                self.server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        self._control = self.server = None


def _start_server(module: str, control: socket.socket) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return subprocess.Popen(  # noqa: S603  # this interpreter and a module of this project
        [sys.executable, "-m", module, str(control.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        # Threads of numpy's libraries would only take address space, which is limited.
        env={**kept, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        pass_fds=[control.fileno()],
        # Ctrl-C in a terminal reaches only the web process, and its end ends the server.
        start_new_session=True,
    )


def _reason(number: int) -> Exception:
    """Return the exception for a child that ended with this signal."""
    if number in _BY_LIMIT:
        return TaskRefused(TOO_COSTLY)
    if number in _BY_CRASH:
        return TaskRefused("unreadable")
    # For example, the system killed it because the memory of the machine ran out.
    return ServerBusy()


_sandbox = Sandbox()
start, run = _sandbox.start, _sandbox.run
atexit.register(_sandbox.stop)
