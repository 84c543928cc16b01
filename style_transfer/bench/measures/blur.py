"""Blur by a Gaussian, which splits a picture into what is finer and what is coarser."""

import torch
import torch.nn.functional as F
from torch import Tensor


def gaussian_blur(picture: Tensor, sigma: float) -> Tensor:
    """Blur a picture (B, C, H, W) of any range by a Gaussian of `sigma` pixels.

    Beyond the border the outermost pixels are repeated.
    """
    radius = max(1, round(3 * sigma))
    offsets = torch.arange(-radius, radius + 1, dtype=picture.dtype, device=picture.device)
    kernel = torch.softmax(-offsets.square() / (2 * sigma**2), 0)
    count, channels, height, width = picture.shape
    flat = picture.reshape(count * channels, 1, height, width)
    flat = F.conv2d(F.pad(flat, (radius, radius, 0, 0), "replicate"), kernel.view(1, 1, 1, -1))
    flat = F.conv2d(F.pad(flat, (0, 0, radius, radius), "replicate"), kernel.view(1, 1, -1, 1))
    return flat.reshape(picture.shape)
