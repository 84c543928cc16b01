"""The whole site in the shape of docker-compose.yml: through nginx, with an outer proxy or none."""

import gzip
import http.client
import io
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.utils import translation
from django.utils.translation import gettext
from PIL import Image
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.support.deployments import HOST, Answer, Client, Deployment, Front, command_of, trusting
from tests.support.factories import PASSWORD, make_picture, picture_bytes
from tests.support.nginx import Nginx, shipped
from tests.support.servers import PostgreSQL, Redis, free_port, wait_until

pytestmark = [pytest.mark.services, pytest.mark.slow, pytest.mark.timeout(1500)]
# Headers of one connection, or of the way in which the bytes are sent.
OF_THE_TRANSPORT = {
    *("server", "date", "connection", "content-length", "accept-ranges", "x-accel-redirect"),
}


@pytest.fixture(scope="module")
def deployment(postgresql: PostgreSQL, redis_server: Redis) -> Iterator[Deployment]:
    """Return the running setup, worker and beat of the compose file."""
    with tempfile.TemporaryDirectory(prefix="styleweb-compose-") as folder:
        # nginx runs as another user and must reach the media files.
        Path(folder).chmod(0o755)
        with Deployment(Path(folder), postgresql, redis_server) as site:
            yield site


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "tls"])
def front(request: pytest.FixtureRequest, deployment: Deployment) -> Iterator[Front]:
    """Return web, sockets and nginx without and with an outer proxy that ends TLS."""
    front = Front(deployment, tls=request.param)
    with ExitStack() as stack:
        front.start(stack)
        yield front


@pytest.fixture(scope="module")
def pictures(front: Front) -> tuple[Client, list[str]]:
    """Return a client that owns pictures of every kind, and their addresses."""
    name = f"painter-{uuid4().hex[:6]}"
    addresses = front.site.call("exhibit", name=name)
    front.site.give_files_to_their_owner()
    session = front.site.call("sign_in", name=name)
    return front.client(Cookie=f"sessionid={session}"), addresses


def sign_up(client: Client, name: str, **headers: str) -> int:
    """Return the status of a sign-up."""
    person = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    return client.ask("/api/v1/auth/register/", person, **headers).status


def app(front: Front, address: str) -> Client:
    """Return an app of a new person, with a token."""
    client, name = front.client(address), f"app-{uuid4().hex[:8]}"
    assert sign_up(client, name) == 201
    login = {"login": name, "password": PASSWORD, "name": "test"}
    token = client.ask("/api/v1/auth/login/", login).json()["token"]
    return front.client(address, Authorization=f"Bearer {token}")


def upload(client: Client, picture: bytes) -> Answer:
    """Upload a photo."""
    mark = uuid4().hex
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
    body = head.encode() + picture + f"\r\n--{mark}--\r\n".encode()
    kind = f"multipart/form-data; boundary={mark}"
    return client.ask("/api/v1/photos/", body, Content_Type=kind)


def told(answer: Answer) -> dict[str, list[str]]:
    """Return the headers that tell a client or a cache what to do with the body."""
    return {n: v for n, v in answer.headers.items() if n not in OF_THE_TRANSPORT}


class TestPeople:
    def test_sign_up_from_six_addresses(self, front: Front) -> None:
        network = 10 + front.tls
        names = [f"six-{network}-{number}" for number in range(6)]
        clients = [front.client(f"127.0.{network}.{number + 1}") for number in range(6)]
        assert [sign_up(*each) for each in zip(clients, names, strict=True)] == [201] * 6

    def test_are_one_if_they_forge_addresses(self, front: Front) -> None:
        client, mark = front.client(f"127.0.{20 + front.tls}.1"), uuid4().hex[:6]
        # The time window of the limit may end during the test; then the next one is full.
        forged = {f"forger-{mark}-{n}": f"192.0.2.{n}, 198.51.100.{n}" for n in range(11)}
        answers = [sign_up(client, each, X_Forwarded_For=forged[each]) for each in forged]
        assert answers[:5] == [201] * 5
        assert 429 in answers

    def test_upload_a_photo_and_see_it(self, front: Front) -> None:
        client = app(front, f"127.0.{30 + front.tls}.1")
        answer = upload(client, picture_bytes(make_picture((320, 200)), "JPEG"))
        assert answer.status == 201
        front.site.give_files_to_their_owner()
        seen = client.ask(f"/api/v1/photos/{answer.json()['id']}/file/?variant=thumb")
        assert seen.status == 200
        assert Image.open(io.BytesIO(seen.body)).size == (320, 200)

    def test_sign_in_on_a_page(self, front: Front) -> None:
        client, name = front.client(f"127.0.{50 + front.tls}.1"), f"reader-{uuid4().hex[:6]}"
        front.site.call("painter", name=name)
        page = client.ask("/account/login/")
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
        assert found
        form = {"login": name, "password": PASSWORD, "csrfmiddlewaretoken": found[1].decode()}
        answer = client.ask(
            "/account/login/",
            urlencode(form).encode(),
            Content_Type="application/x-www-form-urlencoded",
            Cookie=page.headers["set-cookie"][0].partition(";")[0],
            Origin=front.origin,
            Referer=f"{front.origin}/account/login/",
        )
        assert (answer.status, answer.headers["location"]) == (302, ["/studio/"])
        secure = ["; Secure" in each for each in answer.headers["set-cookie"]]
        assert set(secure) == {front.tls}

    def test_hear_of_their_jobs(self, front: Front) -> None:
        session = front.site.call("sign_in", name=f"listener-{uuid4().hex[:6]}")
        scheme, tls = ("wss", trusting()) if front.tls else ("ws", None)
        with connect(
            f"{scheme}://{HOST}/ws/v1/events/",
            sock=Client(front.port).connect(),
            ssl=tls,
            origin=Origin(front.origin),
            additional_headers={"Cookie": f"sessionid={session}"},
        ) as socket:
            frames = [json.loads(socket.recv(timeout=120))["type"]]
            while "snapshot" not in frames:
                frames.append(json.loads(socket.recv(timeout=120))["type"])


class TestMedia:
    def test_has_every_variant_with_the_headers_of_python(
        self, front: Front, pictures: tuple[Client, list[str]]
    ) -> None:
        client, addresses = pictures
        python = front.python()
        python.headers |= client.headers
        said = {address: python.ask(address) for address in addresses}
        # The first request for a conversion made it.
        front.site.give_files_to_their_owner()
        for address in addresses:
            answer = client.ask(address)
            assert answer.status == said[address].status == 200, address
            assert told(answer) == told(said[address]), address
            Image.open(io.BytesIO(answer.body)).load()
        assert len(addresses) >= 21

    def test_is_guarded(self, pictures: tuple[Client, list[str]]) -> None:
        client, addresses = pictures
        headers = client.ask(addresses[0]).headers
        assert headers["content-security-policy"] == [
            "default-src 'none'; sandbox; frame-ancestors 'none'"
        ]
        assert headers["x-content-type-options"] == ["nosniff"]
        assert headers["cross-origin-resource-policy"] == ["same-origin"]
        assert headers["cache-control"] == ["private, no-store"]

    def test_is_not_sent_again_if_it_is_known(
        self, front: Front, pictures: tuple[Client, list[str]]
    ) -> None:
        client, addresses = pictures
        python = front.python()
        python.headers |= client.headers
        [tag] = client.ask(addresses[0]).headers["etag"]
        answer = client.ask(addresses[0], If_None_Match=tag)
        assert (answer.status, answer.body) == (304, b"")
        assert told(answer) == told(python.ask(addresses[0], If_None_Match=tag))
        assert client.ask(addresses[0], method="HEAD").headers["etag"] == [tag]

    def test_is_only_for_its_owner(self, front: Front, pictures: tuple[Client, list[str]]) -> None:
        _client, addresses = pictures
        assert front.client().ask(addresses[0]).status == 404
        assert front.client().ask("/protected/photos/").status == 404


class TestNginx:
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_refuses_a_large_photo_in_the_words_of_python(
        self, front: Front, language: str
    ) -> None:
        answer = refused(front, "/api/v1/photos/", Cookie=f"django_language={language}")
        with translation.override(language):
            sentence = gettext("This file is too large. The limit is %(limit)s MB.")
        assert answer.status == 413
        assert answer.headers["content-type"] == ["application/problem+json"]
        assert answer.json()["code"] == "file_too_large"
        assert answer.json()["detail"] == sentence % {"limit": 25}

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_refuses_a_large_request_in_the_words_of_python(
        self, front: Front, language: str
    ) -> None:
        answer = refused(front, "/api/v1/jobs/", Accept_Language=language)
        with translation.override(language):
            sentence = gettext("The request is too large. Send less data at once.")
        assert (answer.status, answer.json()["code"]) == (413, "body_too_large")
        assert answer.json()["detail"] == sentence
        assert refused(front, "/studio/").headers["content-type"] == ["text/html; charset=utf-8"]

    def test_compresses_lists(self, front: Front) -> None:
        client = front.client(Accept_Encoding="gzip")
        plain, packed = front.client().ask("/api/v1/styles/"), client.ask("/api/v1/styles/")
        assert packed.headers["content-encoding"] == ["gzip"]
        assert gzip.decompress(packed.body) == plain.body
        assert len(packed.body) < len(plain.body) / 2
        assert any("Accept-Encoding" in each for each in packed.headers["vary"])
        [tag] = packed.headers["etag"]
        assert client.ask("/api/v1/styles/", If_None_Match=tag).status == 304

    def test_answers_for_web_while_it_is_away(self, front: Front) -> None:
        folder = front.site.folder / f"nginx-alone-{front.tls}"
        nginx = Nginx(folder, front.proxy.user.get("user", 0))
        nginx.start(shipped(nginx, front.site.folder, web=free_port(), sockets=free_port()))
        client = Client(nginx.port)
        try:
            wait_until(lambda: reaches(client), "nginx")
            answer = client.ask("/api/v1/jobs/")
        finally:
            nginx.stop()
        assert (answer.status, answer.headers["retry-after"]) == (503, ["5"])
        assert answer.json()["code"] == "unavailable"


def reaches(client: Client) -> bool:
    """Return whether a server listens."""
    try:
        client.connect().close()
    except OSError:
        return False
    return True


def refused(front: Front, path: str, **headers: str) -> Answer:
    """Announce a body of 27 MB and return the answer, which comes before the body is sent."""
    size = {"Content_Length": str(27 * 2**20 + 1)}
    return front.client().ask(path, method="POST", **size, **headers)


class TestWeb:
    def test_answers_a_health_check_of_its_container(self, front: Front) -> None:
        for port in (front.web, front.sockets):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b"ok")
            connection.close()

    def test_sends_a_client_without_tls_to_https(self, front: Front) -> None:
        answer = Client(front.proxy.port).ask("/styles/")
        if front.tls:
            assert (answer.status, answer.headers["location"]) == (301, [f"https://{HOST}/styles/"])
        else:
            assert answer.status == 200

    def test_has_no_redirect_loop(self, front: Front) -> None:
        answer = front.client().ask("/styles/")
        assert answer.status == 200
        assert ("strict-transport-security" in answer.headers) == front.tls


@pytest.mark.parametrize("front", [True], ids=["tls"], indirect=True)
def test_paints_a_photo_through_web_worker_and_beat(front: Front) -> None:
    client = app(front, f"127.0.{40 + front.tls}.1")
    photo = upload(client, picture_bytes(make_picture((128, 96)), "JPEG")).json()
    wish = {
        "photo": photo["id"],
        "styles": [{"style": "ink-wash"}],
        "spec": {"size": 96, "steps": 6},
    }
    job = client.ask("/api/v1/jobs/", wish).json()

    def painted() -> dict[str, Any] | None:
        now: dict[str, Any] = client.ask(f"/api/v1/jobs/{job['id']}/").json()
        return now if now["state"] == "succeeded" else None

    done = wait_until(painted, "the painting")
    assert (done["result"]["width"], done["result"]["height"]) == (96, 72)
    assert done["attempt"] == 1
    assert done["metrics"]["device"] == "cpu"


def test_uses_a_program_of_the_environment_for_each_role() -> None:
    for service in ("setup", "web", "sockets", "worker-cpu", "worker-gpu", "beat"):
        assert Path(command_of(service)[0]).exists(), service
