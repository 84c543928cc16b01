"""The credit of a picture as EXIF and IPTC, which photo programs and picture agencies show."""

import struct
from typing import Final

from style_transfer.imaging.metadata.xmp import PictureCredit, printable

DESCRIPTION, ARTIST, COPYRIGHT = 0x010E, 0x013B, 0x8298
_TEXT: Final = 2
_DIRECTORY: Final = 8
_ENTRY: Final = 12
_INLINE: Final = 4

# Records of the Information Interchange Model, version 4.2, with their largest sizes in bytes.
_TITLE, _MAKER, _CREDIT, _NOTICE = (5, 64), (80, 32), (110, 32), (116, 128)
_UTF_8: Final = b"\x1c\x01\x5a\0\x03\x1b%G"
_VERSION: Final = b"\x1c\x02\0\0\x02\0\x04"
_RESOURCE: Final = b"8BIM\x04\x04\0\0"


def build_exif(credit: PictureCredit) -> bytes:
    """Return the EXIF block of `credit`, with title, maker and copyright. Empty parts are left out.

    Texts are UTF-8, although the standard knows only ASCII: so all programs write them.
    """
    texts = {
        DESCRIPTION: credit.title,
        ARTIST: "; ".join(credit.creators),
        COPYRIGHT: credit.rights,
    }
    stored = {tag: printable(text).encode() + b"\0" for tag, text in texts.items() if text}
    start = _DIRECTORY + 2 + _ENTRY * len(stored) + 4
    entries, body = b"", b""
    for tag, text in stored.items():
        entries += struct.pack("<HHI", tag, _TEXT, len(text))
        if len(text) <= _INLINE:
            entries += text.ljust(_INLINE, b"\0")
        else:
            entries += struct.pack("<I", start + len(body))
            body += text + bytes(len(text) % 2)
    head = b"II*\0" + struct.pack("<IH", _DIRECTORY, len(stored))
    return head + entries + bytes(4) + body


def build_iptc(credit: PictureCredit) -> bytes:
    """Return the Photoshop resource with the IPTC records of `credit`."""
    parts = (
        (_TITLE, credit.title),
        *((_MAKER, maker) for maker in credit.creators),
        (_CREDIT, credit.credit),
        (_NOTICE, credit.rights),
    )
    records = _UTF_8 + _VERSION + b"".join(_record(*kind, text) for kind, text in parts if text)
    return _RESOURCE + struct.pack(">I", len(records)) + records + bytes(len(records) % 2)


def _record(number: int, most: int, text: str) -> bytes:
    """Return one record, cut between two characters if it is too long."""
    content = printable(text).encode()[:most].decode(errors="ignore").encode()
    return struct.pack(">BBBH", 0x1C, 2, number, len(content)) + content
