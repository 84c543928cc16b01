"""Decoder errors become named errors; the segments of a JPEG are found without a decode."""

import io
import zlib

import pytest
from PIL import Image

from style_transfer.core.errors import InputTooLargeError, InputUnreadableError
from style_transfer.imaging.decoding import (
    MAX_SCANS,
    MAX_SEGMENTS,
    has_too_many_scans,
    named_decoder_errors,
    segments,
)

START, END = b"\xff\xd8", b"\xff\xd9"
SCAN = b"\xff\xda\x00\x02"


@pytest.mark.parametrize(
    "error", [OSError(), SyntaxError(), AssertionError(), zlib.error(), RuntimeError()]
)
def test_reports_every_decoder_error_as_unreadable(error: Exception) -> None:
    with pytest.raises(InputUnreadableError, match="damaged"), named_decoder_errors():
        raise error


def test_reports_a_file_of_an_unknown_format() -> None:
    with pytest.raises(InputUnreadableError, match="not a JPEG"), named_decoder_errors():
        Image.open(io.BytesIO(b"nothing"))


def test_reports_a_decompression_bomb_as_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    Image.new("L", (20, 20)).save(buffer, "PNG")
    for limit in (100, 300):  # Pillow refuses twice its limit, and warns above it
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(InputTooLargeError), named_decoder_errors():
            Image.open(buffer)


def test_does_not_report_lack_of_memory_as_a_bad_file() -> None:
    with pytest.raises(MemoryError), named_decoder_errors():
        raise MemoryError


def test_finds_a_scan_too_many() -> None:
    assert not has_too_many_scans(START + SCAN * MAX_SCANS + END)
    assert has_too_many_scans(START + SCAN * (MAX_SCANS + 1) + END)


def test_counts_scans_up_to_the_end_of_the_first_picture() -> None:
    assert not has_too_many_scans(START + SCAN * 3 + END + SCAN * 900)


def test_ignores_scan_markers_inside_metadata() -> None:
    payload = SCAN * 500
    metadata = b"\xff\xe1" + (2 + len(payload)).to_bytes(2, "big") + payload
    assert not has_too_many_scans(START + metadata + SCAN + END)


@pytest.mark.parametrize("rest", [b"", b"\xff", b"\xff\xda", b"\xff\xda\x00", b"\xff\xda\x00\x00"])
def test_stops_at_the_end_of_a_truncated_file(rest: bytes) -> None:
    assert len([*segments(START + rest)]) <= 1


@pytest.mark.parametrize("filler", [b"\xff\xe0\x00\x02", b"\xff\x01"])
def test_stops_at_a_segment_too_many(filler: bytes) -> None:
    with pytest.raises(InputUnreadableError, match="segments"):
        has_too_many_scans(START + filler * (MAX_SEGMENTS + 1))
    assert not has_too_many_scans(START + filler * MAX_SEGMENTS)
