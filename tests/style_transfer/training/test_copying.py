"""The objective with a teacher: its losses, and a training that lowers them."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor
from torch.optim import Adam

from style_transfer.features.builtin import FeatureNet
from style_transfer.methods.network.johnson import PaintingNet
from style_transfer.training.copying import Copying, compare_moments, cut_to_windows

PARTS = {"tones", "pixels", "features", "style", "patches"}


@pytest.fixture(autouse=True)
def _same_chance() -> Iterator[None]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


@pytest.fixture
def objective(features: FeatureNet) -> Copying:
    return Copying(PaintingNet(4, light=True), features, bfloat16=False)


@pytest.fixture
def examples() -> Tensor:
    """Return photos and their paintings (2, 6, 96, 96); a painting is inverted, with stripes."""
    photos = torch.rand(2, 3, 12, 12)
    photos = torch.nn.functional.interpolate(photos, (96, 96), mode="bilinear")
    stripes = 0.2 * (torch.arange(96) // 4 % 2)
    return torch.cat([photos, (0.8 - 0.6 * photos + stripes).clamp(0, 1)], 1)


def total(objective: Copying, x: Tensor, fraction: float = 0.5) -> Tensor:
    """Return the sum of the losses."""
    return torch.stack([*objective.losses(x, fraction).values()]).sum()


def test_returns_one_positive_loss_for_each_part(objective: Copying, examples: Tensor) -> None:
    losses = objective.losses(examples, 0.5)
    assert losses.keys() == PARTS
    assert all(value.ndim == 0 and value > 0 for value in losses.values())


def test_returns_small_losses_for_a_copy(objective: Copying, examples: Tensor) -> None:
    with torch.no_grad():
        for name in ("weight", "bias"):
            objective.network.paint.get_parameter(name).zero_()
        photo = examples[:, :3]
        copied = objective.losses(torch.cat([photo, photo], 1), 0.5)
        wrong = objective.losses(examples, 0.5)
    for name in PARTS - {"patches"}:
        assert copied[name] < 1e-4
    # The patches of the two pictures are sampled separately, so a random difference remains.
    assert copied["patches"] < wrong["patches"] / 2


def test_repeats_its_losses_for_the_same_fraction(objective: Copying, examples: Tensor) -> None:
    with torch.no_grad():
        assert torch.equal(total(objective, examples), total(objective, examples))
        assert not torch.equal(total(objective, examples), total(objective, examples, 0.6))


def test_teaches_a_network(objective: Copying, examples: Tensor) -> None:
    optimizer = Adam(objective.network.parameters(), 0.01)
    with torch.no_grad():
        before = total(objective, examples)
    for step in range(30):
        optimizer.zero_grad()
        total(objective, examples, step / 30).backward()
        optimizer.step()
    with torch.no_grad():
        assert total(objective, examples) < 0.8 * before


def test_passes_gradients_only_to_the_network(objective: Copying, examples: Tensor) -> None:
    total(objective, examples).backward()
    assert all(each.grad is not None for each in objective.network.parameters())
    assert all(each.grad is None for each in objective.features.parameters())


def test_penalizes_marks_in_a_window_that_should_be_flat(
    objective: Copying, examples: Tensor
) -> None:
    photo = torch.full((1, 3, 192, 192), 0.5)
    photo[..., 96:] = torch.rand(1, 3, 192, 96)
    # The same marks in the correct half and in the wrong half.
    right, wrong = torch.cat([photo, photo], 1), torch.cat([photo.flip(3), photo], 1)
    with torch.no_grad():
        for name in ("weight", "bias"):
            objective.network.paint.get_parameter(name).zero_()
        assert (
            objective.losses(wrong, 0.5)["style"] > 10 * objective.losses(right, 0.5)["style"] + 0.1
        )


def test_cuts_maps_into_windows() -> None:
    maps = torch.arange(2 * 7 * 6).float().view(1, 2, 7, 6)
    windows = cut_to_windows(maps, 2)
    assert windows.shape == (4, 2, 3, 3)
    assert torch.equal(windows[1], maps[0, :, :3, 3:])
    assert torch.equal(windows[2], maps[0, :, 3:6, :3])
    assert torch.equal(cut_to_windows(maps, 1), maps)


def test_measures_moments_relative_to_the_target() -> None:
    maps = torch.rand(2, 4, 12, 12)
    assert compare_moments(maps, maps) == 0
    near, far = (compare_moments(maps + shift, maps) for shift in (0.1, 0.2))
    torch.testing.assert_close(far, 2 * near, rtol=0.1, atol=0)
    torch.testing.assert_close(compare_moments(9 * maps + 0.9, 9 * maps), near, rtol=1e-3, atol=0)


def test_accepts_a_flat_window() -> None:
    wanted = torch.cat([torch.zeros(1, 4, 12, 12), torch.rand(1, 4, 12, 12)])
    own = torch.rand(2, 4, 12, 12, requires_grad=True)
    apart = compare_moments(own, wanted)
    apart.backward()
    assert apart < 50
    assert own.grad is not None
    assert own.grad.isfinite().all()
