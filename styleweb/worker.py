"""`python -m styleweb.worker`: the embedded mode's Celery worker, which ends with its server.

The server holds the other end of this process's standard input. When the server dies, however it
dies, that pipe closes and the worker takes its whole process group down with it.
"""

import os
import signal
import sys
import threading
import warnings

from celery.platforms import SecurityWarning

from styleweb.celery import app

ARGUMENTS = [
    "--quiet",
    "worker",
    "--pool=prefork",
    "--concurrency=1",
    "--queues=gpu,cpu",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    "--loglevel=WARNING",
]


def end_with_the_server() -> None:
    """Wait until standard input closes, then end this process group at once."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    """Run the worker; what it held when it is killed goes back in line by the job table."""
    threading.Thread(target=end_with_the_server, name="end-with-the-server", daemon=True).start()
    # The advice not to run as root is about pickle; tickets are JSON.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app.worker_main(ARGUMENTS)


if __name__ == "__main__":
    main()
