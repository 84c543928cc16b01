"""Read the size of a WebP file from its first chunk, and count its frames.

A file with the mark of an animation can hold a single picture.
"""

import struct
from typing import Final

from style_transfer.core.errors import InputUnreadableError

# A still has one chunk for each kind of data, about five in all.
MAX_CHUNKS: Final = 10_000
_MOVES: Final = 0x02
_SEE_THROUGH: Final = 0x10
_FLAGS: Final = 20  # the flags begin the payload of the first chunk, if it is an extended file
_FIRST: Final = 12


def is_webp(data: bytes) -> bool:
    """Tell whether a file begins as a WebP does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def size_of(data: bytes) -> tuple[int, int]:
    """Return the width and height in px that the first chunk claims, which has one of three kinds.

    Raises struct.error if the file ends before that, and ValueError for another kind.
    """
    kind, body = data[12:16], 20
    if kind == b"VP8X":
        width, height = (1 + _three_bytes(data, body + at) for at in (4, 7))
        return width, height
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, body + 1)
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, body + 6)
        return width & 0x3FFF, height & 0x3FFF
    message = "The file does not begin with its size."
    raise ValueError(message)


def _three_bytes(data: bytes, at: int) -> int:
    """Return the little-endian number of 24 bits at `at`."""
    low, high = struct.unpack_from("<HB", data, at)
    return int(low | high << 16)


def claims_animation(data: bytes) -> bool:
    """Tell whether a WebP file has the mark of an animation."""
    return (
        data[12:16] == b"VP8X" and bool(data[_FLAGS : _FLAGS + 1]) and bool(data[_FLAGS] & _MOVES)
    )


def is_animated(data: bytes) -> bool:
    """Tell whether a WebP file has more than one frame. This stops at the second one.

    Raises InputUnreadableError if there are far too many chunks before it.
    """
    if not claims_animation(data):
        return False
    position, frames = _FIRST, 0
    for _number in range(MAX_CHUNKS):
        if position + 8 > len(data):
            return False
        kind, length = struct.unpack_from("<4sI", data, position)
        frames += kind == b"ANMF"
        if frames > 1:
            return True
        position += 8 + length + length % 2
    raise InputUnreadableError("The WebP has far more chunks than a picture needs.")


def for_decoder(data: bytes) -> bytes:
    """Return the file as a decoder should see it: around a small frame it is see-through."""
    if not claims_animation(data):
        return data
    return data[:_FLAGS] + bytes([data[_FLAGS] | _SEE_THROUGH]) + data[_FLAGS + 1 :]
