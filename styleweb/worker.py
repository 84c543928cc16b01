"""`python -m styleweb.worker`: the Celery worker of the embedded mode. It ends with its server.

The standard input of this process is a pipe from the server. When the server ends, even if it is
killed, this pipe closes. Then the worker kills its whole process group.
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
    """Wait until standard input closes, then kill this process group."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    """Run the worker. If it is killed, the job table puts its jobs back in the queue."""
    threading.Thread(target=end_with_the_server, name="end-with-the-server", daemon=True).start()
    # The warning about root is a warning about pickle. The messages here are JSON.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app.worker_main(ARGUMENTS)


if __name__ == "__main__":
    main()
