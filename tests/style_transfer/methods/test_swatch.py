"""Swatches of style codes: abstract, in the colors and strokes of the artwork."""

import numpy as np
import pytest
import torch
from PIL import Image

from style_transfer.imaging.perceptual_hash import perceptual_hash
from style_transfer.methods import swatch
from style_transfer.methods.fast.embedding import StyleEmbedding, StyleEmbeddingError
from style_transfer.methods.fast.network import load_painter
from style_transfer.methods.swatch import paint_swatch


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swatch, "SIDE", 96)


@pytest.fixture(scope="module")
def artwork() -> Image.Image:
    """Draw red and blue stripes, four pixels wide."""
    stripes = np.zeros((160, 160, 3), np.uint8)
    stripes[:, np.arange(160) // 4 % 2 == 0] = (200, 30, 30)
    stripes[:, np.arange(160) // 4 % 2 == 1] = (30, 30, 200)
    return Image.fromarray(stripes)


@pytest.fixture(scope="module")
def code(artwork: Image.Image) -> bytes:
    painter = load_painter(torch.device("cpu"))
    return StyleEmbedding.from_picture(artwork, painter).to_bytes()


def test_has_the_colors_and_the_strokes_of_the_artwork(code: bytes, artwork: Image.Image) -> None:
    shown = np.asarray(paint_swatch(code), float)
    assert shown.shape == (96, 96, 3)
    assert shown[..., 1].max() < 90  # no green
    across, down = (np.abs(np.diff(shown, axis=axis)).mean() for axis in (1, 0))
    assert across > 1.5 * down  # the stripes are upright


def test_is_the_same_each_time_and_another_for_another_seed(code: bytes) -> None:
    assert paint_swatch(code).tobytes() == paint_swatch(code).tobytes()
    assert paint_swatch(code, 1).tobytes() != paint_swatch(code).tobytes()


def test_is_no_copy_of_the_artwork(code: bytes, artwork: Image.Image) -> None:
    assert perceptual_hash(paint_swatch(code)) != perceptual_hash(artwork)


def test_refuses_bytes_that_are_no_code() -> None:
    with pytest.raises(StyleEmbeddingError):
        paint_swatch(b"moments")
