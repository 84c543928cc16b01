"""The commands of docker-compose.yml, run as local processes against real servers.

No container is started here. The commands of the file run unchanged, except for free ports.
"""

import json
import os
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
import yaml
from PIL import Image

from tests.support.servers import PostgreSQL, Redis, Server, free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
BIN = Path(sys.executable).parent

pytestmark = [pytest.mark.services, pytest.mark.slow]


def command_of(service: str, **moved: str) -> list[str]:
    """Return the command of a service, with some words replaced for this machine."""
    words = [moved.get(word, word) for word in SERVICES[service]["command"]]
    return [str(BIN / words[0]), *words[1:]]


class Deployment:
    """The services of the compose file, each in its own process."""

    def __init__(self, folder: Path, postgresql: PostgreSQL, redis_server: Redis) -> None:
        self.web, self.sockets = free_port(), free_port()
        self.folder = folder
        self.environment = {
            **os.environ,
            "DATABASE_URL": postgresql.url("compose"),
            "REDIS_URL": redis_server.new_url(),
            "STYLEWEB_SECRET_KEY": "only-for-this-test-" * 4,
            "STYLEWEB_HOSTS": "127.0.0.1",
            "STYLEWEB_DATA": str(folder / "data"),
            "STYLEWEB_BIND": f"127.0.0.1:{self.web}",
            "STYLEWEB_THREADS": "1",
            "DJANGO_SETTINGS_MODULE": "styleweb.settings",
        }

    def server(self, service: str, **moved: str) -> Server:
        """Start a service in the background."""
        server = Server(
            command_of(service, **moved),
            self.folder / f"{service}.log",
            cwd=ROOT,
            env=self.environment,
        )
        server.start()
        return server

    def start(self, stack: ExitStack) -> None:
        """Run the setup, start the other services, and wait until web and sockets answer."""
        setup = self.server("setup")
        assert setup.wait(120) == 0, setup.log.read_text()
        beat = {"--schedule=/tmp/beat-schedule": f"--schedule={self.folder / 'beat'}"}
        port = {"--host=0.0.0.0": "--host=127.0.0.1", "--port=8001": f"--port={self.sockets}"}
        for service, moved in (("web", {}), ("sockets", port), ("worker-cpu", {}), ("beat", beat)):
            stack.callback(self.server(service, **moved).stop)
        wait_until(lambda: self.answers(self.web), "the web's start", 60)
        wait_until(lambda: self.answers(self.sockets), "the sockets' start", 60)

    def answers(self, port: int) -> bool:
        """Return whether the health check at a port answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
                return bool(answer.status == 200)
        except (URLError, ConnectionError, TimeoutError):
            return False

    def call(self, path: str, body: bytes, kind: str, token: str = "") -> dict[str, Any]:
        """Send a POST request to the API, and return its answer."""
        headers = {"Content-Type": kind}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = f"http://127.0.0.1:{self.web}/api/v1{path}"
        request = urllib.request.Request(url, body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def job(self, job_id: str, token: str) -> dict[str, Any]:
        """Read a job."""
        url = f"http://127.0.0.1:{self.web}/api/v1/jobs/{job_id}/"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


@pytest.fixture(scope="module")
def deployment(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL, redis_server: Redis
) -> Iterator[Deployment]:
    """Return the running services of the compose file."""
    site = Deployment(tmp_path_factory.mktemp("compose"), postgresql, redis_server)
    with ExitStack() as stack:
        site.start(stack)
        yield site


def multipart(picture: bytes) -> tuple[bytes, str]:
    """Return the body and the content type of a form with one file, `file`."""
    mark = "a-boundary-that-no-jpeg-holds"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n'
    body = f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + picture + f"\r\n--{mark}--".encode()
    return body, f"multipart/form-data; boundary={mark}"


def test_paints_a_photo_through_web_worker_and_beat(deployment: Deployment) -> None:
    person = {"username": "carla", "email": "carla@example.org", "password": "a quiet museum wall"}
    deployment.call("/auth/register/", json.dumps(person).encode(), "application/json")
    entry = {"login": "carla", "password": person["password"], "name": "test"}
    token = deployment.call("/auth/login/", json.dumps(entry).encode(), "application/json")["token"]
    buffer = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, "JPEG")
    photo = deployment.call("/photos/", *multipart(buffer.getvalue()), token=token)
    wish = {
        "photo": photo["id"],
        "styles": [{"style": "ink-wash"}],
        "spec": {"size": 96, "steps": 6},
    }
    job = deployment.call("/jobs/", json.dumps(wish).encode(), "application/json", token)
    done = wait_until(
        lambda: (now := deployment.job(job["id"], token))["state"] == "succeeded" and now,
        "the painting",
        120,
    )
    assert (done["result"]["width"], done["result"]["height"]) == (96, 96)
    assert done["attempt"] == 1
    assert done["metrics"]["device"] == "cpu"


def test_uses_a_program_of_the_environment_for_each_role() -> None:
    for service in ("setup", "web", "sockets", "worker-cpu", "worker-gpu", "beat"):
        assert Path(command_of(service)[0]).exists(), service
