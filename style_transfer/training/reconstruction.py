"""Train a decoder to reconstruct pictures from the features of an encoder.

A step starts at one random level with the encoder's own features and decodes up to the picture.
The output of each block is compared with the encoder's features of that level, and the last output
with the picture (plain reconstruction, after Li et al. 2017, "Universal Style Transfer via Feature
Transforms"). In the paper each level has its own decoder. Here all levels share the blocks. So the
input of a block is sometimes the encoder's features and sometimes the output of deeper blocks.
"""

import random
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.features.builtin import FeatureNet
from style_transfer.features.vgg import TAPS
from style_transfer.methods.fast.decoder import LEVELS, Decoder, with_colors

_PIXELS = 10.0  # weight of the picture, whose errors are much smaller numbers than the features'


@dataclass
class Reconstruction:
    """The objective: a frozen encoder and the decoder that learns to invert it."""

    encoder: FeatureNet
    decoder: Decoder
    bfloat16: bool = True

    def losses(self, x: Tensor, fraction: float) -> dict[str, Tensor]:
        """Compute the losses of one decoding for x (B, 3, H, W) in [0, 1], sides divisible by 16.

        `fraction` of the training, 0 to 1, also seeds the choice of the level to start from.
        """
        start = random.Random(fraction).choice(LEVELS)
        with torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=self.bfloat16):
            with torch.no_grad():
                true = with_colors(self.encoder(x, TAPS[:start]), x)
            risen = true[start]
            found: dict[str, Tensor] = {}
            for level in range(start, 1, -1):
                risen = self.decoder.decode_level(level, risen)
                found[f"features{level - 1}"] = self._error(level - 1, risen, true[level - 1])
            picture = self.decoder.decode_level(1, risen)
        found[f"picture{start}"] = _PIXELS * F.l1_loss(picture.float(), x)
        return found

    def _error(self, level: int, risen: Tensor, true: Tensor) -> Tensor:
        """Compare features of a level; each live channel is divided by its standard deviation."""
        _, spread = self.decoder.channel_stats(level)
        inverse = torch.where(spread > 0, 1 / spread.clamp_min(1e-6), 0)
        difference = (risen.float() - true.float()) * inverse
        return difference.square().mean() * spread.numel() / (spread > 0).sum()
