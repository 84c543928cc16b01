"""The chunks of a PNG: which are kept, and where the reader stops."""

import struct
import zlib

import pytest

from style_transfer.core.errors import InputUnreadableError
from style_transfer.imaging import png
from style_transfer.imaging.png import read_png
from tests.support import formats
from tests.support.hostile import chunk, profile_with_red_for_blue


def kinds(data: bytes) -> list[bytes]:
    """Return the kind of each chunk of a file."""
    found, at = [], 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        found.append(kind)
        at += length + 12
    return found


def test_gives_the_decoder_nothing_but_pixels() -> None:
    data = formats.palette_png(
        8,
        formats.text("a"),
        formats.profile(),
        chunk(b"eXIf", formats.orientation(6)),
        after_palette=[chunk(b"tRNS", b"\0"), chunk(b"bKGD", b"\0"), chunk(b"tIME", bytes(7))],
    )
    assert kinds(read_png(data).for_decoder()) == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]


def test_takes_the_first_chunk_of_a_kind() -> None:
    data = formats.color_png(formats.gamma(1), formats.gamma(2))
    assert read_png(data).payload(b"gAMA") == struct.pack(">I", 1)


def test_passes_over_damaged_chunks() -> None:
    data = formats.color_png(formats.damaged(formats.gamma(1)), formats.gamma(2))
    assert read_png(data).payload(b"gAMA") == struct.pack(">I", 2)


def test_leaves_a_damaged_header_to_the_decoder() -> None:
    data = bytearray(formats.color_png())
    data[32] ^= 1
    assert kinds(read_png(bytes(data)).for_decoder())[0] == b"IHDR"


def test_refuses_far_too_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "MAX_CHUNKS", 100)
    read_png(formats.color_png(formats.text("a") * 90))
    with pytest.raises(InputUnreadableError, match="chunks"):
        read_png(formats.color_png(formats.text("a") * 110))


def test_unpacks_a_profile_of_any_usual_size() -> None:
    profile = profile_with_red_for_blue() + bytes(1_600_000)
    assert read_png(formats.color_png(formats.profile(profile))).profile() == profile


def test_does_not_unpack_a_profile_to_the_end_if_it_is_a_bomb() -> None:
    bomb = formats.profile(bytes(png.MAX_PROFILE + 1))
    assert read_png(formats.color_png(bomb)).profile() is None


@pytest.mark.parametrize("content", [b"", b"name", b"name\0\0", b"name\0\0nonsense"])
def test_has_no_profile_if_it_is_damaged(content: bytes) -> None:
    assert read_png(formats.color_png(chunk(b"iCCP", content))).profile() is None


def test_has_no_profile_if_it_is_cut() -> None:
    packed = zlib.compress(profile_with_red_for_blue())[:-20]
    assert read_png(formats.color_png(chunk(b"iCCP", b"a\0\0" + packed))).profile() is None


@pytest.mark.parametrize("length", range(8, 60))
def test_reads_a_file_that_ends_anywhere(length: int) -> None:
    assert read_png(formats.color_png()[:length]).for_decoder().startswith(png.START)
