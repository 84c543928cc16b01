"""Decoder errors become named errors; the scans of a JPEG are counted without a decode."""

import io
import zlib

import pytest
from PIL import Image

from style_transfer.core.errors import InputTooLargeError, InputUnreadableError
from style_transfer.imaging.decoding import count_scans, named_decoder_errors

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


def test_counts_scans_up_to_the_end_of_the_first_picture() -> None:
    assert count_scans(START + SCAN * 3 + END + SCAN * 9) == 3


def test_ignores_scan_markers_inside_metadata() -> None:
    payload = SCAN * 5
    metadata = b"\xff\xe1" + (2 + len(payload)).to_bytes(2, "big") + payload
    assert count_scans(START + metadata + SCAN + END) == 1


@pytest.mark.parametrize("rest", [b"", b"\xff", b"\xff\xda", b"\xff\xda\x00", b"\xff\xda\x00\x00"])
def test_stops_at_the_end_of_a_truncated_file(rest: bytes) -> None:
    assert count_scans(START + rest) <= 1
