"""Rows of pictures without scaling or overlap, and a name above each column."""

import pytest
import torch

from style_transfer.core.errors import InternalError
from style_transfer.training.gallery import draw_rows


def flat(value: float, height: int, width: int) -> torch.Tensor:
    """Make a gray picture."""
    return torch.full((1, 3, height, width), value)


def test_shows_pictures_pixel_for_pixel() -> None:
    noise = torch.rand(1, 3, 20, 30)
    sheet = draw_rows([[flat(0, 20, 30), noise]], ["one", "other"])
    assert sheet.width == 30 + 4 + 30
    shown = sheet.crop((34, 16, 64, 36))
    expected = (noise[0] * 255).round().byte().permute(1, 2, 0)
    assert shown.tobytes() == expected.numpy().tobytes()


def test_makes_room_for_the_largest_of_a_row_and_column() -> None:
    rows = [[flat(0, 10, 40), flat(0, 30, 8)], [flat(0, 12, 20), flat(0, 12, 16)]]
    sheet = draw_rows(rows, ["a", "b"])
    assert sheet.size == (40 + 4 + 16, 16 + 30 + 4 + 12 + 4)
    assert sheet.getpixel((39, 16)) == (0, 0, 0)
    assert sheet.getpixel((42, 20)) == (255, 255, 255)
    assert sheet.getpixel((44, 16 + 34)) == (0, 0, 0)


def test_writes_the_names() -> None:
    named, silent = (draw_rows([[flat(1, 8, 60)]], [name]) for name in ("relu1_1", ""))
    assert named.tobytes() != silent.tobytes()


def test_refuses_an_invalid_picture() -> None:
    with pytest.raises(InternalError):
        draw_rows([[torch.full((1, 3, 4, 4), float("nan"))]], ["x"])
