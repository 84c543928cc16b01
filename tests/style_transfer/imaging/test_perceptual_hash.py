"""The same artwork has the same fingerprint, in any size and format; another one has not."""

import io

import numpy as np
import pytest
from PIL import Image

from style_transfer.imaging.perceptual_hash import LENGTH, SAME, difference, fingerprint, picture_of


def draw(seed: int) -> Image.Image:
    """Draw soft random blobs of color."""
    noise = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((240, 180), Image.Resampling.BICUBIC)


def compressed(image: Image.Image, format_: str, quality: int) -> Image.Image:
    """Save a picture with losses and open it again."""
    buffer = io.BytesIO()
    image.save(buffer, format_, quality=quality)
    return Image.open(buffer)


def test_is_short_and_plain() -> None:
    digits = fingerprint(draw(0))
    assert len(digits) == LENGTH == 384
    assert fingerprint(draw(0)) == digits


@pytest.mark.parametrize("format_", ["JPEG", "WEBP"])
def test_knows_a_picture_again_after_compression(format_: str) -> None:
    assert difference(fingerprint(draw(0)), fingerprint(compressed(draw(0), format_, 40))) < SAME


@pytest.mark.parametrize("size", [(120, 90), (100, 75), (719, 540)])
def test_knows_a_picture_again_in_another_size(size: tuple[int, int]) -> None:
    smaller = draw(0).resize(size, Image.Resampling.LANCZOS)
    assert difference(fingerprint(draw(0)), fingerprint(smaller)) < SAME


def test_tells_pictures_apart() -> None:
    apart = [difference(fingerprint(draw(0)), fingerprint(draw(seed))) for seed in range(1, 20)]
    assert min(apart) > 3 * SAME
    mirrored = draw(0).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert difference(fingerprint(draw(0)), fingerprint(mirrored)) > 3 * SAME


def test_takes_any_mode() -> None:
    assert len(fingerprint(draw(0).convert("L"))) == LENGTH
    assert difference(fingerprint(draw(0).convert("RGBA")), fingerprint(draw(0))) == 0


@pytest.mark.parametrize("other", ["", "00", "not hexadecimal", "0" * 383, "0" * 386])
def test_is_far_from_what_is_no_fingerprint(other: str) -> None:
    assert difference(fingerprint(draw(0)), other) == 255


def test_can_be_drawn_again() -> None:
    digits = fingerprint(draw(4))
    drawn = picture_of(digits)
    assert drawn is not None
    assert fingerprint(drawn) == digits


@pytest.mark.parametrize("digits", ["", "ff", "no digits", "0" * (LENGTH + 2)])
def test_draws_nothing_of_what_is_none(digits: str) -> None:
    assert picture_of(digits) is None
