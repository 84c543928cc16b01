"""The objective of the decoder: ways up from every level, and what each is compared with."""

import random

import pytest
import torch

from style_transfer.features.builtin import FeatureNet
from style_transfer.features.vgg import TAPS
from style_transfer.methods.fast.decoder import LEVELS, Decoder
from style_transfer.training.channel_std import measure_moments
from style_transfer.training.muon import Muon
from style_transfer.training.reconstruction import Reconstruction
from tests.style_transfer.training.conftest import WIDTHS

# A point of the training for each level at which a way up may start.
STARTS = {random.Random(share / 100).choice(LEVELS): share / 100 for share in range(100)}


@pytest.fixture
def objective(builtin: FeatureNet) -> Reconstruction:
    torch.manual_seed(0)
    decoder = Decoder(WIDTHS)
    batches = [torch.rand(2, 3, 32, 32)]
    for level, moments in enumerate(measure_moments(builtin, batches, TAPS).values(), 1):
        decoder.standardize_(level, *moments)
    return Reconstruction(builtin, decoder, bfloat16=False)


def moved_levels(objective: Reconstruction) -> set[int]:
    """Name the levels whose blocks have a gradient."""
    return {
        level
        for level in LEVELS
        if any(
            p.grad is not None
            for p in objective.decoder.get_submodule(f"level{level}").parameters()
        )
    }


@pytest.mark.parametrize("start", LEVELS)
def test_compares_everything_on_the_way_up(objective: Reconstruction, start: int) -> None:
    losses = objective.losses(torch.rand(2, 3, 32, 32), STARTS[start])
    features = [f"features{level}" for level in range(start - 1, 0, -1)]
    assert list(losses) == [*features, f"picture{start}"]
    assert all(loss.ndim == 0 and loss.isfinite() for loss in losses.values())


@pytest.mark.parametrize("start", LEVELS)
def test_moves_all_blocks_of_the_way_up(objective: Reconstruction, start: int) -> None:
    losses = objective.losses(torch.rand(1, 3, 32, 32), STARTS[start])
    losses[f"picture{start}"].backward()
    assert moved_levels(objective) == set(range(1, start + 1))


def test_starts_at_each_level_as_often_as_at_any_other() -> None:
    starts = [random.Random(step / 5000).choice(LEVELS) for step in range(5000)]
    assert all(800 < starts.count(level) < 1200 for level in LEVELS)


def test_starts_at_the_same_level_for_the_same_point(objective: Reconstruction) -> None:
    x = torch.rand(1, 3, 32, 32)
    one, other = (objective.losses(x, 0.37) for _ in range(2))
    assert list(one) == list(other)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_is_content_with_a_decoder_that_is_right(objective: Reconstruction) -> None:
    x = torch.rand(1, 3, 32, 32)
    assert objective.losses(x, STARTS[1])["picture1"] == 0  # silent at first, it hands colors on
    with torch.no_grad():
        objective.decoder.get_submodule("level1").get_parameter("paint.bias").fill_(0.25)
    assert objective.losses(x, STARTS[1])["picture1"] > 0


def test_counts_no_channel_that_never_fires(objective: Reconstruction) -> None:
    deviation = torch.ones(WIDTHS[1])
    deviation[0] = 0
    objective.decoder.standardize_(2, torch.ones(WIDTHS[1]), deviation)
    losses = objective.losses(torch.rand(1, 3, 32, 32), STARTS[3])
    losses["features2"].backward()
    last = objective.decoder.get_submodule("level3").get_parameter("refine.1.weight").grad
    assert last is not None
    assert last[0].abs().sum() == 0
    assert last[1:].abs().sum() > 0


def test_leaves_the_encoder_alone(objective: Reconstruction) -> None:
    losses = objective.losses(torch.rand(1, 3, 32, 32), STARTS[5])
    torch.stack(list(losses.values())).sum().backward()
    assert all(parameter.grad is None for parameter in objective.encoder.parameters())


def test_learns_one_batch_in_halves_too(objective: Reconstruction) -> None:
    objective.bfloat16 = True
    x = torch.rand(2, 3, 32, 32)
    optimizer = Muon(objective.decoder.parameters())
    totals = []
    for _ in range(30):
        loss = torch.stack(list(objective.losses(x, STARTS[2]).values())).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        totals.append(loss.item())
    assert totals[-1] < 0.8 * totals[0]
