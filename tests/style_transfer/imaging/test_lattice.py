"""The lattice in strokes: patterns that count, patterns that do not, and its use as a loss."""

import pytest
import torch
from torch import Tensor

from style_transfer.imaging.lattice import lattice_share


@pytest.fixture(autouse=True)
def chance() -> None:
    torch.manual_seed(0)


def weave(height: int, width: int, period: int = 4) -> Tensor:
    """Return a lattice (2, 3, height, width) that repeats every `period` pixels."""
    cell = torch.randn(2, 3, period, period)
    return cell.repeat(1, 1, -(-height // period), -(-width // period))[..., :height, :width]


@pytest.mark.parametrize(("height", "width"), [(128, 128), (64, 200), (131, 70), (50, 33), (4, 4)])
def test_is_one_for_a_lattice(height: int, width: int) -> None:
    share = lattice_share(weave(height, width), 4)
    assert float(share) == pytest.approx(1, abs=0.15)


def test_is_almost_zero_for_noise() -> None:
    # A window has 16 x 16 cells, so random noise has an expected share of 1/256.
    assert float(lattice_share(torch.randn(2, 3, 256, 256), 4)) == pytest.approx(1 / 256, rel=0.2)


def test_is_almost_zero_for_a_sky() -> None:
    sky = torch.linspace(0, 1, 192)[:, None].expand(1, 3, 192, 192)
    assert float(lattice_share(sky, 4)) < 0.002


def test_is_zero_for_a_flat_picture() -> None:
    assert float(lattice_share(torch.full((1, 3, 64, 64), 0.5), 4)) == 0


def test_detects_a_lattice_that_changes_over_the_picture() -> None:
    strokes = weave(128, 128)
    strokes[..., 64:] *= -1
    assert float(lattice_share(strokes, 4)) > 0.9


def test_ignores_a_lattice_of_another_period() -> None:
    assert float(lattice_share(weave(256, 256, period=5), 4)) < 0.02


def test_is_the_share_of_a_lattice_mixed_with_strokes() -> None:
    # The lattice and the strokes have the same energy.
    lattice = weave(256, 256)
    lattice = lattice / lattice.std()
    assert float(lattice_share(lattice + torch.randn(2, 3, 256, 256), 4)) == pytest.approx(
        0.5, abs=0.05
    )


def test_removes_a_lattice_as_a_loss_and_keeps_the_strokes() -> None:
    strokes = torch.randn(2, 3, 64, 64)
    lattice = weave(64, 64)
    learned = (strokes + lattice).requires_grad_()
    optimizer = torch.optim.Adam([learned], lr=0.05)
    before = float(lattice_share(learned.detach(), 4))
    for _ in range(60):
        optimizer.zero_grad()
        lattice_share(learned, 4).backward()
        optimizer.step()
    after = learned.detach()
    assert float(lattice_share(after, 4)) < before / 20
    assert float((after * strokes).mean() / (after.std() * strokes.std())) > 0.9
