"""Teaching a decoder to bring back what an encoder saw.

Every block learns alone, as in the distillation: from the encoder's features of one level those of
the next. At first it is fed with the encoder's own features, later with what the block below it
made of them, so that it learns to live with the errors of a whole way up (Chiu & Gurari 2022,
"PhotoWCT2", train blocks so).
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from inference.engine.features import FeatureNet
from inference.engine.networks.decoder import LEVELS, Decoder
from inference.engine.networks.vgg import TAPS

FREE = 0.6  # the share of the training after which no block is fed with true features
_PIXELS = 20.0  # weight of the picture: its errors are small numbers beside those of features


@dataclass
class Reconstruction:
    """The lesson: a frozen encoder and the decoder that learns to invert it."""

    encoder: FeatureNet
    decoder: Decoder
    bfloat16: bool = True

    def losses(self, x: Tensor, fraction: float) -> dict[str, Tensor]:
        """Compute one loss per level at a point of the training, 0 to 1."""
        trust = min(1.0, fraction / FREE)
        with torch.no_grad(), self._autocast(x):
            true = self.encoder(x, TAPS)
        found: dict[str, Tensor] = {}
        below = true[TAPS[-1]]
        for level in LEVELS:
            name = TAPS[level - 1]
            fed = torch.lerp(true[name].float(), below.detach().float(), trust)
            with self._autocast(x):
                below = self.decoder.rise(level, fed)
            found[f"level{level}"] = self._error(level, below.float(), true, x)
        return found

    def _error(self, level: int, risen: Tensor, true: dict[str, Tensor], x: Tensor) -> Tensor:
        if level == 1:
            return _PIXELS * F.l1_loss(risen, x)
        name, spread = TAPS[level - 2], self.decoder.get_buffer(f"spread{level - 1}")
        live = spread > 0
        difference = (risen - true[name].float())[:, live] / spread[live, None, None]
        return difference.square().mean()

    def _autocast(self, x: Tensor) -> torch.autocast:
        return torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=self.bfloat16)
