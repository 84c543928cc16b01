"""The plain any-style recipe, the baseline for the method `fast`."""

import pytest
import torch
from torch import Tensor

from style_transfer.bench.whitening import paint
from style_transfer.imaging.color import palette_of
from style_transfer.methods.fast.network import Painter, load_painter
from style_transfer.training.dead_leaves import draw_dead_leaves

PHOTO = draw_dead_leaves(1, 96)
ARTWORK = draw_dead_leaves(2, 96) * torch.tensor([1, 0.5, 0.1])[:, None, None]


@pytest.fixture(scope="module")
def painter() -> Painter:
    return load_painter(torch.device("cpu"))


def apart(one: Tensor, other: Tensor) -> float:
    """Return the distance between the palettes of two pictures."""
    return float((palette_of(one).mean - palette_of(other).mean).norm())


def test_moves_the_palette_toward_the_artwork(painter: Painter) -> None:
    painted = paint(PHOTO, ARTWORK, painter)
    assert apart(painted, ARTWORK) < 0.4 * apart(PHOTO, ARTWORK)
    assert (painted - PHOTO).abs().mean() > 0.05


def test_changes_a_picture_less_in_its_own_style_than_in_another(painter: Painter) -> None:
    own, other = (paint(ARTWORK, each, painter) - ARTWORK for each in (ARTWORK, PHOTO))
    assert own.abs().mean() < 0.6 * other.abs().mean()


@pytest.mark.parametrize("size", [(33, 50), (96, 17)])
def test_keeps_any_size(painter: Painter, size: tuple[int, int]) -> None:
    height, width = size
    painted = paint(PHOTO[..., :height, :width], ARTWORK, painter)
    assert painted.shape == (1, 3, height, width)
    assert painted.min() >= 0
    assert painted.max() <= 1
