"""Measure the mean and standard deviation of a network's channels, to make channels comparable."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

_QUIET = 0.01  # a channel below this share of the largest one is dead; it must not be amplified


@torch.no_grad()
def measure_moments(
    network: nn.Module, batches: Sequence[Tensor], layers: Sequence[str]
) -> dict[str, tuple[Tensor, Tensor]]:
    """Measure each channel over batches (B, 3, H, W): layer -> mean and standard deviation (C,)."""
    sums: dict[str, Tensor] = {}
    for batch in batches:
        for name, maps in network(batch, layers).items():
            # In double precision: the square of the mean is subtracted below, and in float32 the
            # difference would be noise.
            exact = maps.double()
            both = torch.stack([exact.mean((0, 2, 3)), exact.square().mean((0, 2, 3))])
            sums[name] = sums.get(name, 0) + both / len(batches)  # (2, C)
    return {
        name: (mean.float(), (square - mean.square()).clamp_min(0).sqrt().float())
        for name, (mean, square) in sums.items()
    }


def measure_channel_std(
    network: nn.Module, batches: Sequence[Tensor], layers: Sequence[str]
) -> dict[str, Tensor]:
    """Measure the standard deviation of each channel over batches (B, 3, H, W): layer -> (C,)."""
    return {name: each for name, (_, each) in measure_moments(network, batches, layers).items()}


def floor_channel_std(spread: Tensor) -> Tensor:
    """Raise the standard deviation (C,) of dead channels to a floor, so a division is safe."""
    return spread.clamp_min(_QUIET * spread.max())
