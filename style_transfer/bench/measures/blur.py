"""Blur by a Gaussian, which splits a picture into what is finer and what is coarser."""

import torch
from torch import Tensor


def gaussian_blur(picture: Tensor, sigma: float) -> Tensor:
    """Blur a picture (B, C, H, W) of any range by a Gaussian of `sigma` pixels.

    Beyond the border the outermost pixels are repeated.
    """
    height, width = picture.shape[2:]
    down, across = (_weights(side, sigma).to(picture) for side in (height, width))
    return down @ picture @ across.T


def _weights(side: int, sigma: float) -> Tensor:
    """Make the weights (side, side) by which each pixel of a line is the mean of those around it.

    For pictures of less than a megapixel a product of matrices takes half the time of a convolution
    with a long kernel.
    """
    radius = max(1, round(3 * sigma))
    offsets = torch.arange(-radius, radius + 1)
    kernel = torch.softmax(-offsets.square() / (2 * sigma**2), 0)
    columns = (torch.arange(side)[:, None] + offsets).clamp(0, side - 1)
    return torch.zeros(side, side).scatter_add_(1, columns, kernel.expand(side, -1))
