"""Sizes from coarse to fine, and resizing from one size to the next."""

import torch.nn.functional as F
from torch import Tensor

from style_transfer.core.sizes import scaled

SMALLEST = 128


def sizes_up_to(width: int, height: int, smallest: int = SMALLEST) -> list[tuple[int, int]]:
    """List (width, height) from coarse to fine, each about sqrt(2) times the size before it.

    The last is the given size itself. The longest side of the first is `smallest` or a little
    more, unless the picture is smaller than that.
    """
    longest = max(width, height)
    sizes: list[tuple[int, int]] = []
    level = 0
    while not sizes or longest / 2 ** (level / 2) >= smallest:
        sizes.append(scaled(width, height, 2 ** (-level / 2)))
        level += 1
    return sizes[::-1]


def resize(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Scale image (B, C, H, W) to (width, height): bicubic, antialiased, within [0, 1]."""
    width, height = size
    if image.shape[-2:] == (height, width):
        return image
    scaled_image = F.interpolate(
        image, (height, width), mode="bicubic", antialias=True, align_corners=False
    )
    return scaled_image.clamp(0, 1)
