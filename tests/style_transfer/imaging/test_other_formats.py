"""A refused file is named, so that its owner knows what to save it as."""

import pytest

from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging.images import load_picture
from style_transfer.imaging.other_formats import name_of_format
from tests.support.factories import make_picture
from tests.support.hostile import encoded


def container(main: bytes, *others: bytes) -> bytes:
    """Return the start of a file in the container of HEIC and AVIF."""
    brands = main + bytes(4) + b"".join(others)
    return (len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands + bytes(40)


NAMED = {
    "HEIC": container(b"heic", b"mif1"),
    "HEIC from a phone": container(b"mif1", b"mif1", b"heic"),
    "HEIF": container(b"mif1", b"miaf"),
    "AVIF": container(b"avif", b"mif1"),
    "AVIF as mif1": container(b"mif1", b"avif", b"miaf"),
    "JPEG XL": b"\xff\x0a" + bytes(20),
    "JPEG XL in a container": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(20),
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(20),
    "SVG": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "Photoshop": b"8BPS\0\1",
    "PDF": b"%PDF-1.7",
    **{form: encoded(make_picture(), form) for form in ("GIF", "TIFF", "BMP")},
    "AVIF by Pillow": encoded(make_picture(), "AVIF"),
}


@pytest.mark.parametrize("name", NAMED)
def test_is_named(name: str) -> None:
    expected = name_of_format(NAMED[name])
    assert expected is not None
    assert name.startswith(expected)
    with pytest.raises(InputUnreadableError, match=f"The file is {expected}, not a JPEG"):
        load_picture(NAMED[name])


@pytest.mark.parametrize("data", [b"", b"text", container(b"isom", b"mp42"), b"\0" * 8])
def test_is_not_named_if_it_is_no_picture(data: bytes) -> None:
    assert name_of_format(data) is None


def test_stops_reading_the_brands_of_a_container() -> None:
    assert name_of_format(b"\xff\xff\xff\xffftyp" + bytes(10**6) + b"avif") is None
