"""Credit in the file: write an XMP packet into a JPEG or PNG without a change of any pixel.

A JPEG that is encoded again loses quality, so the packet is inserted into the existing bytes. XMP
specification part 3 (Adobe, 2016) says where the packet must be.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

JPEG_MARK: Final = b"http://ns.adobe.com/xap/1.0/\0"
PNG_KEYWORD: Final = b"XML:com.adobe.xmp\0"
MAX_PACKET: Final = 65_000  # a JPEG segment holds 65,533 bytes, including its mark

PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_JPEG_START: Final = b"\xff\xd8"
_APP0, _APP1, _SCAN = 0xE0, 0xE1, 0xDA
_PNG_HEADER_END: Final = 33  # 8 bytes of signature and 25 bytes of the header chunk

# The IPTC term for a combination of several works that a trained model helped to make.
MADE_BY_A_MODEL: Final = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)
NAMESPACES: Final = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "xml": "http://www.w3.org/XML/1998/namespace",
}
for _prefix, _uri in NAMESPACES.items():
    register_namespace(_prefix, _uri)


@dataclass(frozen=True)
class PictureCredit:
    """What a file says about its picture: title, makers, rights, license address, credit."""

    title: str
    creators: tuple[str, ...]
    rights: str
    license_url: str
    credit: str


def build_xmp(credit: PictureCredit) -> bytes:
    """Return the XMP packet of `credit`. Empty parts are left out."""
    meta = Element(_name("x", "xmpmeta"))
    rdf = SubElement(meta, _name("rdf", "RDF"))
    body = SubElement(rdf, _name("rdf", "Description"), {_name("rdf", "about"): ""})
    if credit.title:
        _list(body, _name("dc", "title"), "Alt", (credit.title,))
    _list(body, _name("dc", "creator"), "Seq", credit.creators)
    if credit.rights:
        _list(body, _name("dc", "rights"), "Alt", (credit.rights,))
    if credit.license_url:
        SubElement(body, _name("xmpRights", "WebStatement")).text = credit.license_url
    if credit.credit:
        SubElement(body, _name("photoshop", "Credit")).text = _printable(credit.credit)
    SubElement(body, _name("Iptc4xmpExt", "DigitalSourceType")).text = MADE_BY_A_MODEL
    start = "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>".encode()
    body_bytes: bytes = tostring(meta, encoding="utf-8")
    return start + body_bytes + b"<?xpacket end='r'?>"


def _printable(text: str) -> str:
    """Return `text` without the control characters that XML does not allow."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


def _name(prefix: str, local: str) -> str:
    return f"{{{NAMESPACES[prefix]}}}{local}"


def _list(body: Element, name: str, kind: str, values: tuple[str, ...]) -> None:
    """Add a property that is a list in RDF. A list of languages ("Alt") needs a default."""
    items = SubElement(SubElement(body, name), _name("rdf", kind))
    for value in values:
        language = {_name("xml", "lang"): "x-default"} if kind == "Alt" else {}
        SubElement(items, _name("rdf", "li"), language).text = _printable(value)


def embed_xmp(data: bytes, packet: bytes) -> bytes:
    """Return the JPEG or PNG file `data` with `packet`, which replaces an existing packet.

    Raises ValueError for another kind of file, and for a packet over 65,000 bytes.
    """
    if len(packet) > MAX_PACKET:
        message = "The packet is too long for a JPEG."
        raise ValueError(message)
    if data.startswith(_JPEG_START):
        return _embed_in_jpeg(data, packet)
    if data.startswith(PNG_START):
        return _embed_in_png(data, packet)
    message = "Credit is embedded in JPEG and PNG files only."
    raise ValueError(message)


def _embed_in_jpeg(data: bytes, packet: bytes) -> bytes:
    """Insert the packet after the leading APP0 segments, where readers look for it."""
    segments = [*_jpeg_segments(data)]
    others = [
        segment
        for marker, segment in segments
        if not (marker == _APP1 and segment[4:].startswith(JPEG_MARK))
    ]
    leading = sum(1 for marker, _segment in segments if marker == _APP0)
    payload = JPEG_MARK + packet
    ours = struct.pack(">BBH", 0xFF, _APP1, len(payload) + 2) + payload
    rest = data[len(_JPEG_START) + sum(len(segment) for _marker, segment in segments) :]
    return _JPEG_START + b"".join([*others[:leading], ours, *others[leading:]]) + rest


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each segment before the first scan, with its marker."""
    position = len(_JPEG_START)
    while data[position] == 0xFF and data[position + 1] != _SCAN:
        (length,) = struct.unpack_from(">H", data, position + 2)
        yield data[position + 1], data[position : position + 2 + length]
        position += 2 + length


def _embed_in_png(data: bytes, packet: bytes) -> bytes:
    """Insert the packet after the header chunk."""
    # Not compressed, no language, no translated keyword.
    ours = _png_chunk(b"iTXt", PNG_KEYWORD + b"\0\0\0\0" + packet)
    others = [chunk for chunk in _png_chunks(data) if not chunk[8:].startswith(PNG_KEYWORD)]
    return data[:_PNG_HEADER_END] + ours + b"".join(others)


def _png_chunks(data: bytes) -> Iterator[bytes]:
    """Yield each complete chunk after the header."""
    position = _PNG_HEADER_END
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        yield data[position : position + length + 12]
        position += length + 12


def _png_chunk(kind: bytes, payload: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + payload))
    return struct.pack(">I", len(payload)) + kind + payload + check
