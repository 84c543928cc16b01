"""Random pictures with the statistics of natural ones.

The dead leaves model (Lee, Mumford & Huang 2001): opaque disks, whose radii follow a power law,
cover each other until the background is hidden. Such pictures have edges, occlusion and structure
at every scale, to which feature networks respond, and they have no copyright holder.
"""

import numpy as np
import torch
from torch import Tensor

_LEAVES = 1200  # disks in a picture
_SMALLEST = 0.015  # radii as shares of the side
_LARGEST = 0.4


def draw_dead_leaves(seed: int, side: int) -> Tensor:
    """Draw one picture (1, 3, side, side), RGB in [0, 1]; the same seed gives the same picture."""
    chance = np.random.default_rng(seed)
    # Inverse transform of the density r**-3 between the smallest and the largest radius.
    low, high = _SMALLEST**-2, _LARGEST**-2
    radii = side * (low + chance.random(_LEAVES) * (high - low)) ** -0.5
    centers = chance.random((_LEAVES, 2)) * side
    colors = chance.random((_LEAVES, 3), dtype=np.float32)
    rows, columns = np.mgrid[:side, :side]
    picture = np.full((side, side, 3), 0.5, dtype=np.float32)
    for (y, x), radius, color in zip(centers, radii, colors, strict=True):
        picture[(rows - y) ** 2 + (columns - x) ** 2 <= radius**2] = color
    return torch.from_numpy(picture).permute(2, 0, 1)[None].contiguous()
