"""The services of docker-compose.yml, each in its own process, with nginx before them.

No container is started here. The commands of the file run unchanged, except for free ports, and
nginx has the shipped configuration. Every client calls the site by its name.
"""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from tests.support.nginx import Nginx, outer, shipped
from tests.support.servers import (
    PATIENCE_SECONDS,
    PostgreSQL,
    Redis,
    Server,
    free_port,
    wait_until,
)
from tests.support.sites import ROOT, Site

SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
BIN = Path(sys.executable).parent
HOST = "styleweb.example"
# The owner of the files that containers of our image write.
OWNER = int(re.findall(r"^USER (\d+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[-1])


def command_of(service: str, **moved: str) -> list[str]:
    """Return the command of a service, with some words replaced for this machine."""
    words = [moved.get(word, word) for word in SERVICES[service]["command"]]
    return [str(BIN / words[0]), *words[1:]]


@dataclass(frozen=True)
class Answer:
    """An answer with its whole body. Names of headers are in lower case."""

    status: int
    headers: dict[str, list[str]]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass
class Client:
    """Sends requests to a port as a client with this address does."""

    port: int
    tls: bool = False
    address: str = "127.0.0.1"
    headers: dict[str, str] = field(default_factory=dict)

    def connect(self) -> socket.socket:
        """Open a connection from the address."""
        plain = socket.create_connection(("127.0.0.1", self.port), 120, (self.address, 0))
        return trusting().wrap_socket(plain, server_hostname=HOST) if self.tls else plain

    def ask(self, path: str, body: Any = None, *, method: str = "", **headers: str) -> Answer:
        """Send a request and return its answer. A body that is not bytes is sent as JSON."""
        connection = http.client.HTTPConnection(HOST)
        connection.sock = self.connect()
        sent = {"Host": HOST, **self.headers}
        if body is not None and not isinstance(body, bytes):
            body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method or ("POST" if body is not None else "GET"), path, body, sent)
        with connection.getresponse() as answer:
            found: dict[str, list[str]] = {}
            for name, value in answer.getheaders():
                found.setdefault(name.lower(), []).append(value)
            data = answer.read()
        connection.close()
        return Answer(answer.status, found, data)


def trusting() -> ssl.SSLContext:
    """Return a context that accepts the certificate of the outer proxy."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Deployment(Site):
    """The setup, one worker and beat. Each `Front` adds web, sockets and proxy."""

    kind = "compose"

    def __init__(self, folder: Path, postgresql: PostgreSQL, redis: Redis) -> None:
        super().__init__(
            folder,
            DATABASE_URL=postgresql.url("compose"),
            REDIS_URL=redis.new_url(),
            STYLEWEB_SECRET_KEY="only-for-this-test-" * 4,
            STYLEWEB_HOSTS=HOST,
            STYLEWEB_MEDIA_ACCEL=SERVICES["web"]["environment"]["STYLEWEB_MEDIA_ACCEL"],
            STYLEWEB_THREADS="1",
            STYLEWEB_WEB_PROCESSES="1",
        )
        self._stack = ExitStack()

    def service(self, service: str, moved: dict[str, str], **environment: str) -> Server:
        """Start a service of the file in the background."""
        # Two fronts have services of the same name.
        log = self.folder / f"{service}-{len(list(self.folder.glob('*.log')))}.log"
        environment = {**self.environment, **environment}
        server = Server(command_of(service, **moved), log, cwd=ROOT, env=environment)
        server.start()
        return server

    def start(self) -> None:
        """Run the setup to its end, then start the worker and beat."""
        setup = self.service("setup", {})
        self._stack.callback(setup.stop)
        assert setup.wait(2 * PATIENCE_SECONDS) == 0, setup.log.read_text()
        schedule = {"--schedule=/data/beat-schedule": f"--schedule={self.folder / 'beat'}"}
        for name, moved in (("worker-cpu", {}), ("beat", schedule)):
            self._stack.callback(self.service(name, moved).stop)

    def stop(self) -> None:
        """Stop the worker and beat."""
        self._stack.close()

    def give_files_to_their_owner(self) -> None:
        """Change the owner of the media files to the user of the image, if this is root."""
        if os.getuid() == 0:
            for path in (self.folder / "media").rglob("*"):
                shutil.chown(path, OWNER, OWNER)


class Front:
    """Web, sockets and nginx as one origin: with an outer proxy that ends TLS, or without."""

    def __init__(self, site: Deployment, *, tls: bool) -> None:
        self.site, self.tls = site, tls
        self.web, self.sockets = free_port(), free_port()
        name = "tls" if tls else "plain"
        # Without a user of its own, nginx of the image runs its workers as 101.
        user = int(str(SERVICES["proxy"].get("user", 101)).split(":")[0])
        self.proxy = Nginx(site.folder / f"nginx-{name}", user)
        self.outer = Nginx(site.folder / "outer", user) if tls else None
        self.port = self.outer.port if self.outer else self.proxy.port
        self.origin = f"{'https' if tls else 'http'}://{HOST}"

    def start(self, stack: ExitStack) -> None:
        """Start all processes, and wait until web and sockets answer."""
        environment = {
            "STYLEWEB_BIND": f"127.0.0.1:{self.web}",
            "STYLEWEB_HTTPS": str(self.tls).lower(),
            "STYLEWEB_TRUSTED_PROXIES": "2" if self.tls else "1",
        }
        moved = {"--host=0.0.0.0": "--host=127.0.0.1", "--port=8001": f"--port={self.sockets}"}
        stack.callback(self.site.service("web", {}, **environment).stop)
        stack.callback(self.site.service("sockets", moved, **environment).stop)
        self.proxy.start(shipped(self.proxy, self.site.folder, web=self.web, sockets=self.sockets))
        stack.callback(self.proxy.stop)
        if self.outer:
            self.outer.start(outer(self.outer, self.proxy.port))
            stack.callback(self.outer.stop)
        for port in (self.web, self.sockets, self.port):
            wait_until(partial(self.answers, port), f"the start at port {port}")

    def answers(self, port: int) -> bool:
        """Return whether the health check at a port answers."""
        for nginx in filter(None, (self.proxy, self.outer)):
            assert nginx.server.is_running, nginx.server.log.read_text()
        try:
            return Client(port, tls=self.tls and port == self.port).ask("/healthz").status == 200
        except OSError:
            return False

    def client(self, address: str = "127.0.0.1", **headers: str) -> Client:
        """Return a client of the site."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client(self.port, self.tls, address, named)

    def python(self) -> Client:
        """Return a client of the web process, which sends what nginx adds."""
        scheme = "https" if self.tls else "http"
        return Client(self.web, headers={"X-Forwarded-Proto": scheme})
