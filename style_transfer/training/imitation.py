"""The objective of a network for one style: the style loss of the recolored photos it paints."""

from dataclasses import dataclass

import torch
from torch import Tensor

from style_transfer.imaging.lattice import lattice_share
from style_transfer.methods.network.johnson import STRIDE, PaintingNet, draw_noise
from style_transfer.training.adversarial import PatchAdversary, cut_at_random
from style_transfer.training.style_loss import StyleLoss, beside, disturb

_LATTICE = 10.0  # a share of 0.01 counts as much as a quarter of the final style loss


@dataclass
class Imitation:
    """The objective: the network that learns, and the style loss of its artwork.

    With an `adversary`, the network also learns to paint patches that pass for the artwork's.
    """

    network: PaintingNet
    style_loss: StyleLoss
    adversary: PatchAdversary | None = None

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
        found = {**self.style_loss.losses(painted, photo, generator), "lattice": lattice}
        if self.adversary:
            # Other random numbers than above, which stay the same with and without an adversary.
            chance = torch.Generator().manual_seed(1 + int(fraction * 2**53))
            found["adversarial"] = self._oppose(self.adversary, painted, chance)
        return found

    def _oppose(
        self, adversary: PatchAdversary, painted: Tensor, generator: torch.Generator
    ) -> Tensor:
        """Compare paintings with crops of the artwork at one of its scales, mirrored alike."""
        views = self.style_loss.views
        view = views[int(torch.randint(len(views), (), generator=generator))]
        (shown,) = disturb((painted,), view, generator)
        crops = cut_at_random(view.picture, len(shown), shown.shape[-1], generator)
        return adversary.loss(shown, crops)
