"""Sockets for tests: opened for any user, greeted, and closed at the end."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from styleweb.asgi import router

ADDRESS = "/ws/v1/events/"
Connect = Callable[..., Coroutine[Any, Any, WebsocketCommunicator]]


def session_of(user: User) -> bytes:
    """Return the cookie of a browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}".encode()


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Return a function that opens a socket for a user; all are closed at the end."""
    cache.clear()  # where open sockets are counted
    opened: list[WebsocketCommunicator] = []

    async def open_socket(
        user: User | None,
        origin: bytes = b"http://localhost",
        address: str = ADDRESS,
        **more: bytes,
    ) -> WebsocketCommunicator:
        headers = [(b"origin", origin), (b"host", b"localhost")]
        headers += [(name.encode(), value) for name, value in more.items()]
        if user is not None:
            headers.append((b"cookie", await sync_to_async(session_of)(user)))
        socket = WebsocketCommunicator(router, address, headers)
        opened.append(socket)
        return socket

    yield open_socket
    for socket in opened:
        if socket.future is not None and not socket.future.done():
            await socket.disconnect()


async def greeted(socket: WebsocketCommunicator) -> dict[str, Any]:
    """Connect, check the greeting, and return the first snapshot frame."""
    connected, _ = await socket.connect(timeout=30)
    assert connected
    hello = await socket.receive_json_from(timeout=30)
    assert (hello["v"], hello["type"], hello["seq"]) == (1, "hello", 0)
    frame: dict[str, Any] = await socket.receive_json_from(timeout=30)
    assert frame["type"] == "snapshot"
    return frame


async def wait_for_frame(socket: WebsocketCommunicator, kind: str) -> dict[str, Any]:
    """Return the next frame of a kind; frames of other kinds are skipped."""
    for _ in range(50):
        frame: dict[str, Any] = await socket.receive_json_from(timeout=30)
        if frame["type"] == kind:
            return frame
    return pytest.fail(f"no {kind} came")
