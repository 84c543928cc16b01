"""Count the frames of a WebP file: one with the mark of an animation can hold a single picture."""

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
