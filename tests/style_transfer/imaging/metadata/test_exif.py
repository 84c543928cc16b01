"""Credit as EXIF and IPTC: programs that know no XMP can read it."""

import io
import struct

from PIL import Image, IptcImagePlugin

from style_transfer.imaging.metadata.exif import (
    ARTIST,
    COPYRIGHT,
    DESCRIPTION,
    build_exif,
    build_iptc,
)
from style_transfer.imaging.metadata.xmp import PictureCredit
from style_transfer.imaging.orientation import orientation_of

CREDIT = PictureCredit(
    title="海 at night",
    creators=("Zoë",),
    rights="© Zoë. All rights reserved.",
    license_url="",
    credit="Zoë, made with Styleweb after The Great Wave, Katsushika Hokusai",
)


def tags(block: bytes) -> dict[int, bytes]:
    """Return the texts that Pillow reads in an EXIF block."""
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + block)
    return {tag: str(text).encode("latin-1") for tag, text in exif.items()}


def records(resource: bytes) -> dict[int, bytes]:
    """Return the records of a Photoshop resource, by their number."""
    assert resource[:8] == b"8BIM\x04\x04\0\0"
    (length,) = struct.unpack_from(">I", resource, 8)
    assert len(resource) == 12 + length + length % 2
    found, at = {}, 12
    while at < 12 + length:
        mark, record, number, size = struct.unpack_from(">BBBH", resource, at)
        assert mark == 0x1C
        found[number if record == 2 else 1000 + number] = resource[at + 5 : at + 5 + size]
        at += 5 + size
    return found


def test_has_title_maker_and_copyright_in_exif() -> None:
    assert tags(build_exif(CREDIT)) == {
        DESCRIPTION: CREDIT.title.encode(),
        ARTIST: "Zoë".encode(),
        COPYRIGHT: CREDIT.rights.encode(),
    }


def test_keeps_short_texts_in_their_entries() -> None:
    credit = PictureCredit("Sea", ("Al",), "", "", "")
    assert tags(build_exif(credit)) == {DESCRIPTION: b"Sea", ARTIST: b"Al"}


def test_turns_no_picture() -> None:
    assert orientation_of(build_exif(CREDIT)) == 1


def test_has_title_maker_credit_and_copyright_in_iptc() -> None:
    found = records(build_iptc(CREDIT))
    assert found[5] == CREDIT.title.encode()
    assert found[80] == "Zoë".encode()
    assert found[116] == CREDIT.rights.encode()
    assert found[1090] == b"\x1b%G"  # texts are UTF-8


def test_cuts_a_long_iptc_text_between_characters() -> None:
    found = records(build_iptc(PictureCredit("海" * 40, ("é" * 40,), "", "", CREDIT.credit)))
    assert found[5].decode() == "海" * 21
    assert found[80].decode() == "é" * 16
    assert len(found[110]) <= 32


def test_leaves_out_empty_parts_and_control_characters() -> None:
    credit = PictureCredit("", ("Al\x1bice\0",), "", "", "")
    assert tags(build_exif(credit)) == {ARTIST: b"Alice"}
    assert records(build_iptc(credit)).keys() == {1090, 0, 80}


def test_is_read_by_pillow_in_a_jpeg() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG")
    payload = b"Photoshop 3.0\0" + build_iptc(CREDIT)
    segment = struct.pack(">BBH", 0xFF, 0xED, len(payload) + 2) + payload
    data = buffer.getvalue()
    found = IptcImagePlugin.getiptcinfo(Image.open(io.BytesIO(data[:2] + segment + data[2:])))
    assert found is not None
    assert found[2, 116] == CREDIT.rights.encode()
