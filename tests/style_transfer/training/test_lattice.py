"""The lattice in strokes: what counts as one, what does not, and that it can be unlearned."""

import pytest
import torch
from torch import Tensor

from style_transfer.training.lattice import lattice_share


@pytest.fixture(autouse=True)
def chance() -> None:
    torch.manual_seed(0)


def weave(height: int, width: int, period: int = 4) -> Tensor:
    """Weave a lattice that repeats every `period` pixels: (2, 3, height, width)."""
    cell = torch.randn(2, 3, period, period)
    return cell.repeat(1, 1, -(-height // period), -(-width // period))[..., :height, :width]


@pytest.mark.parametrize(("height", "width"), [(128, 128), (64, 200), (131, 70), (50, 33), (4, 4)])
def test_is_all_of_a_lattice(height: int, width: int) -> None:
    share = lattice_share(weave(height, width), 4)
    assert float(share) == pytest.approx(1, abs=0.15)


def test_is_next_to_nothing_of_noise() -> None:
    # Sixteen by sixteen cells of a window leave one part in 256 to chance.
    assert float(lattice_share(torch.randn(2, 3, 256, 256), 4)) == pytest.approx(1 / 256, rel=0.2)


def test_is_next_to_nothing_of_a_sky() -> None:
    sky = torch.linspace(0, 1, 192)[:, None].expand(1, 3, 192, 192)
    assert float(lattice_share(sky, 4)) < 0.002


def test_is_nothing_of_what_is_flat() -> None:
    assert float(lattice_share(torch.full((1, 3, 64, 64), 0.5), 4)) == 0


def test_sees_a_lattice_that_changes_over_the_picture() -> None:
    strokes = weave(128, 128)
    strokes[..., 64:] *= -1
    assert float(lattice_share(strokes, 4)) > 0.9


def test_does_not_mind_what_repeats_at_another_distance() -> None:
    assert float(lattice_share(weave(256, 256, period=5), 4)) < 0.02


def test_is_the_share_of_a_lattice_among_strokes() -> None:
    # As much energy in the lattice as in the strokes.
    lattice = weave(256, 256)
    lattice = lattice / lattice.std()
    assert float(lattice_share(lattice + torch.randn(2, 3, 256, 256), 4)) == pytest.approx(
        0.5, abs=0.05
    )


def test_lets_a_lattice_be_unlearned_and_the_strokes_stay() -> None:
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
