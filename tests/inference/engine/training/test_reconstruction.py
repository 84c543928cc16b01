"""The lesson of the decoder: what each block is fed, and what it is compared with."""

import pytest
import torch

from inference.engine.features import FeatureNet
from inference.engine.networks.decoder import LEVELS, Decoder
from inference.engine.networks.vgg import TAPS
from inference.engine.training.muon import Muon
from inference.engine.training.reconstruction import FREE, Reconstruction
from inference.engine.training.spread import measure_moments
from tests.inference.engine.training.conftest import WIDTHS


@pytest.fixture
def lesson(builtin: FeatureNet) -> Reconstruction:
    torch.manual_seed(0)
    decoder = Decoder(WIDTHS)
    batches = [torch.rand(2, 3, 32, 32)]
    for level, moments in enumerate(measure_moments(builtin, batches, TAPS).values(), 1):
        decoder.standardize_(level, *moments)
    return Reconstruction(builtin, decoder, bfloat16=False)


def gradients(lesson: Reconstruction, loss: str, fraction: float) -> set[int]:
    """Name the levels whose blocks one loss moves."""
    lesson.decoder.zero_grad()
    lesson.losses(torch.rand(1, 3, 32, 32), fraction)[loss].backward()  # type: ignore[no-untyped-call]
    return {
        level
        for level in LEVELS
        if any(
            p.grad is not None for p in lesson.decoder.get_submodule(f"level{level}").parameters()
        )
    }


def test_has_one_loss_a_level(lesson: Reconstruction) -> None:
    losses = lesson.losses(torch.rand(2, 3, 32, 32), 0.5)
    assert set(losses) == {f"level{level}" for level in LEVELS}
    assert all(loss.ndim == 0 and loss.isfinite() for loss in losses.values())


@pytest.mark.parametrize("fraction", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("level", LEVELS)
def test_teaches_each_block_alone(lesson: Reconstruction, level: int, fraction: float) -> None:
    assert gradients(lesson, f"level{level}", fraction) == {level}


def test_feeds_blocks_with_true_features_at_first(lesson: Reconstruction) -> None:
    x = torch.rand(1, 3, 32, 32)
    before = lesson.losses(x, 0.0)
    with torch.no_grad():
        lesson.decoder.get_submodule("level4").get_parameter("narrow.weight").mul_(3)
    after = lesson.losses(x, 0.0)
    assert [n for n in before if before[n] != after[n]] == ["level4"]


def test_lets_blocks_live_with_the_errors_below_them_later(lesson: Reconstruction) -> None:
    x = torch.rand(1, 3, 32, 32)
    before = lesson.losses(x, FREE)
    with torch.no_grad():
        lesson.decoder.get_submodule("level4").get_parameter("narrow.weight").mul_(3)
    after = lesson.losses(x, FREE)
    changed = [name for name in before if before[name] != after[name]]
    assert changed == ["level4", "level3", "level2", "level1"]


def test_counts_no_channel_that_never_fires(lesson: Reconstruction) -> None:
    mean, deviation = torch.ones(WIDTHS[1]), torch.ones(WIDTHS[1])
    deviation[0] = 0
    lesson.decoder.standardize_(2, mean, deviation)
    losses = lesson.losses(torch.rand(1, 3, 32, 32), 1.0)
    assert losses["level3"].isfinite()
    losses["level3"].backward()  # type: ignore[no-untyped-call]
    last = lesson.decoder.get_submodule("level3").get_parameter("refine.1.weight").grad
    assert last is not None
    assert last[0].abs().sum() == 0
    assert last[1:].abs().sum() > 0


def test_leaves_the_encoder_alone(lesson: Reconstruction) -> None:
    losses = lesson.losses(torch.rand(1, 3, 32, 32), 0.5)
    torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
    assert all(parameter.grad is None for parameter in lesson.encoder.parameters())


def test_learns_one_batch_in_halves_too(lesson: Reconstruction) -> None:
    lesson.bfloat16 = True
    x = torch.rand(2, 3, 32, 32)
    optimizer = Muon(lesson.decoder.parameters())
    totals = []
    for _ in range(30):
        loss = torch.stack(list(lesson.losses(x, 0.0).values())).sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        totals.append(loss.item())
    assert totals[-1] < totals[0] / 2
