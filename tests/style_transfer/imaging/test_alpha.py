import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from style_transfer.imaging.alpha import fill_transparent


def split(width: int, height: int, seen: int) -> tuple[Image.Image, Image.Image]:
    """Make a red picture with `seen` visible columns at the left; the rest is black and hidden."""
    rgb, alpha = Image.new("RGB", (width, height)), Image.new("L", (width, height))
    rgb.paste((200, 40, 20), (0, 0, seen, height))
    alpha.paste(255, (0, 0, seen, height))
    return rgb, alpha


def test_fills_hidden_pixels_from_their_surroundings() -> None:
    filled = np.asarray(fill_transparent(*split(33, 17, 4)))
    assert (filled == (200, 40, 20)).all()


def test_keeps_visible_pixels_exactly() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    alpha = np.random.default_rng(2).integers(0, 3, (20, 30)).astype(np.uint8) * 100
    filled = np.asarray(fill_transparent(Image.fromarray(noise), Image.fromarray(alpha)))
    assert (filled[alpha > 0] == noise[alpha > 0]).all()
    assert filled.shape == noise.shape


def test_blends_between_two_sides() -> None:
    rgb = Image.new("RGB", (64, 8))
    rgb.paste((0, 0, 0), (0, 0, 1, 8))
    rgb.paste((255, 255, 255), (63, 0, 64, 8))
    alpha = Image.new("L", (64, 8))
    alpha.paste(255, (0, 0, 1, 8))
    alpha.paste(255, (63, 0, 64, 8))
    row = np.asarray(fill_transparent(rgb, alpha))[4, :, 0]
    assert row[2] < row[61]


def test_does_not_change_opaque_and_invisible_pictures() -> None:
    rgb = Image.new("RGB", (5, 5), "blue")
    assert fill_transparent(rgb, Image.new("L", (5, 5), 255)) is rgb
    assert fill_transparent(rgb, Image.new("L", (5, 5), 0)) is rgb


@settings(max_examples=20, deadline=None)
@given(width=st.integers(1, 50), height=st.integers(1, 50), x=st.integers(0, 49))
def test_accepts_any_size(width: int, height: int, x: int) -> None:
    rgb, alpha = Image.new("RGB", (width, height), "black"), Image.new("L", (width, height))
    rgb.putpixel((x % width, 0), (9, 99, 199))
    alpha.putpixel((x % width, 0), 1)
    filled = np.asarray(fill_transparent(rgb, alpha)).reshape(-1, 3)
    assert np.abs(filled.astype(int) - (9, 99, 199)).max() <= 1
