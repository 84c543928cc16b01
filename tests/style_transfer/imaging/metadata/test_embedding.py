"""Credit in the file: other programs can read it, and no pixel changes."""

import io
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import pytest
from PIL import Image, IptcImagePlugin

from style_transfer.imaging.images import load_picture
from style_transfer.imaging.metadata.embedding import embed_credit, remove_credit
from style_transfer.imaging.metadata.exif import ARTIST, COPYRIGHT, DESCRIPTION, build_iptc
from style_transfer.imaging.metadata.xmp import PictureCredit, build_xmp
from style_transfer.imaging.pixels import SRGB_FILE
from tests.support import formats, hostile
from tests.support.factories import make_picture, picture_bytes

CREDIT = PictureCredit(
    title="Sea & <sky>",
    creators=("Alice", "Bob"),
    rights="Alice, CC BY 4.0",
    license_url="https://creativecommons.org/licenses/by/4.0/",
    credit="Alice, made with Styleweb after The Great Wave",
)
OTHER = PictureCredit("Other", ("Bob",), "", "", "")
FILES: Final[Mapping[str, Callable[[], bytes]]] = {
    "jpeg": lambda: picture_bytes(make_picture(), "JPEG"),
    "jpeg-progressive": lambda: hostile.jpeg_with_scans(20),
    "png": lambda: picture_bytes(make_picture()),
    "png-alpha": formats.with_alpha,
    "webp": lambda: picture_bytes(make_picture(), "WEBP"),
    "webp-lossless": formats.webp,
    "webp-alpha": lambda: hostile.encoded(
        Image.open(io.BytesIO(formats.with_alpha())), "WEBP", lossless=True
    ),
    "webp-extended": lambda: formats.webp(icc_profile=hostile.profile_with_red_for_blue()),
}


def opened(data: bytes) -> Image.Image:
    """Return the picture in a file."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def packet_in(data: bytes) -> bytes:
    """Return the XMP that Pillow finds in a file."""
    found = opened(data).info["xmp"]
    return found if isinstance(found, bytes) else str(found).encode()


@pytest.mark.parametrize("name", FILES)
def test_inserts_the_credit_where_readers_find_it(name: str) -> None:
    data = embed_credit(FILES[name](), CREDIT)
    assert packet_in(data) == build_xmp(CREDIT)
    exif = opened(data).getexif()
    assert exif[DESCRIPTION] == CREDIT.title
    assert exif[ARTIST] == "Alice; Bob"
    assert exif[COPYRIGHT] == CREDIT.rights


@pytest.mark.parametrize("name", ["jpeg", "jpeg-progressive"])
def test_has_iptc_in_a_jpeg(name: str) -> None:
    data = embed_credit(FILES[name](), CREDIT)
    found = IptcImagePlugin.getiptcinfo(Image.open(io.BytesIO(data)))
    assert found is not None
    assert found[2, 116] == CREDIT.rights.encode()
    assert found[2, 80] == [b"Alice", b"Bob"]


def test_has_iptc_in_a_png_as_other_programs_write_it() -> None:
    data = embed_credit(FILES["png"](), CREDIT)
    at = data.index(b"zTXtRaw profile type iptc\0\0") + 27
    kind, length, *digits = zlib.decompressobj().decompress(data[at:]).split()
    assert (kind, int(length)) == (b"iptc", len(build_iptc(CREDIT)))
    assert bytes.fromhex(b"".join(digits).decode()) == build_iptc(CREDIT)


@pytest.mark.parametrize("name", FILES)
def test_changes_no_pixel(name: str) -> None:
    plain = FILES[name]()
    credited = embed_credit(plain, CREDIT)
    assert opened(credited).tobytes() == opened(plain).tobytes()
    assert opened(credited).format == opened(plain).format
    assert load_picture(credited).image.tobytes() == load_picture(plain).image.tobytes()


@pytest.mark.parametrize("name", FILES)
def test_replaces_an_existing_credit(name: str) -> None:
    once = embed_credit(FILES[name](), CREDIT)
    twice = embed_credit(once, OTHER)
    assert packet_in(twice) == build_xmp(OTHER)
    assert twice.count(b"<x:xmpmeta") == 1
    assert CREDIT.rights.encode() not in twice
    assert embed_credit(twice, CREDIT) == once


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_keeps_the_profile_and_removes_earlier_metadata(form: str) -> None:
    plain = hostile.talkative(form)
    data = embed_credit(plain, CREDIT)
    assert opened(data).info["icc_profile"] == opened(plain).info["icc_profile"]
    assert hostile.MAKE not in opened(data).getexif()
    assert packet_in(data) == build_xmp(CREDIT)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_keeps_any_script(form: str) -> None:
    data = embed_credit(
        picture_bytes(make_picture(), form), PictureCredit("海", ("Zoë",), "© Zoë", "", "")
    )
    copyright_notice = str(opened(data).getexif()[COPYRIGHT])
    assert copyright_notice.encode("latin-1").decode() == "© Zoë"


def test_refuses_a_credit_that_is_too_long_for_a_jpeg() -> None:
    with pytest.raises(ValueError, match="too long"):
        embed_credit(FILES["jpeg"](), PictureCredit("a" * 70_000, (), "", "", ""))


def test_refuses_other_files() -> None:
    with pytest.raises(ValueError, match="JPEG, PNG and WebP"):
        embed_credit(b"GIF89a", CREDIT)


@pytest.mark.parametrize("name", FILES)
def test_marks_the_colors_as_srgb(name: str) -> None:
    plain, credited = opened(FILES[name]()), opened(embed_credit(FILES[name](), CREDIT))
    profile = plain.info.get("icc_profile")
    if credited.format == "PNG" and not profile:
        assert credited.info["srgb"] == 0
    else:
        assert credited.info["icc_profile"] == (profile or SRGB_FILE)


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("webp")])
def test_can_be_removed_again(name: str) -> None:
    plain = FILES[name]()
    assert remove_credit(embed_credit(plain, CREDIT)) == plain
    assert remove_credit(plain) == plain


def test_is_removed_from_jpeg_and_png_only() -> None:
    with pytest.raises(ValueError, match="JPEG and PNG"):
        remove_credit(FILES["webp"]())
