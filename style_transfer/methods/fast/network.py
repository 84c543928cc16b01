"""The any-style network: an encoder, a transport map a level, and a decoder; one way down and up.

Li et al. 2017, "Universal Style Transfer via Feature Transforms", encode and decode anew for each
level. Here the features of a level that come up from the deeper ones are themselves moved to the
artwork's statistics and handed on, so that one way up does the work of five.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor, nn

from style_transfer.core.device import knows_bfloat16
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import find_card
from style_transfer.core.weight_files import load_weights
from style_transfer.features.builtin import FeatureNet, load_features
from style_transfer.features.losses import Moments
from style_transfer.features.vgg import TAPS
from style_transfer.imaging.color import LUMA
from style_transfer.imaging.tensors import as_floats
from style_transfer.methods.fast.decoder import (
    COLORS,
    LEVELS,
    Decoder,
    read_decoder_widths,
    with_colors,
)
from style_transfer.methods.fast.transport import moments_of_batch, transport

NAME, ENCODER = "fast", "builtin"
_LAST = 2  # the level that is turned into a picture
_DEAD = 0.02
_COLOR_SPREAD = 0.25
# How far the mean lightness may go freely, and what is left of all that goes beyond.
_FREE_CHANGE, _EASED = 0.08, 0.4
_EVERY = 4  # rows and columns between those whose mean is taken
Move = tuple[Tensor, Tensor]  # an affine map of channels: (B, C, C) and (B, C)


@dataclass(frozen=True)
class Look:
    """How far each level goes on one way up, by level 1, 2, ... `top`, where it begins.

    pull  how much of the move to the artwork's statistics is made, 0 to 1
    keep  how much of the photo's own features is mixed into what comes from below, 0 to 1
    """

    pull: tuple[float, ...]
    keep: tuple[float, ...]

    @property
    def top(self) -> int:
        """Name the level where the way up begins."""
        return len(self.pull)

    @property
    def above(self) -> int:
        """Name the level below which everything lies that is kept or risen from."""
        kept = (level for level, keep in enumerate(self.keep, 1) if keep and level > 1)
        return min(kept, default=self.top) - 1

    @property
    def kept(self) -> int:
        """Name the deepest level of whose features anything is kept; 0 if of none."""
        kept = (level for level, keep in enumerate(self.keep, 1) if keep and level > 1)
        return max(kept, default=0)


class Painter(nn.Module):
    """Encoder and decoder, and the units in which the levels of the encoder are compared."""

    def __init__(
        self, encoder: FeatureNet, decoder: Decoder, *, halved: bool = False, sha256: str = ""
    ) -> None:
        """Put a frozen encoder, whose weights have a sha256, and a decoder of its widths together.

        `halved` halves the time of the convolutions where the processor knows it; colors and
        statistics stay in float32, in which a sky shows no bands.
        """
        super().__init__()
        self.halved = halved
        self.stored = torch.float16  # what large maps are held in between two stages
        self.sha256 = sha256
        self.encoder = encoder
        self.decoder = decoder
        for level in LEVELS:
            scale = encoder.channel_scale[TAPS[level - 1]]
            spread = torch.cat([scale, scale.new_full((COLORS,), _COLOR_SPREAD)])
            live = spread > _DEAD * spread.max()
            self.register_buffer(f"live{level}", live.nonzero()[:, 0], persistent=False)
            self.register_buffer(f"spread{level}", spread[live], persistent=False)

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.get_buffer("spread1").device

    def in_full(self) -> "Painter":
        """Give the same network computing and storing in float32 throughout."""
        exact = copy.copy(self)
        exact.halved, exact.stored = False, torch.float32
        return exact

    def live(self, level: int) -> int:
        """Count the channels of a level that vary at all, colors included."""
        return len(self.get_buffer(f"live{level}"))

    def see(self, x: Tensor, depth: int = len(TAPS), *, above: int = 0) -> dict[int, Tensor]:
        """Compute the levels (B, C, h, w) between `above` and `depth` of pictures (B, 3, H, W).

        Sides are divisible by STRIDE, or by whatever the depth asks for.
        """
        with self._halved(x):
            maps = self.encoder(x, TAPS[above:depth])
        return with_colors(maps, x)

    def rise(self, level: int, maps: Tensor, move: Move) -> Tensor:
        """Move a level and turn it into the one above it, level 2 into RGB (B, 3, H, W).

        The move and the units of the decoder are one affine map. Of level 1 only the colors are
        made: its features are edges of three pixels, which marks are laid over in any case.
        """
        scale, shift = self.decoder.standard(level)
        standard = apply_move(maps, (scale[:, None] * move[0], scale * move[1] + shift))
        with self._halved(maps):
            if level == _LAST:
                return self.decoder.surface(standard)
            return self.decoder.lift(level, standard)

    def color_move(self, picture: Tensor, wanted: Moments, pull: float) -> Move:
        """Find the move, (B, 3, 3) and (B, 3), of RGB (B, 3, H, W) to the colors of level 1."""
        own = moments_of_batch(picture)
        unit = _COLOR_SPREAD
        target = wanted.covariance[..., -COLORS:, -COLORS:]
        matrix = transport(own.covariance / unit**2, target)
        mean = wanted.mean[..., -COLORS:] * unit
        shift = mean - (matrix @ own.mean[..., None])[..., 0]
        return torch.eye(COLORS, device=matrix.device).lerp(matrix, pull), pull * shift

    def _halved(self, x: Tensor) -> torch.autocast:
        return torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=self.halved)

    def in_units(self, level: int, maps: Tensor) -> Tensor:
        """Give the live channels of a level (B, L, h, w) in units of their usual spread."""
        live, spread = self.get_buffer(f"live{level}"), self.get_buffer(f"spread{level}")
        return maps[:, live] / spread[:, None, None]

    def measure(self, level: int, maps: Tensor) -> Moments:
        """Measure a level (B, C, h, w): moments of its L live channels in units of their spread."""
        live, spread = self.get_buffer(f"live{level}"), self.get_buffer(f"spread{level}")
        found = moments_of_batch(maps)
        covariance = found.covariance[:, live][:, :, live] / (spread[:, None] * spread)
        return Moments(found.mean[:, live] / spread, covariance)

    def legible(self, wanted: Mapping[int, Moments], photo: Tensor) -> dict[int, Moments]:
        """Give moments wanted, lighter or darker where they would drown photo (B, 3, H, W).

        After an artwork that is nearly all shade a face would be shade too, and nobody's face.
        """
        some = as_floats(photo[..., ::_EVERY, ::_EVERY])
        weights = torch.tensor(LUMA, device=some.device)
        own = (some.mean((2, 3)) * weights).sum(1)
        eased = {}
        for level, moments in wanted.items():
            mean = moments.mean.expand(len(own), -1).clone()
            change = (mean[:, -COLORS:] * weights).sum(1) * _COLOR_SPREAD - own
            excess = change - change.clamp(-_FREE_CHANGE, _FREE_CHANGE)
            mean[:, -COLORS:] -= (1 - _EASED) * excess[:, None] / _COLOR_SPREAD
            eased[level] = Moments(mean, moments.covariance.expand(len(own), -1, -1))
        return eased

    def color_spread(self, moments: Moments) -> Tensor:
        """Give the standard deviation of RGB, all three together, (B,), in moments of level 1."""
        spread = self.get_buffer("spread1")[-COLORS:]
        variances = moments.covariance[:, -COLORS:, -COLORS:].diagonal(dim1=1, dim2=2)
        return (variances * spread.square()).sum(1).sqrt()

    def move(self, level: int, own: Moments, wanted: Moments, pull: float) -> Move:
        """Find the affine map, (B, C, C) and (B, C), that goes `pull` of the way to moments wanted.

        It is in the units of the maps themselves and leaves dead channels alone. Each picture has
        its own, to the bit whatever else is in the batch: products of several matrices at once
        round differently from those of one.
        """
        each = own.split(), wanted.split(len(own.mean))
        moves = [self._move(level, *pair, pull) for pair in zip(*each, strict=True)]
        matrices, shifts = zip(*moves, strict=True)
        return torch.cat(matrices), torch.cat(shifts)

    def _move(self, level: int, own: Moments, wanted: Moments, pull: float) -> Move:
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

    def stages(
        self,
        photo: Tensor,
        wanted: Mapping[int, Moments],
        look: Look,
        start: Tensor | None = None,
    ) -> Iterator[tuple[int, tuple[Tensor, Move], Tensor]]:
        """Yield level, features with their move, and what they rise to: at last RGB.

        photo is (B, 3, H, W), sides divisible by STRIDE; `wanted` are moments by level; `start` is
        a painting of the photo to begin from, in its size, and the photo itself if absent.
        Gradients flow to the decoder, but not through the moves.
        """
        with torch.no_grad():
            depth = look.kept if start is not None else look.top
            own = self.see(photo, depth, above=look.above) if depth else {}
            top = look.top
            maps = own[top] if start is None else self.see(start, top, above=top - 1)[top]
        for level in range(look.top, 1, -1):
            if look.keep[level - 1]:
                maps = maps.lerp(own[level], look.keep[level - 1])
            with torch.no_grad():
                found = self.measure(level, maps)
                move = self.move(level, found, wanted[level], look.pull[level - 1])
            below, maps = maps, self.rise(level, maps, move)
            yield level, (below, move), maps
        maps = maps.lerp(photo.detach(), look.keep[0])
        with torch.no_grad():
            move = self.color_move(maps, wanted[1], look.pull[0])
        yield 1, (maps, move), apply_move(maps, move)

    def paint(
        self,
        photo: Tensor,
        wanted: Mapping[int, Moments],
        look: Look,
        start: Tensor | None = None,
    ) -> Tensor:
        """Paint in one piece, as `stages` says; RGB (B, 3, H, W) that may leave [0, 1] a little."""
        *_, (_, _, picture) = self.stages(photo, wanted, look, start)
        return picture


def apply_move(maps: Tensor, move: Move) -> Tensor:
    """Apply an affine map, (B, C, C) and (B, C), to the channels of maps (B, C, h, w)."""
    matrix, shift = move
    flat = maps.permute(0, 2, 3, 1).flatten(1, 2)  # (B, h*w, C), a view of channels last
    moved = torch.baddbmm(shift[:, None], flat, matrix.mT)
    return moved.view(len(maps), *maps.shape[2:], -1).permute(0, 3, 1, 2)


@cache
def load_painter(device: torch.device) -> Painter:
    """Load the shipped any-style network onto a device, once a process.

    Raises ModelMissingError if a weights file is absent or refused.
    """
    state = {name: value.to(device, torch.float32) for name, value in load_weights(NAME).items()}
    try:
        with torch.random.fork_rng(devices=[]):
            decoder = Decoder(read_decoder_widths(state))
        decoder.load_state_dict(state, assign=True)
        encoder = load_features(ENCODER, device)
        _check_fit(encoder, decoder)
        painter = Painter(
            encoder, decoder, halved=knows_bfloat16(device), sha256=find_card(ENCODER)[1].sha256
        )
    except (KeyError, RuntimeError) as error:
        raise ModelMissingError(f"The weights {NAME} do not fit the network.") from error
    painter.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return painter.eval().requires_grad_(False)  # noqa: FBT003


def _check_fit(encoder: FeatureNet, decoder: Decoder) -> None:
    """Raise KeyError for a decoder of another encoder's widths."""
    for level in LEVELS:
        scale = encoder.channel_scale[TAPS[level - 1]]
        if decoder.width(level) != len(scale) + COLORS:
            raise KeyError(level)
