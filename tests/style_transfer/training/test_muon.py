"""Muon takes orthogonal steps for matrices and bounded steps for biases; it can be resumed."""

from copy import deepcopy

import pytest
import torch
from torch import nn

from style_transfer.training.muon import DECAY, Muon, orthogonalize


@pytest.mark.parametrize("shape", [(8, 8), (4, 30), (30, 4), (1, 9)])
def test_brings_singular_values_near_one(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonalize(torch.randn(shape)))
    assert values.min() > 0.5
    assert values.max() < 1.3


def test_keeps_the_directions_of_a_matrix() -> None:
    torch.manual_seed(0)
    left, values, right = torch.linalg.svd(torch.randn(5, 7), full_matrices=False)
    steps = left.mT @ orthogonalize(left @ torch.diag(values) @ right) @ right.mT
    off_diagonal = steps - torch.diag(torch.diag(steps))
    assert off_diagonal.abs().max() < 1e-3


def test_only_decays_the_weights_for_a_zero_gradient() -> None:
    assert orthogonalize(torch.zeros(3, 4)).isfinite().all()
    layer = nn.Linear(3, 2)
    layer.weight.grad, layer.bias.grad = torch.zeros(2, 3), torch.zeros(2)
    weight, bias = layer.weight.detach().clone(), layer.bias.detach().clone()
    Muon(layer.parameters(), lr=0.05).step()
    assert torch.allclose(layer.weight, weight * (1 - 0.05 * DECAY))
    assert torch.equal(layer.bias, bias)


def test_does_not_change_parameters_without_a_gradient() -> None:
    layer = nn.Linear(3, 2)
    before = layer.weight.detach().clone()
    Muon(layer.parameters()).step()
    assert torch.equal(layer.weight, before)


def learn(optimizer: torch.optim.Optimizer, layer: nn.Conv2d, x: torch.Tensor) -> float:
    target = torch.full((1, 4, 6, 6), 0.5)
    loss: torch.Tensor = (layer(x) - target).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def test_learns_a_convolution() -> None:
    torch.manual_seed(0)
    layer, x = nn.Conv2d(3, 4, 3), torch.rand(1, 3, 8, 8)
    optimizer = Muon(layer.parameters(), lr=0.02)
    losses = [learn(optimizer, layer, x) for _ in range(80)]
    assert losses[-1] < 0.05 * losses[0]


def test_continues_from_its_state() -> None:
    torch.manual_seed(0)
    x = torch.rand(1, 3, 8, 8)
    one, other = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 3)
    first = Muon(one.parameters())
    learn(first, one, x)
    other.load_state_dict(one.state_dict())
    second = Muon(other.parameters())
    second.load_state_dict(deepcopy(first.state_dict()))
    for _ in range(3):
        assert learn(first, one, x) == learn(second, other, x)
    assert torch.equal(one.weight, other.weight)
