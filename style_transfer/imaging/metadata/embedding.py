"""Write the credit of a picture into its file, as XMP, EXIF and IPTC. No pixel changes.

A JPEG that is encoded again loses quality, so the credit is inserted into the existing bytes, and
replaces an earlier one. XMP specification part 3 (Adobe, 2016) says where each format keeps it.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from style_transfer.imaging.metadata.exif import build_exif, build_iptc
from style_transfer.imaging.metadata.xmp import PictureCredit, build_xmp
from style_transfer.imaging.png import START as PNG_START
from style_transfer.imaging.png import build_chunk
from style_transfer.imaging.webp import is_webp, size_of

JPEG_START: Final = b"\xff\xd8\xff"
XMP_MARK: Final = b"http://ns.adobe.com/xap/1.0/\0"
EXIF_MARK: Final = b"Exif\0\0"
IPTC_MARK: Final = b"Photoshop 3.0\0"
XMP_KEYWORD: Final = b"XML:com.adobe.xmp\0"
IPTC_KEYWORD: Final = b"Raw profile type iptc\0"
MAX_SEGMENT: Final = 65_533  # bytes that a JPEG segment holds

_APP0, _APP1, _APP13, _SCAN = 0xE0, 0xE1, 0xED, 0xDA
_PNG_HEADER_END: Final = 33  # 8 bytes of signature and 25 bytes of the header chunk
_WEBP_BODY: Final = 12
_WEBP_HAS_ALPHA, _WEBP_HAS_EXIF, _WEBP_HAS_XMP = 0x10, 0x08, 0x04
# The bit of the first chunk of a lossless WebP that says whether it has transparency.
_LOSSLESS_ALPHA: Final = 1 << 28


def embed_credit(data: bytes, credit: PictureCredit) -> bytes:
    """Return the JPEG, PNG or WebP file `data` with `credit` in it.

    Raises ValueError for another kind of file, and for a credit that is too long for a JPEG.
    """
    if data.startswith(JPEG_START):
        return _embed_in_jpeg(data, credit)
    if data.startswith(PNG_START):
        return _embed_in_png(data, credit)
    if is_webp(data):
        return _embed_in_webp(data, credit)
    message = "Credit is embedded in JPEG, PNG and WebP files only."
    raise ValueError(message)


def _embed_in_jpeg(data: bytes, credit: PictureCredit) -> bytes:
    """Insert segments after the leading APP0 segments, where readers look for them."""
    segments = [*_jpeg_segments(data)]
    others = [segment for _marker, segment in segments if not _is_credit(segment)]
    leading = sum(1 for marker, _segment in segments if marker == _APP0)
    ours = [
        _segment(_APP1, EXIF_MARK + build_exif(credit)),
        _segment(_APP1, XMP_MARK + build_xmp(credit)),
        _segment(_APP13, IPTC_MARK + build_iptc(credit)),
    ]
    rest = data[2 + sum(len(segment) for _marker, segment in segments) :]
    return data[:2] + b"".join([*others[:leading], *ours, *others[leading:]]) + rest


def _is_credit(segment: bytes) -> bool:
    marks = {_APP1: (EXIF_MARK, XMP_MARK), _APP13: (IPTC_MARK,)}
    return segment.startswith(marks.get(segment[1], ()), 4)


def _segment(marker: int, payload: bytes) -> bytes:
    if len(payload) > MAX_SEGMENT:
        message = "The credit is too long for a JPEG."
        raise ValueError(message)
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each segment before the first scan, with its marker."""
    position = 2
    while data[position] == 0xFF and data[position + 1] != _SCAN:
        (length,) = struct.unpack_from(">H", data, position + 2)
        yield data[position + 1], data[position : position + 2 + length]
        position += 2 + length


def _embed_in_png(data: bytes, credit: PictureCredit) -> bytes:
    """Insert chunks after the header chunk."""
    # Not compressed, no language, no translated keyword.
    xmp = build_chunk(b"iTXt", XMP_KEYWORD + b"\0\0\0\0" + build_xmp(credit))
    exif = build_chunk(b"eXIf", build_exif(credit))
    # A PNG has no place for IPTC of its own, so programs write it as hexadecimal text.
    iptc = build_iptc(credit)
    written = f"\niptc\n{len(iptc):8}\n{iptc.hex()}\n".encode()
    text = build_chunk(b"zTXt", IPTC_KEYWORD + b"\0" + zlib.compress(written))
    others = [
        chunk
        for chunk in _png_chunks(data)
        if chunk[4:8] != b"eXIf" and not chunk.startswith((XMP_KEYWORD, IPTC_KEYWORD), 8)
    ]
    return b"".join([data[:_PNG_HEADER_END], exif, xmp, text, *others])


def _png_chunks(data: bytes) -> Iterator[bytes]:
    """Yield each complete chunk after the header."""
    position = _PNG_HEADER_END
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        yield data[position : position + length + 12]
        position += length + 12


def _embed_in_webp(data: bytes, credit: PictureCredit) -> bytes:
    """Put chunks at the end, and say so in the first one. A WebP has no place for IPTC."""
    chunks = [each for each in _webp_chunks(data) if each[:4] not in (b"EXIF", b"XMP ")]
    head = bytearray(chunks[0] if chunks[0].startswith(b"VP8X") else _extended_header(data))
    head[8] |= _WEBP_HAS_EXIF | _WEBP_HAS_XMP
    others = chunks[1:] if chunks[0].startswith(b"VP8X") else chunks
    exif, xmp = build_exif(credit), build_xmp(credit)
    ours = [_webp_chunk(b"EXIF", exif), _webp_chunk(b"XMP ", xmp)]
    content = b"WEBP" + b"".join([bytes(head), *others, *ours])
    return b"RIFF" + struct.pack("<I", len(content)) + content


def _extended_header(data: bytes) -> bytes:
    """Return the first chunk that a file with metadata needs."""
    lossless = data[_WEBP_BODY : _WEBP_BODY + 4] == b"VP8L"
    has_alpha = lossless and struct.unpack_from("<I", data, 21)[0] & _LOSSLESS_ALPHA
    size = [(side - 1).to_bytes(3, "little") for side in size_of(data)]
    flags = bytes([_WEBP_HAS_ALPHA if has_alpha else 0, 0, 0, 0])
    return _webp_chunk(b"VP8X", flags + b"".join(size))


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    """Yield each chunk with its padding."""
    position = _WEBP_BODY
    while position + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, position + 4)
        yield data[position : position + 8 + length + length % 2]
        position += 8 + length + length % 2


def _webp_chunk(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("<I", len(payload)) + payload + bytes(len(payload) % 2)
