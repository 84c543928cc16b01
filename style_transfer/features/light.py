"""A light network with the tapped layers of `builtin`, from depthwise separable convolutions.

Howard et al. 2017, "MobileNets". The layers at the taps have the same widths and the same meaning
as those of `builtin`, from whose activations this network learned. So statistics of a style that
were measured with one network fit the other one.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from style_transfer.features.vgg import (
    INNER_SLOPE,
    SLIM_WIDTHS,
    TAPS,
    average_pool,
    make_input_normalization,
    reflect,
)

INNER = (1, 1, 2, 2)  # separable convolutions between two taps, before the pooling


class Separable(nn.Module):
    """A 3x3 convolution of each channel alone, and a 1x1 convolution across the channels."""

    def __init__(self, channels: int, outputs: int) -> None:
        """Create both convolutions with Kaiming initialization from torch's global generator."""
        super().__init__()
        self.apart = nn.Conv2d(channels, channels, 3, groups=channels)
        self.across = nn.Conv2d(channels, outputs, 1)
        # Nothing stands between the two. The first one keeps the variance of its input, so only
        # the second one compensates for the ReLU behind it.
        nn.init.kaiming_normal_(self.apart.weight, nonlinearity="linear")
        nn.init.kaiming_normal_(self.across.weight, nonlinearity="relu")
        for convolution in (self.apart, self.across):
            nn.init.zeros_(convolution.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """Compute (B, outputs, h, w) from (B, channels, h, w); borders are reflected."""
        found: Tensor = self.across(self.apart(reflect(x)))
        return found


class LightBlock(nn.Module):
    """Computes one tapped layer from the one before it, at half the size."""

    def __init__(self, channels: int, outputs: int, inner: int) -> None:
        """Create `inner` convolutions before the pooling, and two after it."""
        super().__init__()
        self.inner = nn.ModuleList(Separable(channels, channels) for _ in range(inner))
        self.widen = nn.Conv2d(channels, outputs, 1)
        self.tap = Separable(outputs, outputs)
        nn.init.kaiming_normal_(self.widen.weight, nonlinearity="relu")
        nn.init.zeros_(self.widen.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """Compute (B, outputs, h / 2, w / 2), before the activation, from (B, channels, h, w)."""
        for convolution in self.inner:
            x = x + F.leaky_relu(convolution(x), INNER_SLOPE)
        x = F.leaky_relu(self.widen(average_pool(x)), INNER_SLOPE)
        found: Tensor = self.tap(x)
        return found


class LightVGG(nn.Module):
    """The layers relu1_1 ... relu5_1 of SlimVGG, at a tenth of its weights.

    It has no layers between the taps.
    """

    def __init__(self, widths: Sequence[int] = SLIM_WIDTHS) -> None:
        """Create the layers with Kaiming initialization from torch's global generator."""
        super().__init__()
        self.leak = 0.0  # the slope below zero of the layers; only training changes it
        self.input = make_input_normalization()
        self.level1 = nn.Conv2d(3, widths[0], 3)
        nn.init.kaiming_normal_(self.level1.weight, nonlinearity="relu")
        nn.init.zeros_(self.level1.bias)  # type: ignore[arg-type]
        for level, ((channels, outputs), inner) in enumerate(
            zip(pairwise(widths), INNER, strict=True), 2
        ):
            self.add_module(f"level{level}", LightBlock(channels, outputs, inner))

    def forward(
        self, x: Tensor, layers: Sequence[str] = TAPS, *, start: str | None = None
    ) -> dict[str, Tensor]:
        """Compute layer -> (B, C, h, w) for x (B, 3, H, W), RGB in [0, 1].

        With `start`, x is the activation of that layer. Layers after the deepest one in `layers`
        are not computed.
        """
        first = TAPS.index(start) + 1 if start else 0
        last = max(TAPS.index(name) for name in layers)
        x = x if start else reflect(self.input(x))
        found: dict[str, Tensor] = {}
        for place in range(first, last + 1):
            x = F.leaky_relu(self.get_submodule(f"level{place + 1}")(x), self.leak)
            if TAPS[place] in layers:
                found[TAPS[place]] = x
        return found

    def tap_bias(self, name: str) -> Tensor:
        """Give the bias (C,) that is added last in a layer, before its activation."""
        level = TAPS.index(name) + 1
        suffix = "bias" if level == 1 else "tap.across.bias"
        return self.get_parameter(f"level{level}.{suffix}")


def read_light_widths(state: Mapping[str, Tensor]) -> tuple[int, ...]:
    """Read the widths of the levels from the weights; KeyError for another layout."""
    deeper = (state[f"level{level}.widen.weight"].shape[0] for level in range(2, len(TAPS) + 1))
    return (state["level1.weight"].shape[0], *deeper)
