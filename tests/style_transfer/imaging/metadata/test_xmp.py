"""Credit as an XMP packet: other programs can read it."""

from xml.etree.ElementTree import Element, fromstring

from style_transfer.imaging.metadata.xmp import (
    MADE_BY_A_MODEL,
    NAMESPACES,
    PictureCredit,
    build_xmp,
)

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
