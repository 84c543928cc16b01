"""Write the credit of a picture into its file, as XMP, EXIF and IPTC. No pixel changes.

A JPEG that is encoded again loses quality, so the credit is inserted into the existing bytes, and
replaces an earlier one. A file without a color profile is marked as sRGB.
"""

import zlib
from dataclasses import dataclass
from typing import Final

from style_transfer.imaging.metadata import containers
from style_transfer.imaging.metadata.containers import build_segment, build_webp_chunk
from style_transfer.imaging.metadata.exif import build_exif, build_iptc
from style_transfer.imaging.metadata.xmp import PictureCredit, build_xmp
from style_transfer.imaging.pixels import SRGB_FILE
from style_transfer.imaging.png import START as PNG_START
from style_transfer.imaging.png import build_chunk
from style_transfer.imaging.webp import is_webp

_PERCEPTUAL: Final = b"\0"
_PLAIN_TEXT: Final = b"\0\0\0\0"  # not compressed, no language, no translated keyword
_LONGEST_TEXT: Final = 1_000_000
_ONLY_PART: Final = b"\x01\x01"  # the first of one
# A PNG with one of these says itself what its colors mean.
_COLORS: Final = {b"iCCP", b"sRGB", b"cICP", b"gAMA", b"cHRM"}
_SRGB_CHUNK: Final = build_chunk(b"sRGB", _PERCEPTUAL)
_SRGB_SEGMENT: Final = build_segment(
    containers.APP2, containers.PROFILE_MARK + _ONLY_PART + SRGB_FILE
)
_SRGB_WEBP: Final = build_webp_chunk(b"ICCP", SRGB_FILE)


def embed_credit(data: bytes, credit: PictureCredit) -> bytes:
    """Return the JPEG, PNG or WebP file `data` with `credit` in it.

    Raises ValueError for another kind of file, and for a credit that is too long for a JPEG.
    """
    if data.startswith(containers.JPEG_START):
        return _embed_in_jpeg(data, credit)
    if data.startswith(PNG_START):
        return _embed_in_png(data, credit)
    if is_webp(data):
        return _embed_in_webp(data, credit)
    message = "Credit is embedded in JPEG, PNG and WebP files only."
    raise ValueError(message)


def remove_credit(data: bytes) -> bytes:
    """Return a JPEG or PNG file as it was before `embed_credit`, byte for byte."""
    if data.startswith(containers.JPEG_START):
        segments = [segment for _marker, segment in containers.jpeg_segments(data)]
        kept = [each for each in segments if not (_is_credit(each) or each == _SRGB_SEGMENT)]
        return b"".join([data[:2], *kept, containers.jpeg_scans(data)])
    if data.startswith(PNG_START):
        return _png_of(data, [each for each in _png_others(data) if each != _SRGB_CHUNK])
    message = "Credit is removed from JPEG and PNG files only."
    raise ValueError(message)


@dataclass(frozen=True)
class FileParts:
    """A file in parts: the picture as it is encoded, and three blocks of metadata, b"" if none."""

    picture: tuple[bytes, ...]
    xmp: bytes = b""
    exif: bytes = b""
    iptc: bytes = b""


def parts_of(data: bytes) -> FileParts:
    """Return the parts of a JPEG, PNG or WebP file.

    Raises ValueError for any other file, and LookupError, struct.error or zlib.error for a damaged
    one.
    """
    if data.startswith(containers.JPEG_START):
        segments = [each for _marker, each in containers.jpeg_segments(data)]
        others = [each for each in segments if not _is_credit(each)]
        marks = (containers.XMP_MARK, containers.EXIF_MARK, containers.IPTC_MARK)
        found = (_first(segments, mark, 4) for mark in marks)
        return FileParts((*others, containers.jpeg_scans(data)), *found)
    if data.startswith(PNG_START):
        chunks = [each for _kind, each in containers.png_chunks(data)]
        xmp = _first(chunks, b"iTXt" + containers.XMP_KEYWORD, 4)
        exif = _first(chunks, b"eXIf", 4)[:-4]  # without the checksum
        iptc = _first(chunks, b"zTXt" + containers.IPTC_KEYWORD, 4)[:-4]
        head = data[: containers.PNG_HEADER_END]
        return FileParts((head, *_png_others(data)), _text_of(xmp), exif, iptc)
    if is_webp(data):
        every = list(containers.webp_chunks(data))
        others = [chunk for kind, chunk in every if kind not in (b"VP8X", b"EXIF", b"XMP ")]
        blocks = [chunk for _kind, chunk in every]
        found = (_payload(_first(blocks, kind, 0)) for kind in (b"XMP ", b"EXIF"))
        return FileParts(tuple(others), *found)
    message = "Only JPEG, PNG and WebP files have such parts."
    raise ValueError(message)


def with_xmp(data: bytes, packet: bytes) -> bytes:
    """Return the file `data`, which `embed_credit` made, with another XMP packet.

    Raises ValueError if it is too long for a JPEG.
    """
    if data.startswith(containers.JPEG_START):
        segments = [each for _marker, each in containers.jpeg_segments(data)]
        new = build_segment(containers.APP1, containers.XMP_MARK + packet)
        kept = [new if each.startswith(containers.XMP_MARK, 4) else each for each in segments]
        return b"".join([data[:2], *kept, containers.jpeg_scans(data)])
    if data.startswith(PNG_START):
        start = b"iTXt" + containers.XMP_KEYWORD
        new = build_chunk(b"iTXt", containers.XMP_KEYWORD + _PLAIN_TEXT + packet)
        chunks = [each for _kind, each in containers.png_chunks(data)]
        return _png_of(data, [new if each.startswith(start, 4) else each for each in chunks])
    new = build_webp_chunk(b"XMP ", packet)
    return containers.build_webp(
        [new if kind == b"XMP " else each for kind, each in containers.webp_chunks(data)]
    )


def _first(parts: list[bytes], mark: bytes, at: int) -> bytes:
    """Return what follows `mark` in the first part that has it at this place, or b""."""
    return next((each[at + len(mark) :] for each in parts if each.startswith(mark, at)), b"")


def _payload(chunk: bytes) -> bytes:
    """Return the payload of a WebP chunk of which the first four bytes, its kind, are missing."""
    return chunk[4 : 4 + int.from_bytes(chunk[:4], "little")]


def _text_of(chunk: bytes) -> bytes:
    """Return the text of the rest of a PNG chunk. Other programs may have compressed it."""
    flag, _method, rest = chunk[:1], chunk[1:2], chunk[2:-4]
    _language, _zero, rest = rest.partition(b"\0")
    _keyword, _zero, text = rest.partition(b"\0")
    if flag != b"\1":
        return text
    reader = zlib.decompressobj()
    return reader.decompress(text, _LONGEST_TEXT)


def _embed_in_jpeg(data: bytes, credit: PictureCredit) -> bytes:
    """Insert segments after the leading APP0 segments, where readers look for them."""
    segments = containers.jpeg_segments(data)
    others = [segment for _marker, segment in segments if not _is_credit(segment)]
    leading = sum(1 for marker, _segment in segments if marker == containers.APP0)
    ours = [
        build_segment(containers.APP1, containers.EXIF_MARK + build_exif(credit)),
        build_segment(containers.APP1, containers.XMP_MARK + build_xmp(credit)),
        build_segment(containers.APP13, containers.IPTC_MARK + build_iptc(credit)),
    ]
    if not any(map(containers.is_metadata, others)):
        ours.append(_SRGB_SEGMENT)
    rest = containers.jpeg_scans(data)
    return b"".join([data[:2], *others[:leading], *ours, *others[leading:], rest])


def _is_credit(segment: bytes) -> bool:
    return containers.is_metadata(segment) and segment[1] != containers.APP2


def _embed_in_png(data: bytes, credit: PictureCredit) -> bytes:
    """Insert chunks after the header chunk."""
    xmp = build_chunk(b"iTXt", containers.XMP_KEYWORD + _PLAIN_TEXT + build_xmp(credit))
    exif = build_chunk(b"eXIf", build_exif(credit))
    # A PNG has no place for IPTC of its own, so programs write it as hexadecimal text.
    iptc = build_iptc(credit)
    written = f"\niptc\n{len(iptc):8}\n{iptc.hex()}\n".encode()
    text = build_chunk(b"zTXt", containers.IPTC_KEYWORD + b"\0" + zlib.compress(written))
    ours = [exif, xmp, text]
    if not _COLORS & {kind for kind, _chunk in containers.png_chunks(data)}:
        ours.append(_SRGB_CHUNK)
    return _png_of(data, [*ours, *_png_others(data)])


def _png_others(data: bytes) -> list[bytes]:
    """Return the chunks of a PNG that are no credit."""
    texts = (containers.XMP_KEYWORD, containers.IPTC_KEYWORD)
    return [
        chunk
        for kind, chunk in containers.png_chunks(data)
        if kind != b"eXIf" and not chunk.startswith(texts, 8)
    ]


def _png_of(data: bytes, chunks: list[bytes]) -> bytes:
    return b"".join([data[: containers.PNG_HEADER_END], *chunks])


def _embed_in_webp(data: bytes, credit: PictureCredit) -> bytes:
    """Put chunks at the end, and say so in the first one. A WebP has no place for IPTC."""
    found = [each for each in containers.webp_chunks(data) if each[0] not in (b"EXIF", b"XMP ")]
    head = bytearray(found[0][1] if found[0][0] == b"VP8X" else containers.extended_header(data))
    head[8] |= containers.WEBP_HAS_EXIF | containers.WEBP_HAS_XMP
    others = [chunk for kind, chunk in found if kind != b"VP8X"]
    if not head[8] & containers.WEBP_HAS_PROFILE:
        head[8] |= containers.WEBP_HAS_PROFILE
        others.insert(0, _SRGB_WEBP)
    exif, xmp = build_exif(credit), build_xmp(credit)
    ours = [build_webp_chunk(b"EXIF", exif), build_webp_chunk(b"XMP ", xmp)]
    return containers.build_webp([bytes(head), *others, *ours])
