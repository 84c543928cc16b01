"""The size of a body under an ASGI server: refused before it is on the disk."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from pytest_django import Settings

from common.body_limit import FORM_BYTES, BodyLimit

PART = bytes(1000)
Communicator: Any = ApplicationCommunicator  # it has no annotations


class App:
    """An application that reads the whole body, as Django does, and answers with its length."""

    def __init__(self) -> None:
        self.read = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        more = True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                return
            self.read += len(event["body"])
            more = event["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


async def ask(
    app: App, headers: Sequence[tuple[bytes, bytes]] = (), *, parts: int, path: str = "/api/v1/x/"
) -> tuple[dict[str, Any], bytes]:
    """Send a request of this many parts; return the start of the answer, and its body."""
    scope = {"type": "http", "path": path, "headers": list(headers)}
    client = Communicator(BodyLimit(app), scope)
    for number in range(1, parts + 1):
        await client.send_input({"type": "http.request", "body": PART, "more_body": number < parts})
    start = await client.receive_output(5)
    body = await client.receive_output(5)
    return start, body["body"]


@pytest.fixture(autouse=True)
def _small_limits(settings: Settings) -> None:
    """Allow 5,000 bytes in a request, and more in a form."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 5000
    settings.MAX_UPLOAD_BYTES = 10_000


async def test_passes_a_body_within_its_limit() -> None:
    app = App()
    start, body = await ask(app, parts=5)
    assert (start["status"], body, app.read) == (200, b"done", 5000)


async def test_stops_a_body_without_a_length_at_its_limit() -> None:
    app = App()
    start, body = await ask(app, parts=50)
    assert start["status"] == 413
    assert json.loads(body)["code"] == "body_too_large"
    assert (b"content-type", b"application/problem+json") in start["headers"]
    assert app.read <= 5000


async def test_does_not_read_a_body_whose_length_is_too_large() -> None:
    app = App()
    start, _body = await ask(app, [(b"content-length", b"5001")], parts=1)
    assert (start["status"], app.read) == (413, 0)


async def test_gives_a_form_the_room_for_a_file() -> None:
    form = (b"Content-Type", b"multipart/form-data; boundary=a")
    most = 10_000 + FORM_BYTES
    start, _body = await ask(App(), [form, (b"content-length", b"%d" % most)], parts=20)
    assert start["status"] == 200
    start, _body = await ask(App(), [form, (b"content-length", b"%d" % (most + 1))], parts=1)
    assert start["status"] == 413


async def test_answers_a_page_with_a_page() -> None:
    start, body = await ask(App(), parts=50, path="/studio/")
    assert start["status"] == 413
    assert b"The request is too large." in body
    assert (b"content-type", b"text/html; charset=utf-8") in start["headers"]
