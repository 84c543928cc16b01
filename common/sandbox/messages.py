"""Messages between a web process and its children: a JSON object, then the bytes of its parts.

A child that decodes a hostile file may be under the control of that file. So an answer is plain
data, and its size is limited; a pickle could run code in the web process.
"""

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

LONGEST_HEADER: Final = 64 * 1024
# A PNG of 24 megapixels with transparency takes 96 MB if nothing in it repeats.
MOST_BYTES: Final = 160 * 2**20
_LENGTH: Final = struct.Struct(">I")


class Message(NamedTuple):
    """A JSON object, and the byte strings that belong to it."""

    header: dict[str, Any]
    parts: list[bytes]


class Broken(Exception):
    """The other side ended in the middle of a message, or sent something else."""


def send(connection: socket.socket, header: Mapping[str, Any], *parts: bytes) -> None:
    """Send one message."""
    text = json.dumps({**header, "sizes": [len(part) for part in parts]}).encode()
    connection.sendall(_LENGTH.pack(len(text)) + text)
    for part in parts:
        connection.sendall(part)


def receive(connection: socket.socket) -> Message:
    """Return the next message. Raises `Broken`, or OSError if the connection fails."""
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    if length > LONGEST_HEADER:
        raise Broken
    try:
        header = json.loads(_exactly(connection, length))
        sizes = [int(size) for size in header.pop("sizes")]
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise Broken from error
    if min(sizes, default=0) < 0 or sum(sizes) > MOST_BYTES:
        raise Broken
    return Message(header, [_exactly(connection, size) for size in sizes])


def _exactly(connection: socket.socket, size: int) -> bytes:
    """Return the next `size` bytes."""
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        count = connection.recv_into(rest)
        if not count:
            raise Broken
        rest = rest[count:]
    return bytes(data)
