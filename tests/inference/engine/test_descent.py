import torch

from inference.engine.descent import Descent


def test_finds_the_minimum_of_a_bowl() -> None:
    target = torch.rand(1, 3, 5, 4)
    descent = Descent(torch.full((1, 3, 5, 4), 0.5))
    for step in range(300):
        descent.step_(descent.image - target, 0.02 * (1 - step / 300))
    assert torch.allclose(descent.average, target, atol=0.01)


def test_moves_by_the_rate_whatever_the_gradient() -> None:
    for scale in (1e-6, 1.0, 1e6):
        descent = Descent(torch.full((1, 3, 2, 2), 0.5))
        descent.step_(torch.full((1, 3, 2, 2), scale), 0.1)
        assert torch.allclose(descent.image, torch.tensor(0.4), atol=1e-3)


def test_stays_within_range() -> None:
    descent = Descent(torch.rand(1, 3, 4, 4))
    for _ in range(20):
        descent.step_(torch.randn(1, 3, 4, 4), 0.5)
    assert descent.image.min() >= 0
    assert descent.image.max() <= 1


def test_does_not_change_the_picture_it_starts_from() -> None:
    start = torch.rand(1, 3, 4, 4)
    before = start.clone()
    Descent(start).step_(torch.ones(1, 3, 4, 4), 0.1)
    assert torch.equal(start, before)


def test_shows_the_start_before_any_step() -> None:
    start = torch.rand(1, 3, 4, 4)
    assert torch.equal(Descent(start).average, start)


def test_averages_without_bias_to_zero() -> None:
    start = torch.full((1, 3, 2, 2), 0.5)
    descent = Descent(start)
    for _ in range(3):
        descent.step_(torch.zeros(1, 3, 2, 2), 0.1)
    assert torch.allclose(descent.average, start)


def test_averages_away_a_step_to_and_fro() -> None:
    descent = Descent(torch.full((1, 3, 2, 2), 0.5))
    seen = []
    for step in range(40):
        descent.step_(torch.full((1, 3, 2, 2), (-1.0) ** step), 0.1)
        seen.append(descent.image.mean().item())
    swing = max(seen[-10:]) - min(seen[-10:])
    assert abs(descent.average.mean().item() - sum(seen[-10:]) / 10) < swing + 1e-6
