"""Credit in the file: other programs can read it, and no pixel changes."""

import io
from xml.etree.ElementTree import Element, fromstring

import pytest
from PIL import Image

from gallery.xmp import MADE_BY_A_MODEL, NAMESPACES, PictureCredit, build_xmp, embed_xmp
from tests.support import hostile
from tests.support.factories import make_picture, picture_bytes

CREDIT = PictureCredit(
    title="Sea & <sky>",
    creators=("Alice", "Bob"),
    rights="Alice, CC BY 4.0",
    license_url="https://creativecommons.org/licenses/by/4.0/",
    credit="Alice, made with Styleweb after The Great Wave",
)


def parsed(packet: bytes) -> Element:
    """Return the XML between the marks of the packet."""
    start = packet.index(b"?>") + 2
    return fromstring(packet[start : packet.rindex(b"<?xpacket")].decode())  # noqa: S314  # own XML


def texts(packet: bytes, prefix: str, name: str) -> list[str]:
    """Return the values of a property, as a list."""
    (found,) = parsed(packet).iter(f"{{{NAMESPACES[prefix]}}}{name}")
    items = [item.text or "" for item in found.iter(f"{{{NAMESPACES['rdf']}}}li")]
    return items or [found.text or ""]


def opened(data: bytes) -> Image.Image:
    """Return the picture in a file."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def packet_in(data: bytes) -> bytes:
    """Return the XMP that Pillow finds in a file."""
    found = opened(data).info["xmp"]
    return found if isinstance(found, bytes) else str(found).encode()


def test_has_title_makers_rights_and_license() -> None:
    packet = build_xmp(CREDIT)
    assert texts(packet, "dc", "title") == ["Sea & <sky>"]
    assert texts(packet, "dc", "creator") == ["Alice", "Bob"]
    assert texts(packet, "dc", "rights") == ["Alice, CC BY 4.0"]
    assert texts(packet, "xmpRights", "WebStatement") == [CREDIT.license_url]
    assert texts(packet, "photoshop", "Credit") == [CREDIT.credit]
    assert texts(packet, "Iptc4xmpExt", "DigitalSourceType") == [MADE_BY_A_MODEL]
    assert MADE_BY_A_MODEL.endswith("/compositeWithTrainedAlgorithmicMedia")


def test_leaves_out_unknown_parts() -> None:
    packet = build_xmp(PictureCredit("", ("Alice",), "", "", ""))
    names = [element.tag.rpartition("}")[2] for element in parsed(packet).iter()]
    assert not {"title", "rights", "WebStatement", "Credit"} & set(names)


def test_leaves_out_characters_that_xml_does_not_allow() -> None:
    odd = PictureCredit("Sea\0\x0b at\ud800 night 猫", ("Al\x1bice",), "", "", "Al\x00ice")
    packet = build_xmp(odd)
    assert texts(packet, "dc", "title") == ["Sea at night 猫"]
    assert texts(packet, "dc", "creator") == texts(packet, "photoshop", "Credit") == ["Alice"]


def test_marks_the_language_where_the_standard_requires_it() -> None:
    assert build_xmp(CREDIT).count(b'xml:lang="x-default"') == 2


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_inserts_the_packet_where_readers_find_it(form: str) -> None:
    packet = build_xmp(CREDIT)
    data = embed_xmp(picture_bytes(make_picture(), form), packet)
    assert packet_in(data) == packet


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_changes_no_pixel(form: str) -> None:
    plain = picture_bytes(make_picture(), form)
    credited = embed_xmp(plain, build_xmp(CREDIT))
    assert opened(credited).tobytes() == opened(plain).tobytes()
    assert opened(credited).format == form


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_replaces_an_existing_packet(form: str) -> None:
    once = embed_xmp(picture_bytes(make_picture(), form), build_xmp(CREDIT))
    other = build_xmp(PictureCredit("Other", ("Bob",), "", "", ""))
    twice = embed_xmp(once, other)
    assert packet_in(twice) == other
    assert twice.count(b"<x:xmpmeta") == 1
    assert embed_xmp(twice, build_xmp(CREDIT)) == once


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_keeps_other_metadata_of_the_file(form: str) -> None:
    data = embed_xmp(hostile.talkative(form), build_xmp(CREDIT))
    assert opened(data).getexif()[hostile.MAKE] == hostile.CANARY
    assert packet_in(data) == build_xmp(CREDIT)


def test_adds_a_credit_to_a_progressive_jpeg() -> None:
    plain = hostile.jpeg_with_scans(20)
    data = embed_xmp(plain, build_xmp(CREDIT))
    assert opened(data).tobytes() == opened(plain).tobytes()


def test_refuses_a_packet_that_is_too_long_for_a_jpeg() -> None:
    with pytest.raises(ValueError, match="too long"):
        embed_xmp(picture_bytes(make_picture(), "JPEG"), bytes(70_000))


def test_refuses_other_files() -> None:
    with pytest.raises(ValueError, match="JPEG and PNG"):
        embed_xmp(picture_bytes(make_picture(), "WEBP"), b"x")
