"""The passport in a file: found again in every format, and read without trust."""

import io
import time
import zlib
from dataclasses import asdict
from typing import Final
from xml.sax.saxutils import quoteattr

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, PngImagePlugin

from style_transfer.imaging.metadata.containers import (
    EXIF_MARK,
    IPTC_KEYWORD,
    IPTC_MARK,
    WEBP_HAS_ALPHA,
    WEBP_HAS_EXIF,
    WEBP_HAS_PROFILE,
    WEBP_HAS_XMP,
    XMP_KEYWORD,
    XMP_MARK,
    build_webp,
    jpeg_scans,
    jpeg_segments,
    png_chunks,
    webp_chunks,
)
from style_transfer.imaging.metadata.embedding import (
    embed_credit,
    parts_of,
    remove_credit,
    with_xmp,
)
from style_transfer.imaging.metadata.passport import (
    NAMESPACE,
    Passport,
    embed_passport,
    hashes_of,
    look_in,
    read_passport,
    sign,
    write_statement,
)
from style_transfer.imaging.metadata.xmp import PictureCredit
from style_transfer.imaging.perceptual_hash import (
    SAME,
    difference,
    look_of,
    perceptual_hash,
    tilts_of,
)
from style_transfer.imaging.png import build_chunk
from tests.support.factories import make_picture, picture_bytes

KEY: Final = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
CREDIT: Final = PictureCredit("<Sea>", ("Alice",), "© Alice", "https://example.org/by", "Alice")
FACTS: Final = {"recipe": {"title": 'A "sea" & <sky> \u2028 海'}}
WEBP_MOVES: Final = 0x02
KINDS: Final = ("JPEG", "PNG", "WEBP")


def signed(kind: str) -> bytes:
    """Return a file with a passport."""
    picture = make_picture()
    plain = embed_credit(picture_bytes(picture, kind), CREDIT)
    look = look_of(picture)
    return embed_passport(plain, lambda made: sign(write_statement(FACTS, made, look), KEY))


@pytest.mark.parametrize("kind", KINDS)
def test_is_read_as_it_was_written(kind: str) -> None:
    data = signed(kind)
    passport = read_passport(data)
    assert passport is not None
    assert passport.is_signed
    assert passport.facts["recipe"] == FACTS["recipe"]
    hashes = hashes_of(data)
    assert (passport.facts["picture"], passport.facts["words"]) == (hashes.picture, hashes.words)
    assert look_in(passport.facts) == look_of(make_picture())


@pytest.mark.parametrize("kind", KINDS)
def test_leaves_the_picture_as_it_is(kind: str) -> None:
    plain = picture_bytes(make_picture(), kind)
    with Image.open(io.BytesIO(plain)) as before, Image.open(io.BytesIO(signed(kind))) as after:
        assert before.tobytes() == after.tobytes()
    if kind != "WEBP":
        assert remove_credit(signed(kind)) == plain


@pytest.mark.parametrize("kind", KINDS)
def test_notices_every_changed_byte_of_the_picture(kind: str) -> None:
    data = signed(kind)
    hashes = hashes_of(data)
    for place in range(len(data) - 40, len(data) - 20):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        if kind == "WEBP":
            # Metadata is at the end of a WebP.
            assert hashes_of(changed).words != hashes.words or read_passport(changed) is None
        else:
            assert hashes_of(changed).picture != hashes.picture


@pytest.mark.parametrize("kind", KINDS)
def test_notices_a_second_passport(kind: str) -> None:
    data = signed(kind)
    block = f'<rdf:Description xmlns:styleweb="{NAMESPACE}" rdf:about=""></rdf:Description>'
    packet = parts_of(data).xmp.replace(b"</rdf:RDF>", block.encode() + b"</rdf:RDF>")
    twice = with_xmp(data, packet)
    assert hashes_of(twice).picture == hashes_of(data).picture
    assert hashes_of(twice).words != hashes_of(data).words


def added(kind: str, name: str) -> bytes:
    """Return a signed file to which somebody added a block of metadata with other words."""
    data = signed(kind)
    stolen = PictureCredit("Mine", ("Mallory",), "© Mallory", "https://example.org/all", "Mallory")
    other = picture_bytes(make_picture(seed=9), kind)
    if kind == "JPEG":
        mark = {"xmp": XMP_MARK, "exif": EXIF_MARK, "iptc": IPTC_MARK}[name]
        segments = [each for _marker, each in jpeg_segments(embed_credit(other, stolen))]
        (block,) = [each for each in segments if each.startswith(mark, 4)]
        place = len(data) - len(jpeg_scans(data))
        return data[:place] + block + data[place:]
    if kind == "PNG":
        start = {"xmp": XMP_KEYWORD, "exif": b"", "iptc": IPTC_KEYWORD}[name]
        chunks = png_chunks(embed_credit(other, stolen))
        kinds = {"xmp": b"iTXt", "exif": b"eXIf", "iptc": b"zTXt"}
        (block,) = [
            chunk for each, chunk in chunks if each == kinds[name] and chunk.startswith(start, 8)
        ]
        return data[:-12] + block + data[-12:]  # before the end chunk
    chunks = webp_chunks(embed_credit(other, stolen))
    (block,) = [chunk for each, chunk in chunks if each == {"xmp": b"XMP ", "exif": b"EXIF"}[name]]
    return build_webp([*(chunk for _each, chunk in webp_chunks(data)), block])


ADDED: Final = [
    *(("JPEG", name) for name in ("xmp", "exif", "iptc")),
    *(("PNG", name) for name in ("xmp", "exif", "iptc")),
    *(("WEBP", name) for name in ("xmp", "exif")),
]


@pytest.mark.parametrize(("kind", "name"), ADDED)
def test_notices_metadata_that_was_added_behind_its_own(kind: str, name: str) -> None:
    data, changed = signed(kind), added(kind, name)
    passport = read_passport(changed)
    assert passport is not None
    assert passport.is_signed
    assert hashes_of(changed).words != hashes_of(data).words
    assert hashes_of(changed).picture == hashes_of(data).picture
    with Image.open(io.BytesIO(changed)) as opened:
        opened.load()


def test_notices_other_texts_with_the_keyword_of_a_credit() -> None:
    data = signed("PNG")
    for kind, body in ((b"tEXt", b"Mine"), (b"zTXt", b"\0" + zlib.compress(b"Mine"))):
        chunk = build_chunk(kind, XMP_KEYWORD + body)
        assert hashes_of(data[:-12] + chunk + data[-12:]).words != hashes_of(data).words


def test_notices_a_translated_keyword() -> None:
    data = signed("PNG")
    chunks = [chunk for _kind, chunk in png_chunks(data)]
    (xmp,) = [each for each in chunks if each.startswith(XMP_KEYWORD, 8)]
    body = xmp[8:-4].replace(XMP_KEYWORD + bytes(4), XMP_KEYWORD + b"\0\0en\0Mine\0")
    changed = data.replace(xmp, build_chunk(b"iTXt", body))
    assert parts_of(changed).xmp == parts_of(data).xmp
    assert hashes_of(changed).words != hashes_of(data).words


@pytest.mark.parametrize(
    ("bit", "names"),
    [
        (WEBP_HAS_XMP, {"words"}),
        (WEBP_HAS_EXIF, {"words"}),
        (WEBP_HAS_PROFILE, {"picture"}),
        (WEBP_HAS_ALPHA, {"picture"}),
        (WEBP_MOVES, {"picture"}),
    ],
)
def test_notices_every_flag_of_a_webp(bit: int, names: set[str]) -> None:
    data = signed("WEBP")
    assert data[12:16] == b"VP8X"
    changed = data[:20] + bytes([data[20] ^ bit]) + data[21:]
    one, other = asdict(hashes_of(data)), asdict(hashes_of(changed))
    assert {name for name in one if one[name] != other[name]} == names


def test_notices_another_canvas_of_a_webp() -> None:
    data = signed("WEBP")
    changed = data[:24] + bytes([data[24] ^ 1]) + data[25:]
    assert hashes_of(changed).picture != hashes_of(data).picture


def test_knows_the_picture_of_a_webp_without_its_metadata() -> None:
    data = signed("WEBP")
    chunks = dict(webp_chunks(data))
    head = chunks[b"VP8X"]
    head = head[:8] + bytes([head[8] & ~(WEBP_HAS_XMP | WEBP_HAS_EXIF)]) + head[9:]
    plain = build_webp([head, chunks[b"ICCP"], chunks[b"VP8 "]])
    assert hashes_of(plain).picture == hashes_of(data).picture
    assert hashes_of(plain).words != hashes_of(data).words


def test_is_quick_with_a_packet_that_begins_many_passports() -> None:
    opening = f'<rdf:Description xmlns:styleweb="{NAMESPACE}" rdf:about="">'
    for most in (190_000, 2_000_000):
        packet = opening * (most // len(opening))
        data = with_xmp(signed("PNG"), packet.encode())
        begun = time.process_time()
        hashes_of(data)
        embed_passport(data, lambda _hashes: Passport("{}"))
        assert time.process_time() - begun < 1


def test_reads_what_other_programs_wrote_again() -> None:
    passport = read_passport(signed("PNG"))
    assert passport is not None
    # As attributes, with another prefix, and compressed.
    values = (passport.statement, passport.key, passport.signature)
    names = ("Passport", "Key", "Signature")
    written = " ".join(f"p:{a}={quoteattr(b)}" for a, b in zip(names, values, strict=True))
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" '
        'xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<r:RDF><r:Description xmlns:p="{NAMESPACE}" {written}/></r:RDF></x:xmpmeta>'
    )
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet, zip=True)
    buffer = io.BytesIO()
    make_picture().save(buffer, "PNG", pnginfo=info)
    assert read_passport(buffer.getvalue()) == passport


HOSTILE: Final = {
    "entities": b'<!DOCTYPE x [<!ENTITY a "' + b"b" * 99 + b'">]><x>&a;&a;</x>',
    "not XML": b"<x",
    "deep": b"<x>" * 30_000,
    "long": b"<x>" + b" " * 300_000 + b"</x>",
    "wrong bytes": b"<?xml version='1.0' encoding='nonsense'?><x/>",
    "nothing": b"<x/>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_reads_nothing_from_a_hostile_packet(name: str) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", HOSTILE[name].decode(), zip=True)
    buffer = io.BytesIO()
    make_picture().save(buffer, "PNG", pnginfo=info)
    assert read_passport(buffer.getvalue()) is None


def test_stops_at_a_limit_when_a_packet_is_unpacked() -> None:
    bomb = zlib.compress(bytes(50_000_000), 9)
    body = b"XML:com.adobe.xmp\0\1\0\0\0" + bomb
    chunk = len(body).to_bytes(4, "big") + b"iTXt" + body + zlib.crc32(b"iTXt" + body).to_bytes(4)
    data = picture_bytes(make_picture())
    assert read_passport(data[:33] + chunk + data[33:]) is None


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n"])
def test_reads_nothing_from_what_is_no_picture(data: bytes) -> None:
    assert read_passport(data) is None


@pytest.mark.parametrize("kind", KINDS)
def test_reads_nothing_or_the_same_from_a_part_of_a_file(kind: str) -> None:
    data, whole = signed(kind), read_passport(signed(kind))
    for length in range(0, len(data), 97):
        assert read_passport(data[:length]) in (None, whole)


@pytest.mark.parametrize(
    ("statement", "key", "signature"),
    [("{}", "", ""), ("{}", "A" * 43, "A" * 86), ("{}", "é", "!"), ("[1]", "A", "A")],
)
def test_believes_no_bad_signature(statement: str, key: str, signature: str) -> None:
    passport = Passport(statement, key, signature)
    assert not passport.is_signed
    assert passport.facts == {}


def test_looks_the_same_with_and_without_transparency() -> None:
    picture = make_picture()
    picture.putalpha(make_picture(mode="L", seed=4))
    sheet = Image.new("RGBA", picture.size, "white")
    flat = Image.alpha_composite(sheet, picture).convert("RGB")
    assert look_of(picture) == look_of(flat) != perceptual_hash(picture)


def test_moves_no_column_further_than_the_pictures_differ() -> None:
    looks = [look_of(make_picture(seed=seed)) for seed in range(12)]
    looks += [look_of(Image.new("RGB", (8, 8), color)) for color in ("black", "white", "red")]
    for one in looks:
        for other in looks:
            far = difference(one, other)
            pairs = zip(tilts_of(one), tilts_of(other), strict=True)
            assert all(abs(first - second) <= far + 1 for first, second in pairs)
    assert difference(looks[0], looks[1]) > SAME
