"""The standard deviation of channels over all pictures; a floor keeps it above zero."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from style_transfer.training.channel_std import (
    floor_channel_std,
    measure_channel_std,
    measure_moments,
)


class Echo(nn.Module):
    """A network that returns the picture itself for every layer."""

    def forward(self, x: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Return the picture under each name."""
        return dict.fromkeys(layers, x)


@pytest.fixture
def batches() -> list[Tensor]:
    torch.manual_seed(0)
    return [torch.rand(2, 3, 8, 8) * (1 + index) + index for index in range(4)]


def test_measures_all_batches_together(batches: list[Tensor]) -> None:
    mean, spread = measure_moments(Echo(), batches, ("any",))["any"]
    whole = torch.cat(batches)
    torch.testing.assert_close(mean, whole.mean((0, 2, 3)))
    torch.testing.assert_close(spread, whole.std((0, 2, 3), correction=0))


def test_returns_only_the_standard_deviation(batches: list[Tensor]) -> None:
    spread = measure_channel_std(Echo(), batches, ("one", "two"))
    assert set(spread) == {"one", "two"}
    assert torch.equal(spread["one"], measure_moments(Echo(), batches, ("one",))["one"][1])


def test_keeps_its_precision_with_a_large_mean() -> None:
    torch.manual_seed(0)
    batches = [1000 + torch.rand(2, 3, 32, 32) for _ in range(3)]
    spread = measure_channel_std(Echo(), batches, ("any",))["any"]
    torch.testing.assert_close(spread, torch.cat(batches).std((0, 2, 3)), rtol=0.1, atol=0)


def test_is_zero_and_not_nan_for_a_constant() -> None:
    assert (
        measure_channel_std(Echo(), [torch.full((1, 3, 4, 4), 0.3)], ("any",))["any"].tolist()
        == [pytest.approx(0, abs=1e-3)] * 3
    )


def test_raises_dead_channels_to_a_share_of_the_largest() -> None:
    spread = floor_channel_std(torch.tensor([0.0, 0.5, 2.0]))
    torch.testing.assert_close(spread, torch.tensor([0.02, 0.5, 2.0]))
