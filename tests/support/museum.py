"""A museum on this machine, in place of the ones on the internet."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from library import sources
from library.sources import MUSEUMS, Museum
from tests.support.factories import make_picture, picture_bytes

PICTURE = picture_bytes(make_picture((300, 200)), "JPEG")


class MuseumServer(ThreadingHTTPServer):
    """Answers with the entry of `pages`: bytes, an address to redirect to, or slow seconds."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, bytes | str | float] = {}
        self.asked: list[tuple[str, str]] = []
        self.address = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: MuseumServer

    def do_GET(self) -> None:  # the name that http.server calls
        self.server.asked.append((self.path, self.headers["User-Agent"]))
        page = self.server.pages.get(self.path)
        if isinstance(page, str):
            self.send_response(302)
            self.send_header("Location", page)
            self.end_headers()
        elif page is None:
            self.send_error(404)
        else:
            self.send_response(200)
            self.end_headers()
            self._send(page)

    def _send(self, page: bytes | float) -> None:
        if isinstance(page, bytes):
            self.wfile.write(page)
            return
        until = time.monotonic() + page
        while time.monotonic() < until:
            self.wfile.write(b"drop" * 16 * 1024)
            time.sleep(0.05)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextmanager
def open_museum(monkeypatch: pytest.MonkeyPatch) -> Iterator[MuseumServer]:
    """Serve a museum. It has no https, so http is allowed."""
    server = MuseumServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    monkeypatch.setattr(sources, "SCHEMES", ("http",))
    for name, real in MUSEUMS.items():
        monkeypatch.setitem(
            MUSEUMS,
            name,
            Museum(server.address + "/" + name + "/{id}", real.picture),
        )
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def met(server: MuseumServer, **changes: Any) -> dict[str, str]:
    """Put a record of the Met and its picture into the server. Return the source that names it."""
    record = {"isPublicDomain": True, "primaryImage": f"{server.address}/wave.jpg", **changes}
    server.pages["/met/45434"] = json.dumps(record).encode()
    server.pages["/wave.jpg"] = PICTURE
    return {"from": "met", "id": "45434"}
