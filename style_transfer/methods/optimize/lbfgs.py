"""L-BFGS on the pixels of a picture: it learns from each step how the loss bends."""

from collections import deque
from dataclasses import dataclass

import torch
from torch import Tensor

_MEMORY = 8
# What the first step changes a pixel of usual gradient by, and the most later ones do on average.
_FIRST = 0.01
_LONGEST = 0.03
# A loss this many times the least one so far was a step too far.
_TOO_FAR = 1.5


@dataclass(frozen=True)
class _Place:
    """A picture, its gradient and its loss."""

    image: Tensor
    gradient: Tensor
    loss: float


class LBFGS:
    """L-BFGS on a picture (1, 3, H, W) kept within [0, 1] (Liu & Nocedal 1989).

    Gatys et al. 2016 use it too. Here no step is searched for along its line: a search asks for
    several gradients where one does, and a step that went too far is taken back instead.
    """

    def __init__(self, image: Tensor) -> None:
        """Start from a picture, which is not changed."""
        self.image = image.detach().clone(memory_format=torch.contiguous_format)
        self._pairs: deque[tuple[Tensor, Tensor]] = deque(maxlen=_MEMORY)
        self._last: _Place | None = None
        self._best: _Place | None = None
        self._first = _FIRST

    @torch.no_grad()
    def step_(self, loss: Tensor, gradient: Tensor) -> None:
        """Move the picture to where the loss should be less, given its loss and gradient."""
        here = _Place(self.image, gradient, float(loss))
        if self._best is not None and not here.loss <= _TOO_FAR * self._best.loss:
            here = self._best
            self._pairs.clear()
            self._first /= 2
        elif self._last is not None:
            self._learn_(here.image - self._last.image, here.gradient - self._last.gradient)
        if self._best is None or here.loss < self._best.loss:
            self._best = here
        self._last = here
        self.image = (here.image - self._direction(here.gradient)).clamp(0, 1)

    def _learn_(self, moved: Tensor, change: Tensor) -> None:
        """Keep how the gradient changed over a step, unless the loss bends the wrong way there."""
        if float((moved * change).sum()) > 1e-10 * float(change.square().sum()):
            self._pairs.append((moved, change))

    def _direction(self, gradient: Tensor) -> Tensor:
        """Give the step against which the picture is to move."""
        if not self._pairs:
            # Saturates, so that the few pixels of a huge gradient do not take all of the step.
            size = gradient.abs()
            return 2 * self._first * gradient / (size + size.mean()).clamp_min(1e-20)
        direction = self._newton(gradient)
        length = direction.abs().mean()
        return direction * (_LONGEST / length.clamp_min(_LONGEST))

    def _newton(self, gradient: Tensor) -> Tensor:
        """Multiply by the inverse of the curvature that the kept steps tell of."""
        direction, shares = gradient.clone(), []
        for moved, change in reversed(self._pairs):
            share = (moved * direction).sum() / (moved * change).sum()
            direction -= share * change
            shares.append(share)
        moved, change = self._pairs[-1]
        direction *= (moved * change).sum() / change.square().sum()
        for (moved, change), share in zip(self._pairs, reversed(shares), strict=True):
            direction += moved * (share - (change * direction).sum() / (moved * change).sum())
        return direction
