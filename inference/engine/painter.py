"""The any-style network: an encoder, a transport map a level, and a decoder; one way down and up.

Li et al. 2017, "Universal Style Transfer via Feature Transforms", encode and decode anew for each
level. Here the features of a level that come up from the deeper ones are themselves moved to the
artwork's statistics and handed on, so that one way up does the work of five.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from inference.engine.features import FeatureNet
from inference.engine.losses import Moments
from inference.engine.networks.decoder import COLORS, LEVELS, Decoder, with_colors
from inference.engine.networks.vgg import TAPS
from inference.engine.transport import moments_of_batch, transport

_DEAD = 0.02
_COLOR_SPREAD = 0.25


@dataclass(frozen=True)
class Look:
    """How far each level goes, deep to shallow (levels 5 ... 1), all in [0, 1].

    pull  how much of the move to the artwork's statistics is made
    keep  how much of the photo's own features is mixed into what comes up from below
    """

    pull: tuple[float, ...]
    keep: tuple[float, ...]


class Painter(nn.Module):
    """Encoder and decoder, and the units in which the levels of the encoder are compared."""

    def __init__(self, encoder: FeatureNet, decoder: Decoder, *, halved: bool = False) -> None:
        """Put a frozen encoder and a decoder of the same widths together.

        `halved` halves the time of the convolutions where the processor knows it; colors and
        statistics stay in float32, in which a sky shows no bands.
        """
        super().__init__()
        self.halved = halved
        self.encoder = encoder
        self.decoder = decoder
        for level in LEVELS:
            scale = encoder.channel_scale[TAPS[level - 1]]
            spread = torch.cat([scale, scale.new_full((COLORS,), _COLOR_SPREAD)])
            live = spread > _DEAD * spread.max()
            self.register_buffer(f"live{level}", live.nonzero()[:, 0], persistent=False)
            self.register_buffer(f"spread{level}", spread[live], persistent=False)

    def see(self, x: Tensor) -> dict[int, Tensor]:
        """Compute the levels (B, C, h, w) of pictures (B, 3, H, W), sides divisible by STRIDE."""
        with self._halved(x):
            maps = self.encoder(x, TAPS)
        return with_colors(maps, x)

    def rise(self, level: int, maps: Tensor) -> Tensor:
        """Turn a level into the one above it, level 1 into RGB."""
        with self._halved(maps):
            return self.decoder.rise(level, maps)

    def _halved(self, x: Tensor) -> torch.autocast:
        return torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=self.halved)

    def measure(self, level: int, maps: Tensor) -> Moments:
        """Measure a level (B, C, h, w): moments of its L live channels in units of their spread."""
        live, spread = self.get_buffer(f"live{level}"), self.get_buffer(f"spread{level}")
        found = moments_of_batch(maps)
        covariance = found.covariance[:, live][:, :, live] / (spread[:, None] * spread)
        return Moments(found.mean[:, live] / spread, covariance)

    def move(self, level: int, own: Moments, wanted: Moments, pull: float) -> tuple[Tensor, Tensor]:
        """Find the affine map, (B, C, C) and (B, C), that goes `pull` of the way to moments wanted.

        It is in the units of the maps themselves and leaves dead channels alone.
        """
        live, spread = self.get_buffer(f"live{level}"), self.get_buffer(f"spread{level}")
        matrix = transport(own.covariance, wanted.covariance)
        shift = wanted.mean - (matrix @ own.mean[..., None])[..., 0]
        inner = torch.eye(len(live), device=matrix.device).lerp(matrix, pull)
        inner = inner * spread[:, None] / spread
        whole = torch.eye(self.decoder.width(level), device=matrix.device)
        whole = whole.repeat(len(matrix), 1, 1)
        whole[:, live[:, None], live] = inner
        moved = shift.new_zeros(whole.shape[:2])
        moved[:, live] = pull * shift * spread
        return whole, moved

    def paint(self, photo: Tensor, wanted: Mapping[int, Moments], look: Look) -> Tensor:
        """Paint photos (B, 3, H, W), sides divisible by STRIDE, to the wanted moments by level.

        Gradients flow to the decoder, but not through the moves. Returns RGB (B, 3, H, W) that
        may leave [0, 1] a little.
        """
        with torch.no_grad():
            own = self.see(photo)
        maps = own[LEVELS[0]]
        for level, pull, keep in zip(LEVELS, look.pull, look.keep, strict=True):
            maps = maps.lerp(own[level], keep) if level < LEVELS[0] else maps
            with torch.no_grad():
                move = self.move(level, self.measure(level, maps), wanted[level], pull)
            maps = self.rise(level, apply_move(maps, move))
        return maps


def apply_move(maps: Tensor, move: tuple[Tensor, Tensor]) -> Tensor:
    """Apply an affine map, (B, C, C) and (B, C), to the channels of maps (B, C, h, w)."""
    matrix, shift = move
    flat = maps.permute(0, 2, 3, 1).flatten(1, 2)  # (B, h*w, C), a view of channels last
    moved = torch.baddbmm(shift[:, None], flat, matrix.mT)
    return moved.view(len(maps), *maps.shape[2:], -1).permute(0, 3, 1, 2)
