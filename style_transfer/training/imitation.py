"""The objective of a network for one style: the style loss of the recolored photos it paints."""

from dataclasses import dataclass

import torch
from torch import Tensor

from style_transfer.imaging.lattice import lattice_share
from style_transfer.methods.network.johnson import STRIDE, PaintingNet, draw_noise
from style_transfer.training.style_loss import StyleLoss, beside

_LATTICE = 10.0  # a share of 0.01 counts as much as a quarter of the final style loss


@dataclass
class Imitation:
    """The objective: the network that learns, and the style loss of its artwork."""

    network: PaintingNet
    style_loss: StyleLoss

    def losses(self, x: Tensor, fraction: float) -> dict[str, Tensor]:
        """Compute the losses of photos (B, 3, H, W) in [0, 1].

        `fraction` of the training, 0 to 1, also seeds all random numbers.
        """
        generator = torch.Generator().manual_seed(int(fraction * 2**53))
        with torch.autocast(x.device.type, torch.bfloat16, enabled=self.style_loss.bfloat16):
            photo = self.network.recolor(x)
            painted = self.network(photo, draw_noise(photo, beside(generator, x.device)))
        # The style loss shifts pictures at random, so it cannot detect the network's own lattice.
        lattice = _LATTICE * lattice_share(painted - photo, STRIDE)
        return {**self.style_loss.losses(painted, photo, generator), "lattice": lattice}
