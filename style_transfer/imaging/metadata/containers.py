"""The parts of JPEG, PNG and WebP files, and where each format keeps metadata.

XMP specification part 3 (Adobe, 2016) says where XMP belongs, and the ICC specification (annex B)
where color profiles do.
"""

import struct
from collections.abc import Iterator
from typing import Final

from style_transfer.imaging.webp import size_of

JPEG_START: Final = b"\xff\xd8\xff"
APP0, APP1, APP2, APP13, APP14 = 0xE0, 0xE1, 0xE2, 0xED, 0xEE
COMMENT: Final = 0xFE
MAX_SEGMENT: Final = 65_533  # bytes that a JPEG segment holds
EXIF_MARK: Final = b"Exif\0\0"
XMP_MARK: Final = b"http://ns.adobe.com/xap/1.0/\0"
IPTC_MARK: Final = b"Photoshop 3.0\0"
PROFILE_MARK: Final = b"ICC_PROFILE\0"
_SCAN: Final = 0xDA

XMP_KEYWORD: Final = b"XML:com.adobe.xmp\0"
IPTC_KEYWORD: Final = b"Raw profile type iptc\0"
PNG_HEADER_END: Final = 33  # 8 bytes of signature and 25 bytes of the header chunk

_WEBP_BODY: Final = 12
WEBP_HAS_PROFILE, WEBP_HAS_ALPHA, WEBP_HAS_EXIF, WEBP_HAS_XMP = 0x20, 0x10, 0x08, 0x04
_WEBP_METADATA: Final = WEBP_HAS_EXIF | WEBP_HAS_XMP
# The bit of the first chunk of a lossless WebP that says whether it has transparency.
_LOSSLESS_ALPHA: Final = 1 << 28


def jpeg_segments(data: bytes) -> list[tuple[int, bytes]]:
    """Return the segments before the first scan, each with its marker.

    Raises struct.error and IndexError if the file ends before that.
    """
    found, position = [], 2
    while data[position] == 0xFF and data[position + 1] != _SCAN:
        (length,) = struct.unpack_from(">H", data, position + 2)
        found.append((data[position + 1], data[position : position + 2 + length]))
        position += 2 + length
    return found


def jpeg_scans(data: bytes) -> bytes:
    """Return everything from the first scan on."""
    return data[2 + sum(len(segment) for _marker, segment in jpeg_segments(data)) :]


def is_metadata(segment: bytes) -> bool:
    """Tell whether a JPEG segment has EXIF, XMP, IPTC or a color profile."""
    marks = {APP1: (EXIF_MARK, XMP_MARK), APP2: (PROFILE_MARK,), APP13: (IPTC_MARK,)}
    return segment.startswith(marks.get(segment[1], ()), 4)


def build_segment(marker: int, payload: bytes) -> bytes:
    """Return a JPEG segment. Raises ValueError if `payload` is too long for one."""
    if len(payload) > MAX_SEGMENT:
        message = "The credit is too long for a JPEG."
        raise ValueError(message)
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each complete chunk after the header, with its kind. Raises struct.error."""
    position = PNG_HEADER_END
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        yield data[position + 4 : position + 8], data[position : position + length + 12]
        position += length + 12


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk with its padding, and its kind. Raises struct.error."""
    position = _WEBP_BODY
    while position + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, position + 4)
        end = position + 8 + length + length % 2
        yield data[position : position + 4], data[position:end]
        position = end


def build_webp_chunk(kind: bytes, payload: bytes) -> bytes:
    """Return a WebP chunk with its padding."""
    return kind + struct.pack("<I", len(payload)) + payload + bytes(len(payload) % 2)


def extended_header(data: bytes) -> bytes:
    """Return the first chunk that a WebP with metadata needs."""
    lossless = data[_WEBP_BODY : _WEBP_BODY + 4] == b"VP8L"
    has_alpha = lossless and struct.unpack_from("<I", data, 21)[0] & _LOSSLESS_ALPHA
    size = [(side - 1).to_bytes(3, "little") for side in size_of(data)]
    flags = bytes([WEBP_HAS_ALPHA if has_alpha else 0, 0, 0, 0])
    return build_webp_chunk(b"VP8X", flags + b"".join(size))


def with_metadata_flags(chunk: bytes) -> bytes:
    """Return the first chunk of a WebP, which says now that there is EXIF and XMP."""
    return chunk[:8] + bytes(each | _WEBP_METADATA for each in chunk[8:9]) + chunk[9:]


def without_metadata_flags(chunk: bytes) -> bytes:
    """Return the first chunk of a WebP, which says nothing of EXIF and XMP now."""
    return chunk[:8] + bytes(each & ~_WEBP_METADATA & 0xFF for each in chunk[8:9]) + chunk[9:]


def build_webp(chunks: list[bytes]) -> bytes:
    """Return the WebP file with these chunks."""
    content = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content
