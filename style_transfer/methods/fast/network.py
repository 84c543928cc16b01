"""The any-style network: an encoder, a transport map for each level, and a decoder.

Li et al. 2017, "Universal Style Transfer via Feature Transforms", encode and decode once for each
level. Here the features that were decoded from a deeper level are moved to the artwork's
statistics and decoded further. So one pass through the decoder does the work of five. The pass
itself is in decoder_pass.py.
"""

import copy
from collections.abc import Mapping, Sequence
from functools import cache

import torch
from torch import Tensor, nn

from style_transfer.core.device import knows_bfloat16
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import find_card
from style_transfer.core.spec import Variant
from style_transfer.core.weight_files import load_weights
from style_transfer.features.builtin import FeatureNet, find_live, load_features
from style_transfer.features.losses import Moments
from style_transfer.features.vgg import TAPS
from style_transfer.imaging.color import LUMA
from style_transfer.imaging.tensors import as_floats
from style_transfer.methods.fast.decoder import (
    COLORS,
    LEVELS,
    Decoder,
    build_decoder,
    with_colors,
)
from style_transfer.methods.fast.transport import moments_of_batch, transport

# The decoder and the encoder of each variant.
WEIGHTS = {
    Variant.STANDARD: ("fast", "builtin"),
    Variant.LIGHT: ("fast-light", "builtin-light"),
}
NAME, ENCODER = WEIGHTS[Variant.STANDARD]  # this encoder also measures the statistics of styles
LAST_DECODED = 2  # the level that is decoded into a picture
_COLOR_STD = 0.25
# A shift of the mean luma up to the first number is free; of the rest, the second share is kept.
_FREE_SHIFT, _EXCESS_KEPT = 0.08, 0.4
_EVERY = 4  # a mean of luma needs only every fourth row and column
AffineMap = tuple[Tensor, Tensor]  # an affine map of channels: (B, C, C) and (B, C)


class Painter(nn.Module):
    """Encoder and decoder, with the usual standard deviation of each channel of each level."""

    def __init__(
        self,
        encoder: FeatureNet,
        decoder: Decoder,
        *,
        halved: bool = False,
        variant: Variant = Variant.STANDARD,
        sha256: str = "",
    ) -> None:
        """Combine a frozen encoder with a decoder of its widths.

        `sha256` is that of the encoder which measures the statistics of styles. A light painter
        paints only the smallest size with its networks; marks alone paint the larger ones.
        `halved` runs the convolutions in bfloat16, in half the time where the processor supports
        it. Colors and statistics stay in float32: in bfloat16 a sky would show bands.
        """
        super().__init__()
        self.halved = halved
        self.variant = variant
        self.stored = torch.float16  # the type in which large maps wait between two levels
        self.sha256 = sha256
        self.encoder = encoder
        self.decoder = decoder
        for level in LEVELS:
            scale = encoder.channel_scale[TAPS[level - 1]]
            std = torch.cat([scale, scale.new_full((COLORS,), _COLOR_STD)])  # (C + 3,)
            live = find_live(std)
            self.register_buffer(f"live{level}", live, persistent=False)  # (L,)
            self.register_buffer(f"std{level}", std[live], persistent=False)  # (L,)

    @property
    def device(self) -> torch.device:
        """Give the device that holds the network."""
        return self.get_buffer("std1").device

    def in_full(self) -> "Painter":
        """Return the same network, computing and storing in float32 everywhere."""
        exact = copy.copy(self)
        exact.halved, exact.stored = False, torch.float32
        return exact

    def unhalved(self) -> "Painter":
        """Return the same network, computing in float32; it stores as before."""
        single = copy.copy(self)
        single.halved = False
        return single

    def live(self, level: int) -> int:
        """Count the channels of a level that vary at all, colors included."""
        return len(self.get_buffer(f"live{level}"))

    def encode(self, x: Tensor, depth: int = len(TAPS), *, above: int = 0) -> dict[int, Tensor]:
        """Compute the levels (B, C, h, w) between `above` and `depth` of pictures (B, 3, H, W).

        Pictures are floats in [0, 1]; their sides are divisible by 2**(depth - 1), which is STRIDE
        for all levels.
        """
        with self._halved(x):
            maps = self.run_encoder(x, TAPS[above:depth])
        return with_colors(maps, x)

    def run_encoder(self, x: Tensor, taps: Sequence[str]) -> dict[str, Tensor]:
        """Compute layer -> (B, C, h, w) for pictures (B, 3, H, W) in [0, 1]."""
        found: dict[str, Tensor] = self.encoder(x, taps)
        return found

    def decode_level(self, level: int, maps: Tensor, affine_map: AffineMap) -> Tensor:
        """Apply a map to a level and decode it to the next shallower one, level 2 to RGB.

        The map and the decoder's own normalization are merged into one affine map. Of level 1
        only the colors are decoded: its features are edges of three pixels, and patches cover
        those anyway.
        """
        matrix, offset = affine_map
        scale, shift = self.decoder.normalization(level)
        normalized = self.apply_map(maps, (scale[:, None] * matrix, scale * offset + shift))
        with self._halved(maps):
            return self.run_decoder(level, normalized)

    def apply_map(self, maps: Tensor, affine_map: AffineMap) -> Tensor:
        """Apply an affine map to features (B, C, h, w), in the layout of this network."""
        return apply_map(maps, affine_map)

    def run_decoder(self, level: int, normalized: Tensor) -> Tensor:
        """Decode normalized features (B, C, h, w) to the next shallower level, level 2 to RGB."""
        if level == LAST_DECODED:
            return self.decoder.decode_colors(normalized)
        return self.decoder.decode_normalized(level, normalized)

    def color_map(self, picture: Tensor, wanted: Moments, style: float) -> AffineMap:
        """Find the map of RGB (B, 3, H, W) to the colors of level 1: (B, 3, 3) and (B, 3).

        `style` is how far it goes, 0 to 1.
        """
        own = moments_of_batch(picture)  # (B, 3) and (B, 3, 3)
        unit = _COLOR_STD
        target = wanted.covariance[..., -COLORS:, -COLORS:]
        matrix = transport(own.covariance / unit**2, target)
        mean = wanted.mean[..., -COLORS:] * unit
        shift = mean - (matrix @ own.mean[..., None])[..., 0]
        return torch.eye(COLORS, device=matrix.device).lerp(matrix, style), style * shift

    def _halved(self, x: Tensor) -> torch.autocast:
        return torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=self.halved)

    def normalize(self, level: int, maps: Tensor) -> Tensor:
        """Divide the live channels of a level (B, L, h, w) by their usual standard deviation."""
        live, std = self.get_buffer(f"live{level}"), self.get_buffer(f"std{level}")
        return maps[:, live] / std[:, None, None]

    def measure(self, level: int, maps: Tensor) -> Moments:
        """Measure the moments of a level (B, C, h, w): of its L live channels, normalized."""
        live, std = self.get_buffer(f"live{level}"), self.get_buffer(f"std{level}")
        found = moments_of_batch(maps)
        covariance = found.covariance[:, live][:, :, live] / (std[:, None] * std)  # (B, L, L)
        return Moments(found.mean[:, live] / std, covariance)

    def limit_luma_shift(self, wanted: Mapping[int, Moments], photo: Tensor) -> dict[int, Moments]:
        """Limit how much lighter or darker the moments wanted would make photo (B, 3, H, W).

        An artwork that is almost all dark would make a face too dark to be recognized.
        """
        sample = as_floats(photo[..., ::_EVERY, ::_EVERY])
        weights = torch.tensor(LUMA, device=sample.device)
        own = (sample.mean((2, 3)) * weights).sum(1)  # (B,) mean luma
        limited = {}
        for level, moments in wanted.items():
            mean = moments.mean.expand(len(own), -1).clone()
            shift = (mean[:, -COLORS:] * weights).sum(1) * _COLOR_STD - own
            excess = shift - shift.clamp(-_FREE_SHIFT, _FREE_SHIFT)
            mean[:, -COLORS:] -= (1 - _EXCESS_KEPT) * excess[:, None] / _COLOR_STD
            limited[level] = Moments(mean, moments.covariance.expand(len(own), -1, -1))
        return limited

    def color_std(self, moments: Moments) -> Tensor:
        """Give the standard deviation (B,) of the three colors together in moments of level 1."""
        std = self.get_buffer("std1")[-COLORS:]
        variances = moments.covariance[:, -COLORS:, -COLORS:].diagonal(dim1=1, dim2=2)
        return (variances * std.square()).sum(1).sqrt()

    def affine_map(self, level: int, own: Moments, wanted: Moments, style: float) -> AffineMap:
        """Find the affine map, (B, C, C) and (B, C), from `own` moments to `wanted` ones.

        `style` (0 to 1) is how far it goes. It applies to maps that are not normalized, and does
        not change dead channels. A picture gets the same map, to the bit, in any batch. For this
        the maps are computed one by one, because a product of several matrices at once is rounded
        differently from the product of one.
        """
        each = own.split(), wanted.split(len(own.mean))
        found = [self._map_one(level, *pair, style) for pair in zip(*each, strict=True)]
        matrices, shifts = zip(*found, strict=True)
        return torch.cat(matrices), torch.cat(shifts)

    def _map_one(self, level: int, own: Moments, wanted: Moments, style: float) -> AffineMap:
        live, std = self.get_buffer(f"live{level}"), self.get_buffer(f"std{level}")
        matrix = transport(own.covariance, wanted.covariance)
        shift = wanted.mean - (matrix @ own.mean[..., None])[..., 0]
        inner = torch.eye(len(live), device=matrix.device).lerp(matrix, style)
        inner = inner * std[:, None] / std  # from normalized channels to the maps as they are
        whole = torch.eye(self.decoder.width(level), device=matrix.device)
        whole = whole.repeat(len(matrix), 1, 1)
        whole[:, live[:, None], live] = inner
        offset = shift.new_zeros(whole.shape[:2])  # (B, C)
        offset[:, live] = style * shift * std
        return whole, offset


def apply_map(maps: Tensor, affine_map: AffineMap) -> Tensor:
    """Apply an affine map, (B, C, C) and (B, C), to the channels of maps (B, C, h, w)."""
    matrix, shift = affine_map
    flat = maps.permute(0, 2, 3, 1).flatten(1, 2)  # (B, h*w, C), a view of channels last
    mapped = torch.baddbmm(shift[:, None], flat, matrix.mT)  # (B, h*w, C)
    return mapped.view(len(maps), *maps.shape[2:], -1).permute(0, 3, 1, 2)


@cache
def load_painter(device: torch.device) -> Painter:
    """Load the standard any-style network onto a device, once for each process.

    Raises ModelMissingError if a weights file is missing or refused.
    """
    return _load_variant(device, Variant.STANDARD)


@cache
def load_light_painter(device: torch.device) -> Painter:
    """Load the light any-style network; see `load_painter`."""
    return _load_variant(device, Variant.LIGHT)


def painter_of(variant: Variant, device: torch.device) -> Painter:
    """Give the painter of a variant on a device; raises ModelMissingError."""
    return load_light_painter(device) if variant is Variant.LIGHT else load_painter(device)


def _load_variant(device: torch.device, variant: Variant) -> Painter:
    name, encoder_name = WEIGHTS[variant]
    state = {key: value.to(device, torch.float32) for key, value in load_weights(name).items()}
    try:
        with torch.random.fork_rng(devices=[]):
            decoder = build_decoder(state)
        encoder = load_features(encoder_name, device)
        _check_fit(encoder, decoder)
        painter = Painter(
            encoder,
            decoder,
            halved=knows_bfloat16(device),
            variant=variant,
            sha256=find_card(ENCODER)[1].sha256,
        )
    except (KeyError, RuntimeError) as error:
        raise ModelMissingError(f"The weights {name} do not fit the network.") from error
    painter.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return painter.eval().requires_grad_(False)  # noqa: FBT003


def _check_fit(encoder: FeatureNet, decoder: Decoder) -> None:
    """Raise KeyError if the decoder does not have the widths of the encoder."""
    for level in LEVELS:
        scale = encoder.channel_scale[TAPS[level - 1]]
        if decoder.width(level) != len(scale) + COLORS:
            raise KeyError(level)
