"""Deadlines of the embedded server: a client that sends slowly does not hold a connection."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from styleweb import http_protocol
from styleweb.http_protocol import DeadlineProtocol

SOON = 0.2
REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Read the body, and answer with its length."""
    size, more = 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            return
        size += len(event["body"])
        more = event["more_body"]
    body = str(size).encode()
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Return the port of a server with short deadlines."""
    monkeypatch.setattr(http_protocol, "HEADER_SECONDS", SOON)
    monkeypatch.setattr(http_protocol, "BODY_SECONDS", SOON)
    monkeypatch.setattr(http_protocol, "MAX_CONNECTIONS", 3)
    config = uvicorn.Config(app, port=0, http=DeadlineProtocol, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """Return what the server sends until it closes the connection."""
    return await asyncio.wait_for(reader.read(), 60)


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: a\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123",
    ],
    ids=["nothing", "half the headers", "half the body"],
)
async def test_closes_a_connection_that_sends_no_more(port: int, start: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(start)
    assert await rest_of(reader) == b""
    writer.close()


async def test_closes_a_connection_whose_further_request_is_slow(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST)
    assert b"200 OK" in await reader.readuntil(b"\r\n\r\n0")
    writer.write(b"GET / HTTP/1.1\r\n")
    assert await rest_of(reader) == b""
    writer.close()


async def test_answers_what_arrives_in_time(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        writer.write(REQUEST)
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n0")
    writer.close()


async def test_closes_connections_that_are_too_many(port: int) -> None:
    several = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
    for reader, writer in several:
        await rest_of(reader)
        writer.close()
    await test_answers_what_arrives_in_time(port)
