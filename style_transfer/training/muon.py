"""Muon for convolutions: momentum whose matrix is made orthogonal (Jordan et al. 2024).

Neighboring pixels and channels are similar, so plain gradients point along a few strong directions,
and the weak directions are learned last. Orthogonal steps go equally far in all directions. After
300 steps of one block of the distillation, 0.22 of the variance was left; with Adam it was 0.40.
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
DECAY = 0.15  # keeps singular values of a weight below 1 / DECAY, so that no layer dominates
_ITERATIONS = 5
_QUINTIC = (3.4445, -4.7750, 2.0315)  # coefficients of the reference implementation


class Muon(torch.optim.Optimizer):
    """Orthogonal steps for weights (ndim >= 2) and Adam-sized ones for biases, at one rate."""

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float = 0.05) -> None:
        """Optimize parameters; those without a gradient do not change."""
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient by one step; a closure is not used."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move_(parameter, parameter.grad, group["lr"])

    def _move_(self, parameter: nn.Parameter, gradient: Tensor, rate: float) -> None:
        state = self.state[parameter]
        momentum = state.setdefault("momentum", torch.zeros_like(parameter))
        momentum.lerp_(gradient, 1 - MOMENTUM)
        ahead = gradient.lerp(momentum, MOMENTUM)  # Nesterov's look ahead
        if parameter.ndim > 1:
            flat = ahead.flatten(1)  # (out, in * k * k)
            widened = max(1.0, flat.shape[0] / flat.shape[1]) ** 0.5
            update = orthogonalize(flat).view_as(parameter) * widened
            parameter.mul_(1 - rate * DECAY)
        else:
            square = state.setdefault("square", torch.zeros_like(parameter))
            square.lerp_(gradient.square(), 1 - MOMENTUM)
            update = ahead / (square.sqrt() + 1e-8) / 10
        parameter.add_(update, alpha=-rate)


def orthogonalize(matrix: Tensor) -> Tensor:
    """Bring the singular values of a matrix (N, M) close to one by five Newton-Schulz steps.

    They end between about 0.7 and 1.2, which is exact enough for a direction.
    """
    a, b, c = _QUINTIC
    tall = matrix.shape[0] > matrix.shape[1]
    x: Tensor = matrix.mT if tall else matrix
    x = x / (x.norm() + 1e-12)
    for _ in range(_ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x
