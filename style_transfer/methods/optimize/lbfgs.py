"""L-BFGS on the pixels of a picture: it estimates the curvature of the loss from its own steps."""

from collections import deque
from dataclasses import dataclass

import torch
from torch import Tensor

_MEMORY = 8  # steps whose curvature is remembered
# The first step changes a pixel with an average gradient by this much.
_FIRST = 0.01
# Later steps change pixels by at most this much on average.
_LONGEST = 0.03
# If the loss is this many times the lowest one so far, the step went too far.
_TOO_FAR = 1.5


@dataclass(frozen=True)
class _Place:
    """A picture, its gradient and its loss."""

    image: Tensor
    gradient: Tensor
    loss: float


class LBFGS:
    """L-BFGS on a picture (1, 3, H, W) within [0, 1] (Liu & Nocedal 1989).

    Gatys et al. 2016 use it too. Unlike there, this has no line search: a line search needs
    several gradients per step, and here one is enough. A step that went too far is undone.
    """

    def __init__(self, image: Tensor) -> None:
        """Start from a copy of a picture (1, 3, H, W)."""
        self.image = image.detach().clone(memory_format=torch.contiguous_format)
        self._pairs: deque[tuple[Tensor, Tensor]] = deque(maxlen=_MEMORY)
        self._last: _Place | None = None
        self._best: _Place | None = None
        self._first = _FIRST

    @torch.no_grad()
    def step_(self, loss: Tensor, gradient: Tensor) -> None:
        """Move the picture to reduce its loss, from its current loss and gradient (1, 3, H, W)."""
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
        """Store the change of the gradient over a step, unless the curvature there is negative."""
        if float((moved * change).sum()) > 1e-10 * float(change.square().sum()):
            self._pairs.append((moved, change))

    def _direction(self, gradient: Tensor) -> Tensor:
        """Compute the step that is subtracted from the picture."""
        if not self._pairs:
            # This saturates. Otherwise a few pixels with a very large gradient would take up the
            # whole step.
            size = gradient.abs()
            return 2 * self._first * gradient / (size + size.mean()).clamp_min(1e-20)
        direction = self._newton(gradient)
        length = direction.abs().mean()
        return direction * (_LONGEST / length.clamp_min(_LONGEST))

    def _newton(self, gradient: Tensor) -> Tensor:
        """Multiply the gradient by the inverse curvature, estimated from the stored steps."""
        # The two loops of L-BFGS: from the newest step to the oldest, then back.
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
