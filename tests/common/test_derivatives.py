"""The small versions of a picture, and the file that is kept."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from common.derivatives import (
    PLACEHOLDER_LENGTH,
    THUMB_BYTES,
    Encoded,
    encode_as,
    encode_picture,
    fitted,
    make_derivatives,
    make_placeholder,
    make_thumb,
    on_white,
)
from tests.support.factories import make_picture


def opened(data: bytes) -> Image.Image:
    """Return the picture in a file."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def noise(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Return noise, which is the hardest picture to compress."""
    channels = len(mode)
    values = np.random.default_rng(0).integers(0, 256, (size[1], size[0], channels), np.uint8)
    return Image.fromarray(values)


def see_through() -> Image.Image:
    """Return a red picture that fades out."""
    image = Image.new("RGBA", (96, 64), "red")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


@pytest.mark.parametrize(("size", "expected"), [((480, 640), (240, 320)), ((90, 60), (90, 60))])
def test_reduces_a_thumb_to_its_size_and_never_enlarges_it(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    thumb = opened(make_thumb(make_picture(size)))
    assert (thumb.format, thumb.size) == ("WEBP", expected)


@pytest.mark.parametrize("image", [noise((320, 320)), noise((500, 400), "RGBA")])
def test_keeps_a_thumb_of_noise_below_the_limit_of_bytes(image: Image.Image) -> None:
    data = make_thumb(image)
    assert len(data) <= THUMB_BYTES
    assert max(opened(data).size) >= 80


def test_keeps_a_thumb_of_a_common_picture_at_full_size() -> None:
    data = make_thumb(make_picture((640, 640)).filter(ImageFilter.GaussianBlur(2)))
    assert len(data) <= THUMB_BYTES
    assert opened(data).size == (320, 320)


def test_reduces_a_preview_to_its_size() -> None:
    made = make_derivatives(make_picture((2000, 500)))
    preview = opened(made.preview)
    assert (preview.format, preview.size) == ("WEBP", (1280, 320))
    assert opened(made.thumb).size == (320, 80)


@pytest.mark.parametrize("image", [make_picture((2000, 500)), see_through()])
def test_makes_a_quick_preview_of_the_same_pixels(image: Image.Image) -> None:
    kept, looked_at = (
        opened(make_derivatives(image, keep_preview=keep).preview) for keep in (True, False)
    )
    assert (looked_at.format, looked_at.mode, looked_at.size) == ("PPM", "RGB", kept.size)
    difference = np.asarray(looked_at, float) - np.asarray(kept.convert("RGB"), float)
    assert np.abs(difference).mean() < 10


def test_keeps_the_brightness_of_fine_lines() -> None:
    lines = Image.fromarray(np.tile(np.array([[0], [255]], np.uint8), (100, 2800))).convert("RGB")
    made = make_derivatives(lines)
    half_the_light = 188
    for data in (made.preview, made.thumb, base64.b64decode(made.placeholder.partition(",")[2])):
        assert np.asarray(opened(data)).mean() == pytest.approx(half_the_light, abs=3)


def test_keeps_transparency_in_the_small_versions() -> None:
    made = make_derivatives(see_through())
    assert {opened(made.preview).mode, opened(made.thumb).mode} == {"RGBA"}


@pytest.mark.parametrize(
    "image",
    [make_picture((900, 600)), noise((300, 300)), see_through(), Image.new("RGB", (4000, 64))],
    ids=["picture", "noise", "see-through", "ribbon"],
)
def test_makes_a_placeholder_that_fits_its_column(image: Image.Image) -> None:
    uri = make_placeholder(image)
    head, _comma, body = uri.partition(",")
    tile = opened(base64.b64decode(body))
    assert head == "data:image/webp;base64"
    assert len(uri) <= PLACEHOLDER_LENGTH
    assert max(tile.size) <= 24
    assert tile.mode == "RGB"


def test_stores_an_opaque_picture_as_a_jpeg_with_full_color() -> None:
    kept = encode_picture(make_picture())
    image = opened(kept.data)
    assert (kept.suffix, image.format) == (".jpg", "JPEG")
    assert {layer[1:3] for layer in getattr(image, "layer")} == {(1, 1)}  # noqa: B009
    assert np.abs(np.asarray(image, int) - np.asarray(make_picture(), int)).mean() < 4


def test_stores_a_transparent_picture_without_loss() -> None:
    kept = encode_picture(see_through())
    assert kept.suffix == ".png"
    assert opened(kept.data).tobytes() == see_through().tobytes()


def test_refuses_an_unknown_format() -> None:
    with pytest.raises(KeyError, match="gif"):
        encode_as(make_picture(), "gif")


def test_makes_transparent_parts_white() -> None:
    flat = on_white(see_through())
    assert flat.mode == "RGB"
    assert flat.getpixel((0, 0)) == pytest.approx((255, 255, 255), abs=3)
    jpeg: Encoded = encode_as(see_through(), "jpeg")
    assert opened(jpeg.data).mode == "RGB"


def test_keeps_one_pixel_of_the_short_side_of_a_long_picture() -> None:
    assert fitted(Image.new("RGB", (12_000, 64)), 24).size == (24, 1)
