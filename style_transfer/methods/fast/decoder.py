"""The decoder, from levels of features back to pictures: a mirrored slim VGG, one block per level.

A level is the activation relu k_1 of the encoder, followed by the picture's own RGB averaged down
to the same size. The features describe differences and say little about how bright or how blue a
place is. With the color beside them the decoder does not have to guess it, and color and strokes
change together when a level is moved to the statistics of an artwork.
"""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from style_transfer.features.builtin import find_live
from style_transfer.features.light import Separable
from style_transfer.features.vgg import (
    BLOCKS,
    INNER_SLOPE,
    SLIM_WIDTHS,
    TAPS,
    average_pool,
    reflect,
)

LEVELS = tuple(range(len(BLOCKS), 0, -1))  # deep to shallow: 5, 4, 3, 2, 1
STRIDE = 2 ** (len(BLOCKS) - 1)  # sides of pictures are multiples of this
COLORS = 3
# Roughly the mean and the standard deviation of pixels; the same at every level, since each level
# passes its colors on to the next.
_COLOR_CENTER, _COLOR_STD = 0.45, 0.25


def with_colors(maps: Mapping[str, Tensor], x: Tensor) -> dict[int, Tensor]:
    """Turn activations of a picture x, by layer name relu1_1 ... relu5_1, into levels by number.

    x (B, 3, H, W), in [0, 1], has sides divisible by STRIDE; level k is
    (B, C + 3, H / 2**(k-1), W / 2**(k-1)).
    """
    levels: dict[int, Tensor] = {}
    for level, name in enumerate(TAPS, 1):
        if len(levels) == len(maps):
            break
        x = average_pool(x) if level > 1 else x
        if name in maps:
            levels[level] = torch.cat([maps[name].to(x.dtype), x], 1)
    return levels


class UpsampleBlock(nn.Module):
    """Decodes the features of one level to those of the next shallower one, twice as large.

    It upsamples and then convolves: transposed convolutions leave a checkerboard (Odena et al.
    2016, "Deconvolution and Checkerboard Artifacts"). Upsampling is bilinear: from nearest
    neighbors, blocks of four equal pixels, the convolutions learn a fine hatch along rows and
    columns.
    """

    def __init__(self, channels: int, outputs: int, convolutions: int) -> None:
        """Create one convolution before the upsampling and the rest after it."""
        super().__init__()
        self.narrow = nn.Conv2d(channels, outputs, 3)
        inner = (nn.Conv2d(outputs, outputs, 3) for _ in range(convolutions - 1))
        self.refine = nn.ModuleList([*inner, nn.Conv2d(outputs, outputs + COLORS, 3)])

    def forward(self, x: Tensor) -> Tensor:
        """Compute (B, outputs + 3, 2h, 2w) from (B, channels, h, w)."""
        decoded: Tensor = self.refine[-1](self._up_to_last(x))
        return decoded

    def colors(self, x: Tensor) -> Tensor:
        """Compute only the last three channels, (B, 3, 2h, 2w): a picture needs no more."""
        last = self.refine[-1]
        return F.conv2d(self._up_to_last(x), last.weight[-COLORS:], last.bias[-COLORS:])  # type: ignore[index]

    def _up_to_last(self, x: Tensor) -> Tensor:
        """Run all convolutions but the last: (B, outputs, 2h + 2, 2w + 2), padded for it."""
        x = F.leaky_relu(self.narrow(reflect(x)), INNER_SLOPE)  # (B, outputs, h, w)
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)  # 2h, 2w
        for convolution in self.refine[:-1]:
            x = F.leaky_relu(convolution(reflect(x)), INNER_SLOPE)
        return reflect(x)


class LightUpsampleBlock(nn.Module):
    """The same from depthwise separable convolutions (Howard et al. 2017, "MobileNets")."""

    def __init__(self, channels: int, outputs: int) -> None:
        """Create a 1x1 convolution before the upsampling and two separable ones after it."""
        super().__init__()
        self.narrow = nn.Conv2d(channels, outputs, 1)
        self.refine = Separable(outputs, outputs)
        self.last = Separable(outputs, outputs + COLORS)

    def forward(self, x: Tensor) -> Tensor:
        """Compute (B, outputs + 3, 2h, 2w) from (B, channels, h, w)."""
        decoded: Tensor = self.last.across(self._up_to_last(x))
        return decoded

    def colors(self, x: Tensor) -> Tensor:
        """Compute only the last three channels, (B, 3, 2h, 2w): a picture needs no more."""
        last = self.last.across
        return F.conv2d(self._up_to_last(x), last.weight[-COLORS:], last.bias[-COLORS:])  # type: ignore[index]

    def _up_to_last(self, x: Tensor) -> Tensor:
        """Run all but the last 1x1 convolution: (B, outputs, 2h, 2w)."""
        x = F.leaky_relu(self.narrow(x), INNER_SLOPE)  # (B, outputs, h, w)
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)  # 2h, 2w
        x = x + F.leaky_relu(self.refine(x), INNER_SLOPE)
        padded: Tensor = self.last.apart(reflect(x))
        return padded


class ColorCorrection(nn.Module):
    """Corrects the colors of level 1 from its features."""

    def __init__(self, channels: int, width: int) -> None:
        """Create two convolutions; the last is linear, and `Decoder` starts it at zero."""
        super().__init__()
        self.refine = nn.Conv2d(channels, width, 3)
        self.paint = nn.Conv2d(width, COLORS, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Compute (B, 3, h, w) from (B, channels, h, w)."""
        x = F.leaky_relu(self.refine(reflect(x)), INNER_SLOPE)
        correction: Tensor = self.paint(reflect(x))
        return correction


class Decoder(nn.Module):
    """Inverts the levels 5 ... 1 of an encoder, each block one level.

    Blocks are trained to reproduce the encoder's own features. So decoded and encoded features of
    a level mean the same and may be blended at any ratio. Some channels of an encoder hardly vary
    around a large mean, and some never fire. Inside, each channel is therefore centered and
    divided by its standard deviation, and a channel that does not vary stays at its center.
    """

    def __init__(self, widths: Sequence[int] = SLIM_WIDTHS, *, light: bool = False) -> None:
        """Create the blocks for the encoder's widths, shallow to deep, without the colors."""
        super().__init__()
        for level in LEVELS[:-1]:
            channels, outputs = widths[level - 1] + COLORS, widths[level - 2]
            block = (
                LightUpsampleBlock(channels, outputs)
                if light
                else UpsampleBlock(channels, outputs, BLOCKS[level - 2])
            )
            self.add_module(f"level{level}", block)
        self.level1 = ColorCorrection(widths[0] + COLORS, widths[0])
        # The buffers keep the names that they have in files of weights.
        for level in LEVELS:
            color = torch.full((COLORS,), _COLOR_CENTER), torch.full((COLORS,), _COLOR_STD)
            center, spread = torch.zeros(widths[level - 1]), torch.ones(widths[level - 1])
            self.register_buffer(f"center{level}", torch.cat([center, color[0]]))
            self.register_buffer(f"spread{level}", torch.cat([spread, color[1]]))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]
        nn.init.zeros_(self.level1.paint.weight)

    def standardize_(self, level: int, mean: Tensor, deviation: Tensor) -> None:
        """Store the mean and standard deviation (C,) of the encoder's channels of a level."""
        live, spread = find_live(deviation), torch.zeros_like(deviation)
        spread[live] = deviation[live]
        self.get_buffer(f"center{level}")[:-COLORS].copy_(mean)
        self.get_buffer(f"spread{level}")[:-COLORS].copy_(spread)

    def width(self, level: int) -> int:
        """Count the channels of a level, colors included."""
        return self.get_buffer(f"center{level}").numel()

    def channel_stats(self, level: int) -> tuple[Tensor, Tensor]:
        """Give center and standard deviation (C + 3, 1, 1) of a level; 0 for dead channels."""
        names = (f"center{level}", f"spread{level}")
        center, std = (self.get_buffer(name)[:, None, None] for name in names)
        return center, std

    def decode_level(self, level: int, x: Tensor) -> Tensor:
        """Decode features of `level` to the next shallower level, those of level 1 to RGB."""
        scale, shift = self.normalization(level)
        return self.decode_normalized(level, x * scale[:, None, None] + shift[:, None, None])

    def normalization(self, level: int) -> tuple[Tensor, Tensor]:
        """Give scale and shift (C + 3,) that normalize the channels of a level."""
        center, std = (each.flatten() for each in self.channel_stats(level))
        scale = torch.where(std > 0, 1 / std.clamp_min(1e-6), 0)
        return scale, -center * scale

    def decode_normalized(self, level: int, normalized: Tensor) -> Tensor:
        """Decode features (B, C + 3, h, w) as `decode_level` does, but already normalized ones."""
        decoded: Tensor = self.get_submodule(f"level{level}")(normalized)
        colors = _COLOR_CENTER + _COLOR_STD * normalized[:, -COLORS:]
        if level == 1:
            return colors + _COLOR_STD * decoded
        center, std = (each[:-COLORS] for each in self.channel_stats(level - 1))
        features = F.relu(torch.addcmul(center, decoded[:, :-COLORS], std))
        larger = F.interpolate(colors, scale_factor=2.0, mode="bilinear", align_corners=False)
        return torch.cat([features, larger + _COLOR_STD * decoded[:, -COLORS:]], 1)

    def decode_colors(self, normalized: Tensor) -> Tensor:
        """Decode normalized features of level 2, (B, C + 3, h, w), to RGB (B, 3, 2h, 2w) alone."""
        colors = _COLOR_CENTER + _COLOR_STD * normalized[:, -COLORS:]
        larger = F.interpolate(colors, scale_factor=2.0, mode="bilinear", align_corners=False)
        block = self.get_submodule("level2")
        if not isinstance(block, UpsampleBlock | LightUpsampleBlock):
            raise TypeError("level 2 is an upsampling block")
        return larger.add(block.colors(normalized), alpha=_COLOR_STD)

    def forward(self, x: Tensor, level: int = LEVELS[0]) -> Tensor:
        """Turn features (B, C + 3, h, w) of a level into RGB (B, 3, H, W)."""
        for each in range(level, 0, -1):
            x = self.decode_level(each, x)
        return x


def build_decoder(state: Mapping[str, Tensor]) -> Decoder:
    """Build the decoder that fits the weights, and load them into it.

    Raises KeyError or RuntimeError for weights of another layout.
    """
    decoder = Decoder(read_decoder_widths(state), light="level2.last.across.weight" in state)
    decoder.load_state_dict(state, assign=True)
    return decoder


def read_decoder_widths(state: Mapping[str, Tensor]) -> tuple[int, ...]:
    """Read the encoder's widths, shallow to deep, from a decoder; KeyError for another layout."""
    return tuple(state[f"center{level}"].shape[0] - COLORS for level in reversed(LEVELS))
