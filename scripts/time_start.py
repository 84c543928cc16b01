"""Time `make run` on a new clone of this repository until the first page answers, twice.

    python3 scripts/time_start.py

The script prints the machine, and the seconds of two starts. The first one also makes the
environment, the database and the library. The script uses only the standard library, and deletes
the clone at the end.
"""

import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 900  # seconds


def free_port() -> int:
    """Return a free port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_page(process: "subprocess.Popen[bytes]", url: str) -> None:
    """Request `url` until it answers 200. Exit if the server ends or takes too long."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"make run ended with status {process.returncode}")
        try:
            with urlopen(url, timeout=2) as answer:  # noqa: S310  # the server of this script
                if answer.status == 200:
                    return
        except HTTPError as error:
            sys.exit(f"the page answered {error.code}")
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    sys.exit(f"no page after {LONGEST} s")


def seconds_to_page(clone: Path) -> float:
    """Return the seconds until the first page of `make run` in `clone`, and stop the server."""
    port = free_port()
    command = ["make", "--no-print-directory", "run", f"PORT={port}"]
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=str(clone), start_new_session=True)
    try:
        wait_for_page(process, f"http://127.0.0.1:{port}/")
        return time.monotonic() - started
    finally:
        # The process group has `make` and the server that it started.
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)


def main() -> None:
    """Clone the repository, start the site twice, and print the times."""
    folder = Path(tempfile.mkdtemp(prefix="styleweb-start-"))
    try:
        subprocess.check_call(["git", "clone", "-q", str(ROOT), str(folder / "styleweb")])
        first = seconds_to_page(folder / "styleweb")
        second = seconds_to_page(folder / "styleweb")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    sys.stdout.write(f"machine: {machine}\nfirst start to page:  {first:6.1f} s\n")
    sys.stdout.write(f"second start to page: {second:6.1f} s\n")


if __name__ == "__main__":
    main()
