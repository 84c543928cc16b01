"""Tests that a picture without any contrast is no style."""

import io

import pytest
from PIL import Image

from common.uploads import UploadRefused
from library.style_pictures import accept_style_picture
from tests.support.factories import make_picture, picture_bytes

MOST = 2_000_000


def accept(image: Image.Image, file_format: str = "PNG") -> tuple[int, int]:
    data = io.BytesIO(picture_bytes(image, file_format))
    accepted = accept_style_picture(data, max_bytes=MOST)
    return accepted.width, accepted.height


@pytest.mark.parametrize("color", ["white", "black", "#3a7bd5"])
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_refuses_one_color(color: str, file_format: str) -> None:
    with pytest.raises(UploadRefused, match="only one color") as refusal:
        accept(Image.new("RGB", (80, 80), color), file_format)
    assert (refusal.value.code, refusal.value.status) == ("one_color", 422)


def test_accepts_a_picture_with_shapes() -> None:
    assert accept(make_picture((80, 80))) == (80, 80)


def test_accepts_ink_on_paper() -> None:
    page = Image.new("L", (80, 80), "white")
    page.paste(0, (10, 10, 12, 70))
    assert accept(page) == (80, 80)


@pytest.mark.parametrize("size", [(64, 3200), (3200, 64)])
def test_refuses_a_narrow_strip(size: tuple[int, int]) -> None:
    with pytest.raises(UploadRefused, match="too narrow") as refusal:
        accept(make_picture(size))
    assert refusal.value.code == "too_narrow"


def test_accepts_a_hand_scroll() -> None:
    assert accept(make_picture((1600, 64))) == (1600, 64)


def test_refuses_what_any_upload_is_refused_for() -> None:
    with pytest.raises(UploadRefused, match="not supported"):
        accept_style_picture(io.BytesIO(b"GIF89a"), max_bytes=MOST)
