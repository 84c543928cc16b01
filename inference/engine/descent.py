"""Gradient descent on the pixels of a picture, and the mean of the pictures along the way."""

import torch
from torch import Tensor

_MOMENTUM = 0.9
_SQUARES = 0.99
_AVERAGE = 0.9


class Descent:
    """Adam on a picture (1, 3, H, W) kept within [0, 1] (Kingma & Ba 2015).

    Single iterates carry speckle, since each pixel steps by about the same amount however little
    it matters. Their running mean does not; so `average` is the picture to show
    (after crowsonkb/style-transfer-pytorch).
    """

    def __init__(self, image: Tensor) -> None:
        self.image = image.detach().clone(memory_format=torch.channels_last)
        self._mean = torch.zeros_like(self.image)
        self._square = torch.zeros_like(self.image)
        self._sum = torch.zeros_like(self.image)
        self._steps = 0

    @torch.no_grad()
    def step_(self, gradient: Tensor, rate: float) -> None:
        """Move each pixel against its gradient by about `rate`."""
        self._steps += 1
        self._mean.lerp_(gradient, 1 - _MOMENTUM)
        self._square.lerp_(gradient.square(), 1 - _SQUARES)
        direction = self._mean / (1 - _MOMENTUM**self._steps)
        size = (self._square / (1 - _SQUARES**self._steps)).sqrt_().add_(1e-10)
        self.image.sub_(rate * direction / size).clamp_(0, 1)
        self._sum.lerp_(self.image, 1 - _AVERAGE)

    @property
    def average(self) -> Tensor:
        """Give the mean of the latest pictures, or the first one before any step."""
        if not self._steps:
            return self.image
        return self._sum / (1 - _AVERAGE**self._steps)
