"""The orientation of an EXIF block, read as strictly as browsers read it."""

import pytest

from style_transfer.imaging.orientation import orientation_of
from tests.support.formats import orientation


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("value", [0, 1, 6, 8, 9, 77])
def test_is_read_in_both_byte_orders(value: int, order: str) -> None:
    assert orientation_of(b"Exif\0\0" + orientation(value, order=order)) == value


@pytest.mark.parametrize(
    "block",
    [
        None,
        "text",
        b"",
        b"Exif\0\0",
        b"nonsense",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*" + bytes(4),
        b"MM*\0" + orientation(6)[4:],
        b"Exif\0\0Exif\0\0" + orientation(6),
        orientation(6)[:-8],
        orientation(6, kind=4),
        orientation(6, count=2),
    ],
)
def test_is_upright_in_a_block_that_browsers_do_not_read(block: object) -> None:
    assert orientation_of(block) == 1
