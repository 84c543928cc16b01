"""A bank of an artwork's patches that is small enough to be a part of a style code.

The patches are drawn at random and copied with all their detail, unlike textons, which are means.
Each is stored as a point in the directions in which patches vary most, in bytes: 1,536 patches take
about 60 kB. Pictures painted with the patches themselves look the same.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from style_transfer.methods.patches import draw_patches, find_main_axes

PATCH = 7  # the side in pixels; smaller than a texton, because it has all its detail
SIZE = 3 * PATCH**2
ENTRIES = 1536
_DIRECTIONS = 32  # of 147
_SAMPLES = 6000  # patches that the directions are found on
_STEPS = 127  # the largest byte


@dataclass(frozen=True)
class PatchBank:
    """Patches of one view of an artwork, in a random order.

    mean   (SIZE,) of the patches, RGB in [0, 1], channel by channel
    basis  (SIZE, D) main directions, each as long as one step of a byte
    keys   (K, D) the patches in that basis, bytes from -127 to 127
    """

    mean: Tensor
    basis: Tensor
    keys: Tensor

    @classmethod
    def from_picture(cls, artwork: Tensor) -> "PatchBank":
        """Draw patches of an artwork (1, 3, H, W) in [0, 1]; always the same ones."""
        generator = torch.Generator().manual_seed(0)
        drawn = draw_patches(artwork.float(), PATCH, _SAMPLES, generator)  # (N, SIZE)
        mean = drawn.mean(0)
        axes = find_main_axes(drawn - mean, _DIRECTIONS)  # (SIZE, D)
        places = (drawn[:ENTRIES] - mean) @ axes  # (K, D)
        step = places.abs().amax(0).clamp_min(1e-4) / _STEPS  # (D,)
        return cls(mean, axes * step, (places / step).round().to(torch.int8))

    def to(self, device: torch.device) -> "PatchBank":
        """Return the same bank on a device."""
        return PatchBank(self.mean.to(device), self.basis.to(device), self.keys.to(device))

    def patches(self, share: float = 1.0) -> Tensor:
        """Return a share of the patches, but at least one: (N, SIZE) in [0, 1]."""
        count = max(1, round(share * len(self.keys)))
        return (self.mean + self.keys[:count].float() @ self.basis.T).clamp(0, 1)
