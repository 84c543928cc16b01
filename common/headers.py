"""Read what a picture file claims before it is decoded, so that no decoder sees a bomb.

This reads only what upload validation needs: the real format, the size in px, whether the file is
an animation, and whether a decoder would make too many passes (scans) over it.
"""

import struct
from dataclasses import dataclass
from typing import Final, Literal

from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging import webp
from style_transfer.imaging.decoding import has_too_many_scans, segments
from style_transfer.imaging.png import read_png
from style_transfer.imaging.profiles import hdr_of_png

Format = Literal["JPEG", "PNG", "WEBP"]

JPEG_START: Final = b"\xff\xd8\xff"
PNG_START: Final = b"\x89PNG\r\n\x1a\n"

# Every kind of frame header holds the size. Three markers in this range are not frame headers.
_FRAMES: Final = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class UnreadableHeader(ValueError):
    """The file ends too early, or its header is wrong where the size should be."""


class CostlyHeader(ValueError):
    """The file is made to keep readers busy: it has too many scans, segments or chunks."""


@dataclass(frozen=True)
class Header:
    """What a file claims: its real format, its size in px, and whether it moves.

    `hdr` is the name of the curve of an HDR picture.
    """

    format: Format
    width: int
    height: int
    animated: bool = False
    hdr: str | None = None


def read_header(data: bytes) -> Header | None:
    """Return what the file claims, or None when it is not a JPEG, PNG or WebP.

    Raises `UnreadableHeader` for a file of these formats with a header that is not valid, and
    `CostlyHeader` for a file that is made to keep readers busy.
    """
    try:
        if data.startswith(JPEG_START):
            return _jpeg(data)
        if data.startswith(PNG_START):
            return _png(data)
        if webp.is_webp(data):
            return _webp(data)
    except struct.error as error:
        message = "The file ends inside its header."
        raise UnreadableHeader(message) from error
    except InputUnreadableError as error:
        raise CostlyHeader from error
    return None


def _jpeg(data: bytes) -> Header:
    """Read the frame size of the first picture in the file."""
    if has_too_many_scans(data):
        raise CostlyHeader
    for marker, start in segments(data):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, start + 3)
            return Header("JPEG", width, height)
    message = "The file has no picture."
    raise UnreadableHeader(message)


def _png(data: bytes) -> Header:
    """Read the size from the first chunk, and count the frames."""
    if data[12:16] != b"IHDR":
        message = "The file does not begin with its size."
        raise UnreadableHeader(message)
    width, height = struct.unpack_from(">II", data, 16)
    png = read_png(data)
    return Header("PNG", width, height, animated=png.is_animated, hdr=hdr_of_png(png))


def _webp(data: bytes) -> Header:
    """Read the size from the first chunk, and count the frames."""
    try:
        width, height = webp.size_of(data)
    except ValueError as error:
        raise UnreadableHeader(str(error)) from error
    return Header("WEBP", width, height, animated=webp.is_animated(data))
