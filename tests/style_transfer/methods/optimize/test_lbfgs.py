import torch
from torch import Tensor

from style_transfer.methods.optimize.lbfgs import LBFGS


def bowl(image: Tensor, target: Tensor, slopes: Tensor) -> tuple[Tensor, Tensor]:
    """Return the loss and gradient of a bowl that is steeper in some directions than in others."""
    away = image - target
    return (slopes * away.square()).sum() / 2, slopes * away


class TestStep:
    TARGET = torch.rand(1, 3, 5, 4, generator=torch.Generator().manual_seed(1))

    def test_finds_the_minimum_of_a_bowl(self) -> None:
        optimizer = LBFGS(torch.full_like(self.TARGET, 0.5))
        for _ in range(40):
            optimizer.step_(*bowl(optimizer.image, self.TARGET, torch.ones(1)))
        assert torch.allclose(optimizer.image, self.TARGET, atol=1e-3)

    def test_finds_the_minimum_of_a_long_narrow_valley(self) -> None:
        slopes = torch.logspace(-2, 2, self.TARGET.numel()).reshape(self.TARGET.shape)
        optimizer = LBFGS(torch.full_like(self.TARGET, 0.5))
        first, _ = bowl(optimizer.image, self.TARGET, slopes)
        for _ in range(60):
            optimizer.step_(*bowl(optimizer.image, self.TARGET, slopes))
        last, _ = bowl(optimizer.image, self.TARGET, slopes)
        assert last < 1e-3 * first

    def test_takes_the_same_first_step_for_any_gradient_size(self) -> None:
        ends = []
        for scale in (1e-6, 1.0, 1e6):
            optimizer = LBFGS(torch.full((1, 3, 2, 2), 0.5))
            optimizer.step_(torch.tensor(1.0), torch.full((1, 3, 2, 2), scale))
            ends.append(optimizer.image)
        assert torch.allclose(ends[0], torch.tensor(0.49), atol=1e-4)
        assert torch.allclose(ends[0], ends[1])
        assert torch.allclose(ends[1], ends[2])

    def test_stays_within_range(self) -> None:
        optimizer = LBFGS(torch.rand(1, 3, 4, 4))
        for step in range(20):
            optimizer.step_(torch.tensor(1.0 / (step + 1)), torch.randn(1, 3, 4, 4))
        assert optimizer.image.min() >= 0
        assert optimizer.image.max() <= 1

    def test_stays_where_the_gradient_is_zero(self) -> None:
        start = torch.rand(1, 3, 4, 4)
        optimizer = LBFGS(start)
        for _ in range(3):
            optimizer.step_(torch.tensor(0.0), torch.zeros_like(start))
        assert torch.equal(optimizer.image, start)


class TestBacktracking:
    def test_takes_a_step_back_when_the_loss_jumps_up(self) -> None:
        start = torch.full((1, 3, 2, 2), 0.5)
        optimizer = LBFGS(start)
        optimizer.step_(torch.tensor(1.0), torch.ones_like(start))
        optimizer.step_(torch.tensor(5.0), torch.ones_like(start))
        assert torch.allclose(optimizer.image, torch.tensor(0.495))

    def test_takes_a_step_back_when_the_loss_is_nan(self) -> None:
        start = torch.full((1, 3, 2, 2), 0.5)
        optimizer = LBFGS(start)
        optimizer.step_(torch.tensor(1.0), torch.ones_like(start))
        optimizer.step_(torch.tensor(float("nan")), torch.full_like(start, float("nan")))
        assert torch.allclose(optimizer.image, torch.tensor(0.495))

    def test_returns_to_the_best_when_the_loss_rises_slowly(self) -> None:
        start = torch.full((1, 3, 2, 2), 0.5)
        optimizer = LBFGS(start)
        for loss in (1.0, 1.2, 1.4, 1.6):
            optimizer.step_(torch.tensor(loss), torch.ones_like(start))
        assert torch.allclose(optimizer.image, torch.tensor(0.495))


def test_does_not_change_the_start_picture() -> None:
    start = torch.rand(1, 3, 4, 4)
    before = start.clone()
    LBFGS(start).step_(torch.tensor(1.0), torch.ones_like(start))
    assert torch.equal(start, before)


def test_shows_the_start_before_any_step() -> None:
    start = torch.rand(1, 3, 4, 4)
    assert torch.equal(LBFGS(start).image, start)
