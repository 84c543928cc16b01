"""The last step, from planes of numbers to an image."""

import numpy as np

from artworks.finish import to_image


def test_rounds_and_clips_to_bytes() -> None:
    image = to_image(np.array([[[0.5, -1.0, 2.0]]], np.float32))
    assert image.mode == "RGB"
    assert image.getpixel((0, 0)) == (128, 0, 255)


def test_reduces_a_larger_painting() -> None:
    image = to_image(np.full((20, 40, 3), 0.25, np.float32), size=(20, 10))
    assert image.size == (20, 10)
    assert image.getpixel((9, 5)) == (64, 64, 64)


def test_keeps_a_painting_of_the_right_size() -> None:
    assert to_image(np.zeros((10, 20, 3), np.float32), size=(20, 10)).size == (20, 10)
