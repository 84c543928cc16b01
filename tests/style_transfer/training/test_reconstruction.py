"""The objective of the decoder: decoding from every level, and the losses on the way."""

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

# For each start level, one fraction of the training at which decoding starts there.
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
    """Return the levels whose blocks have a gradient."""
    return {
        level
        for level in LEVELS
        if any(
            p.grad is not None
            for p in objective.decoder.get_submodule(f"level{level}").parameters()
        )
    }


@pytest.mark.parametrize("start", LEVELS)
def test_compares_every_level_that_it_decodes(objective: Reconstruction, start: int) -> None:
    losses = objective.losses(torch.rand(2, 3, 32, 32), STARTS[start])
    features = [f"features{level}" for level in range(start - 1, 0, -1)]
    assert list(losses) == [*features, f"picture{start}"]
    assert all(loss.ndim == 0 and loss.isfinite() for loss in losses.values())


@pytest.mark.parametrize("start", LEVELS)
def test_trains_all_blocks_that_it_decodes_with(objective: Reconstruction, start: int) -> None:
    losses = objective.losses(torch.rand(1, 3, 32, 32), STARTS[start])
    losses[f"picture{start}"].backward()
    assert moved_levels(objective) == set(range(1, start + 1))


def test_starts_equally_often_at_each_level() -> None:
    starts = [random.Random(step / 5000).choice(LEVELS) for step in range(5000)]
    assert all(800 < starts.count(level) < 1200 for level in LEVELS)


def test_starts_at_the_same_level_for_the_same_fraction(objective: Reconstruction) -> None:
    x = torch.rand(1, 3, 32, 32)
    one, other = (objective.losses(x, 0.37) for _ in range(2))
    assert list(one) == list(other)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_is_zero_for_a_correct_decoder(objective: Reconstruction) -> None:
    x = torch.rand(1, 3, 32, 32)
    assert (
        objective.losses(x, STARTS[1])["picture1"] == 0
    )  # an untrained decoder passes the colors on unchanged
    with torch.no_grad():
        objective.decoder.get_submodule("level1").get_parameter("paint.bias").fill_(0.25)
    assert objective.losses(x, STARTS[1])["picture1"] > 0


def test_ignores_channels_that_never_vary(objective: Reconstruction) -> None:
    deviation = torch.ones(WIDTHS[1])
    deviation[0] = 0
    objective.decoder.standardize_(2, torch.ones(WIDTHS[1]), deviation)
    losses = objective.losses(torch.rand(1, 3, 32, 32), STARTS[3])
    losses["features2"].backward()
    last = objective.decoder.get_submodule("level3").get_parameter("refine.1.weight").grad
    assert last is not None
    assert last[0].abs().sum() == 0
    assert last[1:].abs().sum() > 0


def test_does_not_train_the_encoder(objective: Reconstruction) -> None:
    losses = objective.losses(torch.rand(1, 3, 32, 32), STARTS[5])
    torch.stack(list(losses.values())).sum().backward()
    assert all(parameter.grad is None for parameter in objective.encoder.parameters())


def test_also_learns_one_batch_in_bfloat16(objective: Reconstruction) -> None:
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
