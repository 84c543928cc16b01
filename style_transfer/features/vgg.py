"""The layout of VGG-19 up to relu5_1 (Simonyan & Zisserman 2015), at any width."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BLOCKS = (2, 2, 4, 4, 1)  # convolutions per block; between two blocks is a 2x2 pooling
LAYERS = tuple(f"relu{b}_{c}" for b, count in enumerate(BLOCKS, 1) for c in range(1, count + 1))
TAPS = tuple(f"relu{block}_1" for block in range(1, len(BLOCKS) + 1))
INNER_SLOPE = 0.1  # keeps the units between the taps active, and the gradients to a picture too
SLIM_WIDTHS = (16, 32, 64, 128, 128)
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

Pooling = Callable[[Tensor], Tensor]


def average_pool(x: Tensor) -> Tensor:
    """Halve the sides of (B, C, H, W) by the mean of 2x2 cells; a side of one pixel stays.

    Gatys et al. 2016 (section 2): the mean gives smoother gradients than the maximum.
    """
    return F.avg_pool2d(x, (min(2, x.shape[2]), min(2, x.shape[3])))


def max_pool(x: Tensor) -> Tensor:
    """Halve the sides of (B, C, H, W) by the maximum of 2x2 cells; a side of one pixel stays."""
    return F.max_pool2d(x, (min(2, x.shape[2]), min(2, x.shape[3])))


def reflect(x: Tensor) -> Tensor:
    """Pad (B, C, H, W) by one reflected pixel on each side; a side of one pixel is repeated."""
    short = min(x.shape[2:]) == 1
    if short or (torch.is_grad_enabled() and x.requires_grad) or torch.compiler.is_exporting():
        return F.pad(x, (1, 1, 1, 1), mode="replicate" if short else "reflect")
    # This gives the same numbers as F.pad. Torch's own padding converts channels-last maps to
    # channels first and back, which takes as long as the convolution after it.
    batch, channels, height, width = x.shape
    size = (batch, channels, height + 2, width + 2)  # (B, C, H + 2, W + 2)
    padded = torch.empty(size, dtype=x.dtype, device=x.device, memory_format=torch.channels_last)
    padded[:, :, 1:-1, 1:-1] = x
    padded[:, :, 0, 1:-1] = x[:, :, 1]
    padded[:, :, -1, 1:-1] = x[:, :, -2]
    padded[:, :, :, 0] = padded[:, :, :, 2]
    padded[:, :, :, -1] = padded[:, :, :, -3]
    return padded


def reflect_to(x: Tensor, multiple: int) -> Tensor:
    """Extend (B, C, H, W) by reflection, at the bottom and right, to multiples of `multiple`.

    A short side is reflected several times until it is long enough.
    """
    for axis in (2, 3):
        size = x.shape[axis]
        wanted = -(-size // multiple) * multiple
        # Indices 0 1 2 3 2 1 0 1 ...: forward and back; the end pixels are not repeated.
        places = torch.arange(wanted, device=x.device)
        period = max(1, 2 * size - 2)
        places = (places % period).minimum(period - places % period) if size > 1 else 0 * places
        x = x.index_select(axis, places) if wanted > size else x
    return x.contiguous(memory_format=torch.channels_last)


def make_input_normalization() -> nn.Conv2d:
    """Make the 1x1 convolution that normalizes RGB in [0, 1] like ImageNet; it is not trained."""
    std = torch.tensor(IMAGENET_STD)
    convolution = nn.Conv2d(3, 3, 1)
    with torch.no_grad():
        convolution.weight.copy_(torch.diag(1 / std)[:, :, None, None])
        convolution.bias.copy_(-torch.tensor(IMAGENET_MEAN) / std)  # type: ignore[union-attr]
    return convolution.requires_grad_(requires_grad=False)


class SlimVGG(nn.Module):
    """Thirteen 3x3 convolutions with (leaky) ReLU in the layout of VGG-19, at chosen widths.

    `input` is a 1x1 convolution that turns RGB in [0, 1] into the input of the first layer. It
    starts as the ImageNet normalization and is not trained.
    """

    def __init__(
        self,
        widths: Sequence[int] = SLIM_WIDTHS,
        pool: Pooling = average_pool,
        slope: float = INNER_SLOPE,
    ) -> None:
        """Create the layers with Kaiming initialization from torch's global generator.

        `slope` is the slope below zero of the layers between the taps.
        """
        super().__init__()
        self.pool = pool
        self.slope = slope
        self.leak = 0.0  # the slope below zero of the tapped layers; only training changes it
        self.input = make_input_normalization()
        channels = 3
        for block, count in enumerate(BLOCKS, 1):
            for conv in range(1, count + 1):
                layer = nn.Conv2d(channels, widths[block - 1], 3)
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
                self.add_module(f"conv{block}_{conv}", layer)
                channels = widths[block - 1]

    def run(self, x: Tensor, start: str | None = None) -> Iterator[tuple[str, Tensor]]:
        """Yield (name, activation (B, C, h, w)) layer by layer.

        Without `start`, x is a picture (B, 3, H, W) in [0, 1]. With it, x is the activation of the
        layer `start`, and the run begins with the layer after it.
        """
        first = LAYERS.index(start) + 1 if start else 0
        x = x if start else self.input(x)
        for name in LAYERS[first:]:
            if name.endswith("_1") and name != LAYERS[0]:
                x = self.pool(x)
            x = self.get_submodule(name.replace("relu", "conv"))(reflect(x))
            x = F.leaky_relu(x, self.leak if name in TAPS else self.slope)
            yield name, x

    def forward(
        self, x: Tensor, layers: Sequence[str] = TAPS, *, start: str | None = None
    ) -> dict[str, Tensor]:
        """Compute layer -> (B, C, h, w) for x (B, 3, H, W), RGB in [0, 1].

        With `start`, x is the activation of that layer. Layers after the deepest one in `layers`
        are not computed.
        """
        deepest = max(layers, key=LAYERS.index)
        found: dict[str, Tensor] = {}
        for name, activation in self.run(x, start):
            if name in layers:
                found[name] = activation
            if name == deepest:
                break
        return found

    def tap_bias(self, name: str) -> Tensor:
        """Give the bias (C,) that is added in a layer before its activation."""
        return self.get_parameter(f"{name.replace('relu', 'conv')}.bias")


def read_widths(state: Mapping[str, Tensor]) -> tuple[int, ...]:
    """Read the widths of a network's blocks from its weights; KeyError for another layout."""
    return tuple(state[f"conv{block}_1.weight"].shape[0] for block in range(1, len(BLOCKS) + 1))


def strip_heads(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Keep the input and the convolutions of a slim VGG's weights, and drop its 1x1 heads."""
    return {name: value for name, value in state.items() if ".to_vgg19." not in name}
