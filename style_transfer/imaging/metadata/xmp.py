"""The credit of a picture as an XMP packet, which says most and which few programs show."""

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

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
    made_by_model: bool = True


def build_xmp(credit: PictureCredit) -> bytes:
    """Return the XMP packet of `credit`. Empty parts are left out."""
    meta = Element(_name("x", "xmpmeta"))
    rdf = SubElement(meta, _name("rdf", "RDF"))
    body = SubElement(rdf, _name("rdf", "Description"), {_name("rdf", "about"): ""})
    if credit.title:
        _list(body, _name("dc", "title"), "Alt", (credit.title,))
    if credit.creators:
        _list(body, _name("dc", "creator"), "Seq", credit.creators)
    if credit.rights:
        _list(body, _name("dc", "rights"), "Alt", (credit.rights,))
    if credit.license_url:
        SubElement(body, _name("xmpRights", "WebStatement")).text = credit.license_url
    if credit.credit:
        SubElement(body, _name("photoshop", "Credit")).text = printable(credit.credit)
    # Nobody knows how an uploaded picture was made, so nothing is said about it.
    if credit.made_by_model:
        SubElement(body, _name("Iptc4xmpExt", "DigitalSourceType")).text = MADE_BY_A_MODEL
    start = "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>".encode()
    body_bytes: bytes = tostring(meta, encoding="utf-8")
    return start + body_bytes + b"<?xpacket end='r'?>"


def printable(text: str) -> str:
    """Return `text` without control characters, which XML does not allow."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


def _name(prefix: str, local: str) -> str:
    return f"{{{NAMESPACES[prefix]}}}{local}"


def _list(body: Element, name: str, kind: str, values: tuple[str, ...]) -> None:
    """Add a property that is a list in RDF. A list of languages ("Alt") needs a default."""
    items = SubElement(SubElement(body, name), _name("rdf", kind))
    for value in values:
        language = {_name("xml", "lang"): "x-default"} if kind == "Alt" else {}
        SubElement(items, _name("rdf", "li"), language).text = printable(value)
