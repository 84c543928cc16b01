"""The adversarial loss: discriminators learn textures, and a training with them stays exact."""

import math

import pytest
import torch
from torch import Tensor

from style_transfer.core.errors import ModelMissingError
from style_transfer.training.adversarial import (
    PATCH,
    PatchAdversary,
    PatchDiscriminator,
    cut_at_random,
    require_adversarial_weight,
)
from style_transfer.training.recipe import TrainingOptionsError
from tests.style_transfer.training.conftest import CPU


def stripes(count: int, seed: int, *, across: bool) -> Tensor:
    """Draw stripes with some noise, of any phase: (count, 3, 32, 32) in [0, 1]."""
    generator = torch.Generator().manual_seed(seed)
    places = torch.arange(32.0)
    phases = 6.3 * torch.rand(count, 1, generator=generator)
    waves = 0.5 + 0.3 * torch.sin(places + phases)  # (count, 32)
    drawn = waves[:, None, None, :] if across else waves[:, None, :, None]
    noise = 0.02 * torch.randn(count, 3, 32, 32, generator=generator)
    return drawn.expand(count, 3, 32, 32) + noise


def copy_of(adversary: PatchAdversary) -> dict[str, Tensor]:
    """Copy the state of discriminators, which change in place."""
    return {name: value.clone() for name, value in adversary.state().items()}


def score_of(adversary: PatchAdversary, x: Tensor) -> float:
    """Return the mean score of pictures over patches and scales."""
    with torch.no_grad():
        return -float(adversary.loss(x, x)) / adversary.weight


@pytest.mark.slow
def test_learns_to_tell_two_textures_apart() -> None:
    adversary = PatchAdversary(0.5, CPU)
    first = math.nan
    for step in range(30):
        adversary.loss(stripes(2, step, across=True), stripes(2, step, across=False))
        last = adversary.learn_(step, 1.0)["discriminator"].item()
        first = last if step == 0 else first
    assert last < 0.7 * first
    # Neither picture was seen before.
    real = score_of(adversary, stripes(2, 99, across=False))
    false = score_of(adversary, stripes(2, 99, across=True))
    assert real > false + 0.5


def test_moves_pictures_towards_the_artwork_and_nothing_else() -> None:
    adversary = PatchAdversary(0.5, CPU)
    painted = stripes(1, 0, across=True).requires_grad_()
    adversary.loss(painted, stripes(1, 0, across=False)).backward()
    assert painted.grad is not None
    assert float(painted.grad.abs().sum()) > 0
    assert all(each.grad is None for each in adversary.discriminator.parameters())


def test_does_not_learn_from_an_evaluation() -> None:
    adversary = PatchAdversary(0.5, CPU)
    before = copy_of(adversary)
    score_of(adversary, stripes(1, 0, across=True))
    assert adversary.learn_(0, 1.0) == {}
    assert all(torch.equal(value, before[name]) for name, value in adversary.state().items())


def test_penalizes_steep_scores_every_few_steps() -> None:
    adversary = PatchAdversary(0.5, CPU)
    found = []
    for step in range(9):
        adversary.loss(stripes(1, 0, across=True), stripes(1, 1, across=False))
        found.append(adversary.learn_(step, 1.0))
    assert [step for step, losses in enumerate(found) if "gradient_penalty" in losses] == [0, 8]
    assert found[0]["gradient_penalty"] > 0


@pytest.mark.parametrize(("side", "scales"), [(18, 1), (36, 2), (71, 2), (72, 3), (200, 3)])
def test_uses_as_many_scales_as_fit(side: int, scales: int) -> None:
    assert len(PatchDiscriminator(width=2)(torch.rand(1, 3, side, side))) == scales


def test_sees_patches_of_their_stated_size() -> None:
    discriminator = PatchDiscriminator(width=2).eval()
    scores = discriminator(torch.rand(1, 3, 4 * PATCH, 4 * PATCH))
    assert scores[2].shape == (1, 1, 1, 1)
    assert discriminator.networks[0](torch.rand(1, 3, PATCH, PATCH)).shape == (1, 1, 1, 1)


def test_leaves_other_random_numbers_alone() -> None:
    torch.manual_seed(3)
    wanted = torch.rand(4)
    torch.manual_seed(3)
    PatchAdversary(0.5, CPU)
    assert torch.equal(torch.rand(4), wanted)


def test_continues_exactly() -> None:
    whole, first = PatchAdversary(0.5, CPU), PatchAdversary(0.5, CPU)

    def learn(adversary: PatchAdversary, step: int) -> None:
        adversary.loss(stripes(1, step, across=True), stripes(1, step, across=False))
        adversary.learn_(step, 1.0)

    for step in range(4):
        learn(whole, step)
    for step in range(2):
        learn(first, step)
    second = PatchAdversary(0.5, CPU, seed=7)
    second.restore_({**first.state(), "something.else": torch.ones(1)})
    for step in range(2, 4):
        learn(second, step)
    assert all(torch.equal(value, second.state()[name]) for name, value in whole.state().items())


def test_begins_anew_after_a_training_without_it() -> None:
    adversary = PatchAdversary(0.5, CPU)
    before = copy_of(adversary)
    adversary.restore_({"spread": torch.ones(3)})
    assert all(torch.equal(value, before[name]) for name, value in adversary.state().items())


def test_refuses_another_discriminator() -> None:
    with pytest.raises(ModelMissingError, match="another discriminator"):
        PatchAdversary(0.5, CPU).restore_({"discriminator.conv.weight": torch.ones(3)})


def test_tells_when_it_is_no_longer_sound() -> None:
    adversary = PatchAdversary(0.5, CPU)
    assert adversary.is_sound()
    with torch.no_grad():
        next(adversary.discriminator.parameters()).fill_(math.nan)
    assert not adversary.is_sound()


def test_cuts_squares_that_fit() -> None:
    generator = torch.Generator().manual_seed(0)
    picture = torch.rand(1, 3, 20, 50)
    assert cut_at_random(picture, 3, 16, generator).shape == (3, 3, 16, 16)
    assert cut_at_random(picture, 2, 32, generator).shape == (2, 3, 20, 20)
    cuts = cut_at_random(picture, 2, 8, generator)
    assert not torch.equal(cuts[0], cuts[1])


@pytest.mark.parametrize("weight", [-0.1, math.nan, math.inf, 101.0])
def test_refuses_a_weight_out_of_bounds(weight: float) -> None:
    with pytest.raises(TrainingOptionsError, match="between 0 and 100"):
        require_adversarial_weight(weight)
    require_adversarial_weight(0.0)
