"""The passport of a picture: how it was made, in the XMP of its file, signed with Ed25519.

A passport is a statement and its signature. The statement has two hashes of the file it is in: of
the picture as it is encoded, and of the words about it (title, makers, rights). So with the public
key, a file as it was given out can be told from one that was changed.

RFC 8032 describes Ed25519.
"""

import base64
import binascii
import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring, tostring

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from style_transfer.imaging.metadata.embedding import FileParts, parts_of, with_xmp
from style_transfer.imaging.metadata.xmp import NAMESPACES
from style_transfer.imaging.perceptual_hash import LENGTH

VERSION: Final = 1
NAMESPACE: Final = "urn:styleweb:passport#"
# No packet of a photo program is that long, and a longer one only keeps the reader busy.
MAX_PACKET: Final = 200_000
_RDF: Final = NAMESPACES["rdf"]
_END: Final = b"</rdf:RDF>"
_OPENING: Final = b'<rdf:Description xmlns:styleweb="urn:styleweb:passport#" rdf:about="">'
_CLOSING: Final = b"</rdf:Description>"


@dataclass(frozen=True)
class Passport:
    """A statement about a picture, and who signed it. An unsigned one has neither.

    `key` and `signature` are base64url without padding.
    """

    statement: str
    key: str = ""
    signature: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """The statement as an object; empty if it cannot be understood."""
        try:
            found = json.loads(self.statement)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) and found.get("version") == VERSION else {}

    @property
    def is_signed(self) -> bool:
        """Whether the holder of `key` signed exactly this statement."""
        try:
            public = Ed25519PublicKey.from_public_bytes(_plain(self.key))
            public.verify(_plain(self.signature), self.statement.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class FileHashes:
    """The SHA-256 of the picture in a file, and of the words about it, without the passport."""

    picture: str
    words: str


def key_text(private: Ed25519PrivateKey) -> str:
    """Return the public half of a key as text."""
    return _short(private.public_key().public_bytes_raw())


def sign(statement: str, private: Ed25519PrivateKey) -> Passport:
    """Return a signed passport."""
    return Passport(statement, key_text(private), _short(private.sign(statement.encode())))


def write_statement(facts: Mapping[str, Any], hashes: FileHashes, look: str) -> str:
    """Return the statement for a file with these hashes. `look` is its perceptual hash, or ""."""
    known = {"version": VERSION, **facts, "picture": hashes.picture, "words": hashes.words}
    if look:
        known["look"] = _short(bytes.fromhex(look))
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def look_in(facts: Mapping[str, Any]) -> str:
    """Return the perceptual hash in a statement, or "" without one."""
    try:
        look = _plain(str(facts.get("look", ""))).hex()
    except ValueError:
        return ""
    return look if len(look) == LENGTH else ""


def hashes_of(data: bytes) -> FileHashes:
    """Return the hashes of a JPEG, PNG or WebP file. Raises ValueError for any other."""
    return _hashes(_parts(data))


def embed_passport(data: bytes, make: Callable[[FileHashes], Passport]) -> bytes:
    """Return the file `data`, which has a credit, with the passport that `make` returns for it."""
    parts = _parts(data)
    passport = make(_hashes(parts))
    head, end, tail = _without_passport(parts.xmp).rpartition(_END)
    return with_xmp(data, head + _block(passport) + end + tail)


def read_passport(data: bytes) -> Passport | None:
    """Return the passport in a JPEG, PNG or WebP file; None without one that can be read."""
    try:
        packet = parts_of(data).xmp
    except (ValueError, LookupError, struct.error, zlib.error):
        return None
    # A document type can define texts that grow without end. XMP never has one.
    if not packet or len(packet) > MAX_PACKET or b"<!" in packet:
        return None
    try:
        root = fromstring(packet)  # noqa: S314  # bounded, and without definitions
    except (ParseError, ValueError, LookupError):
        return None
    texts = {name: _text(root, name) for name in ("Passport", "Key", "Signature")}
    if not texts["Passport"]:
        return None
    return Passport(texts["Passport"], texts["Key"], texts["Signature"])


def _parts(data: bytes) -> FileParts:
    try:
        return parts_of(data)
    except (LookupError, struct.error, zlib.error) as error:
        message = "The file is damaged."
        raise ValueError(message) from error


def _hashes(parts: FileParts) -> FileHashes:
    words = (_without_passport(parts.xmp), parts.exif, parts.iptc, *parts.more)
    return FileHashes(_digest(parts.picture), _digest(words))


def _digest(pieces: tuple[bytes, ...]) -> str:
    """Hash byte strings so that no other list of byte strings has the same hash."""
    total = hashlib.sha256()
    for piece in pieces:
        total.update(struct.pack(">Q", len(piece)))
        total.update(piece)
    return total.hexdigest()


def _without_passport(packet: bytes) -> bytes:
    """Return the packet as it was signed; one in which no passport is read stays as it is."""
    # Only the first: whatever else somebody adds is a change of the words.
    start = packet.find(_OPENING)
    end = packet.find(_CLOSING, start)
    if len(packet) > MAX_PACKET or start < 0 or end < 0:
        return packet
    return packet[:start] + packet[end + len(_CLOSING) :]


def _block(passport: Passport) -> bytes:
    """Return the passport as one part of an XMP packet."""
    body = Element(f"{{{_RDF}}}Description", {f"{{{_RDF}}}about": ""})
    texts = {
        "Passport": passport.statement,
        "Key": passport.key,
        "Signature": passport.signature,
    }
    for name, text in texts.items():
        if text:
            SubElement(body, f"styleweb:{name}").text = text
    written: bytes = tostring(body, encoding="utf-8")
    # The namespace of the packet is declared around it, so only that of the passport is needed.
    declared = f'xmlns:rdf="{_RDF}"'.encode()
    return written.replace(declared, f'xmlns:styleweb="{NAMESPACE}"'.encode(), 1)


def _text(root: Element, name: str) -> str:
    """Return a text of a passport. Programs that write XMP again may make attributes of them."""
    wanted = f"{{{NAMESPACE}}}{name}"
    for each in root.iter():
        if each.tag == wanted:
            return each.text or ""
        if wanted in each.attrib:
            return each.attrib[wanted]
    return ""


def _short(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _plain(text: str) -> bytes:
    """Read base64url without padding. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
