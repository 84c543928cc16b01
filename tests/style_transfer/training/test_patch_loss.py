"""The patch distance compares marks and not their positions; noise does not lower it."""

import pytest
import torch
from torch import Tensor

from style_transfer.training.patch_loss import patch_distance


def stripes(period: int, *, shift: int = 0, size: int = 64) -> Tensor:
    """Draw vertical stripes (1, 3, size, size), black and white, `period` pixels apart."""
    columns = (torch.arange(size) + shift) % period < period // 2
    return columns.float().expand(1, 3, size, size)


def distance(painted: Tensor, artwork: Tensor, *, seed: int = 0, patch: int = 5) -> Tensor:
    """Measure with 64 projections drawn from a seed."""
    generator = torch.Generator().manual_seed(seed)
    return patch_distance(painted, artwork, patch=patch, projections=64, generator=generator)


def test_is_near_zero_for_the_same_marks_elsewhere() -> None:
    same = distance(stripes(8, shift=3), stripes(8))
    assert 0 <= same < 0.01
    assert distance(stripes(4), stripes(8)) > 10 * same


def test_distinguishes_strokes_from_a_hatch_of_the_same_gray() -> None:
    fine = distance(stripes(2), stripes(16))
    coarse = distance(stripes(12), stripes(16))
    assert coarse < fine / 4


def test_detects_noise_and_blur() -> None:
    artwork = stripes(8)
    noisy = (artwork + 0.3 * torch.randn(artwork.shape)).clamp(0, 1)
    flat = torch.full_like(artwork, 0.5)
    exact = distance(artwork, artwork)
    assert distance(noisy, artwork) > 3 * exact
    assert distance(flat, artwork) > distance(noisy, artwork)


def test_compares_pictures_of_different_sizes() -> None:
    assert distance(stripes(8, size=48), stripes(8, size=96)) < 0.02


def test_compares_each_picture_with_its_own_artwork() -> None:
    painted = torch.cat([stripes(4), stripes(16)])
    apart = distance(painted, painted.flip(0))
    assert distance(painted, painted) < apart / 10
    torch.testing.assert_close(
        distance(painted, painted),
        (distance(painted[:1], painted[:1]) + distance(painted[1:], painted[1:])) / 2,
    )


def test_draws_fresh_projections_from_its_generator() -> None:
    generator = torch.Generator().manual_seed(0)
    artwork = torch.rand(1, 3, 32, 32)
    first, second = (
        patch_distance(
            artwork.sqrt(), artwork, patch=3, projections=8, generator=generator, samples=256
        )
        for _ in range(2)
    )
    assert first != second
    assert torch.equal(distance(artwork.sqrt(), artwork), distance(artwork.sqrt(), artwork))


@pytest.mark.parametrize("patch", [1, 5])
def test_falls_when_its_gradient_is_followed(patch: int) -> None:
    torch.manual_seed(0)
    picture = torch.rand(1, 3, 24, 24, requires_grad=True)
    artwork = stripes(8, size=24) * 0.5
    before = distance(picture, artwork, patch=patch)
    optimizer = torch.optim.Adam([picture], lr=0.05)
    for step in range(40):
        optimizer.zero_grad()
        distance(picture, artwork, seed=step, patch=patch).backward()
        optimizer.step()
    assert distance(picture, artwork, patch=patch) < before / 3


def test_accepts_a_picture_of_one_patch() -> None:
    picture = torch.rand(1, 3, 5, 5)
    assert distance(picture, picture) == 0
