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
_TEXTS: Final = {b"tEXt", b"zTXt", b"iTXt"}
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
    """A file in parts: the picture as it is encoded, and three blocks of metadata, b"" if none.

    Programs differ in which of two blocks they read, so `more` has all that come after the first of
    their kind, and whatever else says which of them count.
    """

    picture: tuple[bytes, ...]
    xmp: bytes = b""
    exif: bytes = b""
    iptc: bytes = b""
    more: tuple[bytes, ...] = ()


def parts_of(data: bytes) -> FileParts:
    """Return the parts of a JPEG, PNG or WebP file. Nothing of the file is in none of them.

    Raises ValueError for any other file, and LookupError, struct.error or zlib.error for a damaged
    one.
    """
    if data.startswith(containers.JPEG_START):
        return _parts_of_jpeg(data)
    if data.startswith(PNG_START):
        return _parts_of_png(data)
    if is_webp(data):
        return _parts_of_webp(data)
    message = "Only JPEG, PNG and WebP files have such parts."
    raise ValueError(message)


def _parts_of_jpeg(data: bytes) -> FileParts:
    segments = [each for _marker, each in containers.jpeg_segments(data)]
    others = [each for each in segments if not _is_credit(each)]
    credit = [each for each in segments if _is_credit(each)]
    marks = (containers.XMP_MARK, containers.EXIF_MARK, containers.IPTC_MARK)
    first, more = _split(credit, [(mark, 4) for mark in marks])
    xmp, exif, iptc = (each[4 + len(mark) :] for each, mark in zip(first, marks, strict=True))
    return FileParts((*others, containers.jpeg_scans(data)), xmp, exif, iptc, more)


def _parts_of_png(data: bytes) -> FileParts:
    chunks = list(containers.png_chunks(data))
    others = [chunk for kind, chunk in chunks if not _is_png_credit(kind, chunk)]
    credit = [chunk for kind, chunk in chunks if _is_png_credit(kind, chunk)]
    marks = (b"iTXt" + containers.XMP_KEYWORD, b"eXIf", b"zTXt" + containers.IPTC_KEYWORD)
    first, more = _split(credit, [(mark, 4) for mark in marks])
    # Without the checksum.
    xmp, exif, iptc = (each[4 + len(mark) : -4] for each, mark in zip(first, marks, strict=True))
    packet = _text_of(xmp)
    # Languages and translated keywords are words too.
    rest = () if xmp in (b"", _PLAIN_TEXT + packet) else (xmp,)
    head = data[: containers.PNG_HEADER_END]
    return FileParts((head, *others), packet, exif, iptc, (*more, *rest))


def _parts_of_webp(data: bytes) -> FileParts:
    every = list(containers.webp_chunks(data))
    kinds = (b"XMP ", b"EXIF")
    credit = [chunk for kind, chunk in every if kind in kinds]
    (xmp, exif), more = _split(credit, [(kind, 0) for kind in kinds])
    # The first chunk says whether there is metadata. Without it, the picture is still the same.
    others = [
        containers.without_metadata_flags(chunk) if kind == b"VP8X" else chunk
        for kind, chunk in every
        if kind not in kinds
    ]
    unsaid = [
        chunk
        for kind, chunk in every
        if kind == b"VP8X" and chunk != containers.with_metadata_flags(chunk)
    ]
    return FileParts(tuple(others), _payload(xmp), _payload(exif), more=(*more, *unsaid))


def _split(
    blocks: list[bytes], marks: list[tuple[bytes, int]]
) -> tuple[list[bytes], tuple[bytes, ...]]:
    """Return the first block with each mark at its place, b"" without one, and the others."""
    places = [
        next((nr for nr, each in enumerate(blocks) if each.startswith(mark, at)), None)
        for mark, at in marks
    ]
    first = [b"" if place is None else blocks[place] for place in places]
    return first, tuple(each for nr, each in enumerate(blocks) if nr not in places)


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


def _payload(chunk: bytes) -> bytes:
    """Return the payload of a WebP chunk, without its padding."""
    return chunk[8 : 8 + int.from_bytes(chunk[4:8], "little")]


def _text_of(chunk: bytes) -> bytes:
    """Return the text of a PNG chunk after its keyword. Other programs may have compressed it."""
    flag, _method, rest = chunk[:1], chunk[1:2], chunk[2:]
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
    found = containers.png_chunks(data)
    return [chunk for kind, chunk in found if not _is_png_credit(kind, chunk)]


def _is_png_credit(kind: bytes, chunk: bytes) -> bool:
    texts = (containers.XMP_KEYWORD, containers.IPTC_KEYWORD)
    return kind == b"eXIf" or (kind in _TEXTS and chunk.startswith(texts, 8))


def _png_of(data: bytes, chunks: list[bytes]) -> bytes:
    return b"".join([data[: containers.PNG_HEADER_END], *chunks])


def _embed_in_webp(data: bytes, credit: PictureCredit) -> bytes:
    """Put chunks at the end, and say so in the first one. A WebP has no place for IPTC."""
    found = [each for each in containers.webp_chunks(data) if each[0] not in (b"EXIF", b"XMP ")]
    first = found[0][1] if found[0][0] == b"VP8X" else containers.extended_header(data)
    head = bytearray(containers.with_metadata_flags(first))
    others = [chunk for kind, chunk in found if kind != b"VP8X"]
    if not head[8] & containers.WEBP_HAS_PROFILE:
        head[8] |= containers.WEBP_HAS_PROFILE
        others.insert(0, _SRGB_WEBP)
    exif, xmp = build_exif(credit), build_xmp(credit)
    ours = [build_webp_chunk(b"EXIF", exif), build_webp_chunk(b"XMP ", xmp)]
    return containers.build_webp([bytes(head), *others, *ours])
