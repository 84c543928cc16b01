"""The perceptual hash is the same for an artwork in any size and format; others differ."""

import io

import numpy as np
import pytest
from PIL import Image

from style_transfer.imaging.perceptual_hash import (
    LENGTH,
    SAME,
    difference,
    perceptual_hash,
    picture_of,
)


def draw(seed: int) -> Image.Image:
    """Draw soft random blobs of color."""
    noise = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((240, 180), Image.Resampling.BICUBIC)


def compressed(image: Image.Image, format_: str, quality: int) -> Image.Image:
    """Save a picture with losses and open it again."""
    buffer = io.BytesIO()
    image.save(buffer, format_, quality=quality)
    return Image.open(buffer)


def test_has_a_fixed_length_and_repeats() -> None:
    digits = perceptual_hash(draw(0))
    assert len(digits) == LENGTH == 384
    assert perceptual_hash(draw(0)) == digits


@pytest.mark.parametrize("format_", ["JPEG", "WEBP"])
def test_recognizes_a_picture_after_compression(format_: str) -> None:
    assert (
        difference(perceptual_hash(draw(0)), perceptual_hash(compressed(draw(0), format_, 40)))
        < SAME
    )


@pytest.mark.parametrize("size", [(120, 90), (100, 75), (719, 540)])
def test_recognizes_a_picture_in_another_size(size: tuple[int, int]) -> None:
    smaller = draw(0).resize(size, Image.Resampling.LANCZOS)
    assert difference(perceptual_hash(draw(0)), perceptual_hash(smaller)) < SAME


def test_distinguishes_pictures() -> None:
    apart = [
        difference(perceptual_hash(draw(0)), perceptual_hash(draw(seed))) for seed in range(1, 20)
    ]
    assert min(apart) > 3 * SAME
    mirrored = draw(0).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert difference(perceptual_hash(draw(0)), perceptual_hash(mirrored)) > 3 * SAME


def test_accepts_any_mode() -> None:
    assert len(perceptual_hash(draw(0).convert("L"))) == LENGTH
    assert difference(perceptual_hash(draw(0).convert("RGBA")), perceptual_hash(draw(0))) == 0


@pytest.mark.parametrize("other", ["", "00", "not hexadecimal", "0" * 383, "0" * 386])
def test_is_far_from_an_invalid_hash(other: str) -> None:
    assert difference(perceptual_hash(draw(0)), other) == 255


def test_draws_a_picture_with_the_same_hash() -> None:
    digits = perceptual_hash(draw(4))
    drawn = picture_of(digits)
    assert drawn is not None
    assert perceptual_hash(drawn) == digits


@pytest.mark.parametrize("digits", ["", "ff", "no digits", "0" * (LENGTH + 2)])
def test_draws_nothing_for_an_invalid_hash(digits: str) -> None:
    assert picture_of(digits) is None
