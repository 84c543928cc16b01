"""From features back to pictures: the mirror of the slim VGG, one block a level."""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F  # noqa: N812 - the name every torch reader knows
from torch import Tensor, nn

from inference.engine.networks.vgg import BLOCKS, INNER_SLOPE, SLIM_WIDTHS, reflect

_DEAD = 0.02  # channels below this share of the liveliest one's spread carry nothing
LEVELS = tuple(range(len(BLOCKS), 0, -1))  # deep to shallow: 5, 4, 3, 2, 1


class Rise(nn.Module):
    """Turns the features of one level into those of the next shallower one, twice as large.

    Nearest-neighbor enlargement and then convolutions: transposed ones leave a checkerboard
    (Odena et al. 2016, "Deconvolution and Checkerboard Artifacts").
    """

    def __init__(self, channels: int, outputs: int, convolutions: int) -> None:
        """Lay out one convolution before the enlargement and the rest after it."""
        super().__init__()
        self.narrow = nn.Conv2d(channels, outputs, 3)
        self.refine = nn.ModuleList(nn.Conv2d(outputs, outputs, 3) for _ in range(convolutions))

    def forward(self, x: Tensor) -> Tensor:
        """Compute (B, outputs, 2h, 2w) from (B, channels, h, w)."""
        x = F.leaky_relu(self.narrow(reflect(x)), INNER_SLOPE)
        x = F.interpolate(x, scale_factor=2.0, mode="nearest")
        for convolution in self.refine[:-1]:
            x = F.leaky_relu(convolution(reflect(x)), INNER_SLOPE)
        risen: Tensor = self.refine[-1](reflect(x))
        return risen


class Surface(nn.Module):
    """Turns the features of level 1 into a picture."""

    def __init__(self, channels: int) -> None:
        """Lay out two convolutions, the last of them linear."""
        super().__init__()
        self.refine = nn.Conv2d(channels, channels, 3)
        self.paint = nn.Conv2d(channels, 3, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Compute RGB (B, 3, h, w), nominally in [0, 1], from (B, channels, h, w)."""
        x = F.leaky_relu(self.refine(reflect(x)), INNER_SLOPE)
        picture: Tensor = self.paint(reflect(x))
        return picture


class Decoder(nn.Module):
    """Inverts the levels relu5_1 ... relu1_1 of a slim VGG, each block one level.

    Blocks are trained to bring back the encoder's own features, so the features of a level mean
    the same on the way down and on the way up and may be mixed at any ratio. Some channels of an
    encoder hardly vary about a large mean, some never fire: inside, every channel is centered and
    divided by its spread, and those without spread are left at their center.
    """

    def __init__(self, widths: Sequence[int] = SLIM_WIDTHS) -> None:
        """Create the blocks for the widths of the encoder's levels, shallow to deep."""
        super().__init__()
        for level in LEVELS[:-1]:
            block = Rise(widths[level - 1], widths[level - 2], BLOCKS[level - 2])
            self.add_module(f"level{level}", block)
        self.level1 = Surface(widths[0])
        for level in LEVELS:
            self.register_buffer(f"center{level}", torch.zeros(widths[level - 1]))
            self.register_buffer(f"spread{level}", torch.ones(widths[level - 1]))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]

    def standardize_(self, level: int, mean: Tensor, deviation: Tensor) -> None:
        """Take the mean and standard deviation (C,) that the encoder's channels of a level have."""
        live = deviation > _DEAD * deviation.max()
        self.get_buffer(f"center{level}").copy_(mean)
        self.get_buffer(f"spread{level}").copy_(torch.where(live, deviation, 0))

    def rise(self, level: int, x: Tensor) -> Tensor:
        """Turn features of `level` into those of the level above, those of level 1 into RGB."""
        center, spread = self._units(level)
        inverse = torch.where(spread > 0, 1 / spread.clamp_min(1e-6), 0)
        risen: Tensor = self.get_submodule(f"level{level}")((x - center) * inverse)
        if level == 1:
            return risen
        center, spread = self._units(level - 1)
        return F.relu(torch.addcmul(center, risen, spread))

    def _units(self, level: int) -> tuple[Tensor, Tensor]:
        names = (f"center{level}", f"spread{level}")
        center, spread = (self.get_buffer(name)[:, None, None] for name in names)
        return center, spread

    def forward(self, x: Tensor, level: int = LEVELS[0]) -> Tensor:
        """Turn features (B, C, h, w) of a level into RGB (B, 3, H, W)."""
        for each in range(level, 0, -1):
            x = self.rise(each, x)
        return x


def read_decoder_widths(state: Mapping[str, Tensor]) -> tuple[int, ...]:
    """Read the widths of the levels, shallow to deep; KeyError for another layout."""
    return tuple(state[f"center{level}"].shape[0] for level in reversed(LEVELS))
