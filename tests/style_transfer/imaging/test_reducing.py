"""Smaller pictures keep the brightness of fine lines, and the colors at soft edges."""

import numpy as np
import pytest
from PIL import Image

from style_transfer.imaging import reducing
from style_transfer.imaging.reducing import reduce_picture
from tests.support.factories import make_picture


def lines(mode: str = "L") -> Image.Image:
    """Return black and white lines, one pixel each."""
    return Image.fromarray(np.tile(np.array([[0], [255]], np.uint8), (150, 400))).convert(mode)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("size", [(200, 150), (80, 60), (16, 12)])
def test_keep_half_the_light_of_lines(mode: str, size: tuple[int, int]) -> None:
    small = reduce_picture(lines(mode), size)
    assert (small.mode, small.size) == (mode, size)
    assert np.asarray(small).mean() == pytest.approx(188, abs=2)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_keep_every_flat_level(mode: str) -> None:
    for level in range(256):
        flat = Image.new(mode, (31, 23), (level,) * len(mode))
        assert set(reduce_picture(flat, (10, 7)).tobytes()) == {level}


def test_do_not_mix_hidden_colors_into_visible_ones() -> None:
    picture = Image.new("RGBA", (80, 60), (0, 255, 0, 0))
    picture.paste((200, 30, 90, 255), (0, 0, 43, 60))
    red, green, blue, alpha = np.moveaxis(np.asarray(reduce_picture(picture, (20, 15)), int), 2, 0)
    seen = alpha > 8
    assert set(np.unique(alpha)) >= {0, 255}
    for channel, level in ((red, 200), (green, 30), (blue, 90)):
        assert np.abs(channel[seen] - level).max() <= 3


def test_keep_a_flat_color_under_half_alpha() -> None:
    picture = Image.new("RGBA", (40, 30), (200, 30, 90, 100))
    assert reduce_picture(picture, (8, 6)).getpixel((4, 3)) == (200, 30, 90, 100)
    assert reduce_picture(picture.convert("LA"), (8, 6)).mode == "LA"


def test_do_not_depend_on_the_rows_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = make_picture((301, 203))
    for size in ((300, 202), (100, 67), (60, 40)):
        whole = np.asarray(reduce_picture(picture, size), int)
        with monkeypatch.context() as patch:
            patch.setattr(reducing, "_BAND", 301 * 40)
            assert np.abs(np.asarray(reduce_picture(picture, size), int) - whole).max() <= 1


def test_are_in_a_new_image_without_metadata() -> None:
    picture = make_picture()
    picture.info["comment"] = b"private"
    for mode in ("RGB", "RGBA", "CMYK"):
        assert reduce_picture(picture.convert(mode), (8, 6)).info == {}
