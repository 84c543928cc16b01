"""From levels of features back to pictures: the mirror of the slim VGG, one block a level.

A level is the activation relu k_1 of the encoder, followed by the picture's own RGB averaged down
to the same size. Features of differences hardly hold how bright or how blue a place is; with the
color beside them nothing has to be guessed on the way up, and color and strokes move together when
a level is brought to the statistics of an artwork.
"""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F  # noqa: N812 - the name every torch reader knows
from torch import Tensor, nn

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
_DEAD = 0.02  # channels below this share of the liveliest one's spread carry nothing
# About the mean and the standard deviation of pixels, the same at every level, since colors are
# handed from one to the next.
_COLOR_CENTER, _COLOR_SPREAD = 0.45, 0.25


def with_colors(maps: Mapping[str, Tensor], x: Tensor) -> dict[int, Tensor]:
    """Turn activations of a picture x, by layer relu1_1 ... relu5_1, into levels by number.

    x (B, 3, H, W) has sides divisible by STRIDE; level k is (B, C + 3, H / 2**(k-1), ...).
    """
    levels: dict[int, Tensor] = {}
    for level, name in enumerate(TAPS, 1):
        if len(levels) == len(maps):
            break
        x = average_pool(x) if level > 1 else x
        if name in maps:
            levels[level] = torch.cat([maps[name].to(x.dtype), x], 1)
    return levels


class Rise(nn.Module):
    """Turns the features of one level into those of the next shallower one, twice as large.

    Enlargement and then convolutions: transposed ones leave a checkerboard (Odena et al. 2016,
    "Deconvolution and Checkerboard Artifacts"). It is bilinear, since blocks of four equal pixels
    invite the convolutions to weave a fine hatch along rows and columns.
    """

    def __init__(self, channels: int, outputs: int, convolutions: int) -> None:
        """Lay out one convolution before the enlargement and the rest after it."""
        super().__init__()
        self.narrow = nn.Conv2d(channels, outputs, 3)
        inner = (nn.Conv2d(outputs, outputs, 3) for _ in range(convolutions - 1))
        self.refine = nn.ModuleList([*inner, nn.Conv2d(outputs, outputs + COLORS, 3)])

    def forward(self, x: Tensor) -> Tensor:
        """Compute (B, outputs + 3, 2h, 2w) from (B, channels, h, w)."""
        risen: Tensor = self.refine[-1](self._unfinished(x))
        return risen

    def colors(self, x: Tensor) -> Tensor:
        """Compute the last three channels alone, (B, 3, 2h, 2w), as a picture needs no more."""
        last = self.refine[-1]
        return F.conv2d(self._unfinished(x), last.weight[-COLORS:], last.bias[-COLORS:])  # type: ignore[index]

    def _unfinished(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(self.narrow(reflect(x)), INNER_SLOPE)
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        for convolution in self.refine[:-1]:
            x = F.leaky_relu(convolution(reflect(x)), INNER_SLOPE)
        return reflect(x)


class Surface(nn.Module):
    """Corrects the colors of level 1 by its features."""

    def __init__(self, channels: int, width: int) -> None:
        """Lay out two convolutions, the last of them linear and silent at first."""
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

    Blocks are trained to bring back the encoder's own features, so the features of a level mean
    the same on the way down and on the way up and may be mixed at any ratio. Some channels of an
    encoder hardly vary about a large mean, some never fire: inside, every channel is centered and
    divided by its spread, and those without spread are left at their center.
    """

    def __init__(self, widths: Sequence[int] = SLIM_WIDTHS) -> None:
        """Create the blocks for the encoder's widths, shallow to deep, colors not counted."""
        super().__init__()
        for level in LEVELS[:-1]:
            block = Rise(widths[level - 1] + COLORS, widths[level - 2], BLOCKS[level - 2])
            self.add_module(f"level{level}", block)
        self.level1 = Surface(widths[0] + COLORS, widths[0])
        for level in LEVELS:
            color = torch.full((COLORS,), _COLOR_CENTER), torch.full((COLORS,), _COLOR_SPREAD)
            center, spread = torch.zeros(widths[level - 1]), torch.ones(widths[level - 1])
            self.register_buffer(f"center{level}", torch.cat([center, color[0]]))
            self.register_buffer(f"spread{level}", torch.cat([spread, color[1]]))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]
        nn.init.zeros_(self.level1.paint.weight)

    def standardize_(self, level: int, mean: Tensor, deviation: Tensor) -> None:
        """Take the mean and standard deviation (C,) that the encoder's channels of a level have."""
        live = deviation > _DEAD * deviation.max()
        self.get_buffer(f"center{level}")[:-COLORS].copy_(mean)
        self.get_buffer(f"spread{level}")[:-COLORS].copy_(torch.where(live, deviation, 0))

    def width(self, level: int) -> int:
        """Count the channels of a level, colors included."""
        return self.get_buffer(f"center{level}").numel()

    def units(self, level: int) -> tuple[Tensor, Tensor]:
        """Give the centers and spreads (C + 3, 1, 1) of a level; dead channels have spread 0."""
        names = (f"center{level}", f"spread{level}")
        center, spread = (self.get_buffer(name)[:, None, None] for name in names)
        return center, spread

    def rise(self, level: int, x: Tensor) -> Tensor:
        """Turn features of `level` into those of the level above, those of level 1 into RGB."""
        scale, shift = self.standard(level)
        return self.lift(level, x * scale[:, None, None] + shift[:, None, None])

    def standard(self, level: int) -> tuple[Tensor, Tensor]:
        """Give scale and shift (C + 3,) that center the channels of a level and even them out."""
        center, spread = (each.flatten() for each in self.units(level))
        scale = torch.where(spread > 0, 1 / spread.clamp_min(1e-6), 0)
        return scale, -center * scale

    def lift(self, level: int, standard: Tensor) -> Tensor:
        """Do what `rise` does, given features whose channels are centered and evened out."""
        risen: Tensor = self.get_submodule(f"level{level}")(standard)
        colors = _COLOR_CENTER + _COLOR_SPREAD * standard[:, -COLORS:]
        if level == 1:
            return colors + _COLOR_SPREAD * risen
        center, spread = (each[:-COLORS] for each in self.units(level - 1))
        features = F.relu(torch.addcmul(center, risen[:, :-COLORS], spread))
        larger = F.interpolate(colors, scale_factor=2.0, mode="bilinear", align_corners=False)
        return torch.cat([features, larger + _COLOR_SPREAD * risen[:, -COLORS:]], 1)

    def surface(self, standard: Tensor) -> Tensor:
        """Turn level 2, channels centered and evened out, into RGB without what `lift` adds."""
        colors = _COLOR_CENTER + _COLOR_SPREAD * standard[:, -COLORS:]
        larger = F.interpolate(colors, scale_factor=2.0, mode="bilinear", align_corners=False)
        block = self.get_submodule("level2")
        if not isinstance(block, Rise):
            raise TypeError("level 2 is a block that rises")
        return larger.add(block.colors(standard), alpha=_COLOR_SPREAD)

    def forward(self, x: Tensor, level: int = LEVELS[0]) -> Tensor:
        """Turn features (B, C + 3, h, w) of a level into RGB (B, 3, H, W)."""
        for each in range(level, 0, -1):
            x = self.rise(each, x)
        return x


def read_decoder_widths(state: Mapping[str, Tensor]) -> tuple[int, ...]:
    """Read the encoder's widths, shallow to deep, off a decoder; KeyError for another layout."""
    return tuple(state[f"center{level}"].shape[0] - COLORS for level in reversed(LEVELS))
