"""What a file claims, read without a decoder. Hostile bytes only cause a refusal."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.headers import CostlyHeader, Header, UnreadableHeader, read_header
from tests.support import hostile
from tests.support.factories import make_picture, picture_bytes

STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP")
GOOD = {form: picture_bytes(make_picture((70, 65)), form) for form in ("JPEG", "PNG", "WEBP")}


@pytest.mark.parametrize("form", GOOD)
def test_reads_format_and_size(form: str) -> None:
    header = read_header(GOOD[form])
    assert header is not None
    assert (header.format, header.width, header.height) == (form, 70, 65)
    assert not header.animated


def test_reads_all_three_kinds_of_webp() -> None:
    picture = make_picture((70, 65))
    lossless = hostile.encoded(picture, "WEBP", lossless=True)
    picture.putalpha(90)
    extended = hostile.encoded(picture, "WEBP")
    assert lossless[12:16] == b"VP8L"
    assert extended[12:16] == b"VP8X"
    for data in (lossless, extended):
        assert read_header(data) == Header("WEBP", 70, 65)


def test_reads_the_size_that_a_file_without_pixels_claims() -> None:
    assert read_header(hostile.jpeg_claiming(65_500, 65_500)) == Header("JPEG", 65_500, 65_500)
    assert read_header(hostile.extended_webp_claiming(2**24, 9)) == Header("WEBP", 2**24, 9)
    assert read_header(hostile.png_header_only(2**31, 8)) == Header("PNG", 2**31, 8)


@pytest.mark.parametrize("scans", [10, 100])
def test_accepts_the_passes_of_a_progressive_jpeg(scans: int) -> None:
    assert read_header(hostile.jpeg_with_scans(scans)) == Header("JPEG", 96, 64)


@pytest.mark.parametrize("make", hostile.BUSYWORK.values(), ids=hostile.BUSYWORK.keys())
def test_stops_early_in_a_file_that_keeps_readers_busy(make: Callable[[], bytes]) -> None:
    data = make()
    begun = time.process_time()  # other work on the machine does not count
    with pytest.raises(CostlyHeader):
        read_header(data)
    assert time.process_time() - begun < 0.2


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_recognizes_an_animation(form: str) -> None:
    header = read_header(hostile.animation(form))
    assert header is not None
    assert header.animated


@pytest.mark.parametrize("name", hostile.SPOOFS)
def test_returns_none_for_other_formats(name: str) -> None:
    assert read_header(hostile.SPOOFS[name]) is None


@pytest.mark.parametrize("form", GOOD)
def test_refuses_a_file_that_ends_inside_its_header(form: str) -> None:
    for length in range(12, 24):
        with pytest.raises(UnreadableHeader):
            read_header(GOOD[form][:length])


@settings(max_examples=300, deadline=None)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=400))
def test_raises_no_other_error_for_any_bytes(start: bytes, rest: bytes) -> None:
    try:
        header = read_header(start + rest)
    except UnreadableHeader:
        return
    assert header is not None
    assert header.width >= 0


@settings(max_examples=200, deadline=None)
@given(form=st.sampled_from(sorted(GOOD)), at=st.integers(0, 200), value=st.integers(0, 255))
def test_raises_no_other_error_for_any_changed_byte(form: str, at: int, value: int) -> None:
    data = bytearray(GOOD[form])
    data[at] = value
    try:
        read_header(bytes(data))
    except UnreadableHeader:
        return
