"""`manage.py serve`: the whole site with its worker in one command."""

import errno
import fcntl
import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

import uvicorn
from django.conf import settings
from django.core.management import BaseCommand, CommandError

from styleweb.environment import IN_CHECKOUT
from styleweb.http_protocol import DeadlineProtocol
from styleweb.preparation import prepare

LARGEST_SOCKET_MESSAGE = 64 * 1024


class Command(BaseCommand):
    """Prepares the database, static files and library, then serves until Ctrl-C."""

    help = "Serve the site with its worker; everything it needs is prepared first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the address to listen on."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the server, and return after a clean stop. Raises CommandError if it cannot start."""
        host, port = options["host"], options["port"]
        if not settings.EMBEDDED:
            raise CommandError(
                "Unset REDIS_URL, or start web, workers and beat as docker-compose.yml does."
            )
        check_port(host, port)
        with hold_data_folder(settings.DATA_DIR / "serve.lock"):
            prepare(self._say)
            self._say(f"Styleweb is at http://{host}:{port}/ (Ctrl-C stops it)")
            uvicorn.run(
                "styleweb.asgi:application",
                host=host,
                port=port,
                log_level="warning",
                # uvicorn would believe every client on this machine; common/proxies.py counts.
                proxy_headers=False,
                http=DeadlineProtocol,
                ws_max_size=LARGEST_SOCKET_MESSAGE,
                timeout_graceful_shutdown=1,
            )

    def _say(self, sentence: str) -> None:
        """Print immediately, also into a pipe."""
        self.stdout.write(sentence)
        self.stdout.flush()


def _words_for(port: int) -> str:
    return f"make run PORT={port}" if IN_CHECKOUT else f"styleweb serve --port {port}"


def check_port(host: str, port: int) -> None:
    """Raise CommandError if the server cannot listen on `port`. The message says what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # The server sets this option too: a port that was just closed counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError:
            raise CommandError("Choose a port from 1 to 65535.") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Choose another port ({_words_for(port + 1)}): {port} is in use."
                ) from error
            raise CommandError(f"Choose another address: {error.strerror}.") from error


def hold_data_folder(path: Path) -> IO[str]:
    """Lock the data folder for this process. Raises CommandError if another server uses it.

    The operating system releases the lock when the process ends, even if it is killed.
    """
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise CommandError(
            f"Stop the other Styleweb first: it already serves from {path.parent}."
        ) from None
    return file
