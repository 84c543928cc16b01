"""The memory layout of weights."""

import torch
from torch import nn

from style_transfer.training.layout import lay_out
from tests.style_transfer.training.conftest import CPU


def test_stores_weights_channels_last() -> None:
    network = lay_out(nn.Conv2d(4, 4, 3), CPU)
    assert network.weight.is_contiguous(memory_format=torch.channels_last)
    assert network.weight.shape == (4, 4, 3, 3)


def test_keeps_the_results_of_the_network() -> None:
    network, x = nn.Conv2d(4, 4, 3), torch.rand(1, 4, 8, 8)
    before = network(x)
    torch.testing.assert_close(lay_out(network, CPU)(x), before)
