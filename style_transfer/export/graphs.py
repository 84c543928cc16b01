"""The parts of networks that are exported: modules of tensors alone, and inputs to trace them.

The closed-form steps between the parts stay in torch: the transport maps of `fast`, and the
recoloring and the noise of a painting network.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import installed_networks
from style_transfer.features.vgg import TAPS, SlimVGG, reflect
from style_transfer.methods.fast.network import ENCODER, LAST_DECODED, NAME, Painter, load_painter
from style_transfer.methods.fast.onnx_painter import DEEPEST
from style_transfer.methods.network.johnson import (
    NOISES,
    STRIDE,
    Norm,
    PaintingNet,
    normalize_by,
    statistics_of,
)
from style_transfer.methods.network.onnx_network import PAINT
from style_transfer.methods.network.schedule import load_network

_CPU = torch.device("cpu")
_EDGES = 2  # the deepest level of the encoder that stays in float
_UNIT = 64
# Of pictures (height, width), for which TensorRT plans; larger ones are cut into tiles.
_SIZES = ((64, 64), (512, 768), (2048, 2048))
_BATCHES = (1, 1, 4)


@dataclass(frozen=True)
class Part:
    """A part of a network.

    draw    makes random inputs of a height and width
    scale   sides of the inputs are those of the picture divided by this
    floats  names of weights whose convolutions stay in float when the part is quantized
    """

    name: str
    module: nn.Module
    draw: Callable[[int, int], tuple[Tensor, ...]]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    scale: int = 1
    floats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """The parts of a network, and the weights of which they are made."""

    network: str
    weights: tuple[str, ...]
    parts: Sequence[Part]


def graph_of(network: str) -> Graph:
    """List the parts of an installed network; raises ModelMissingError for any other name."""
    if network not in known_networks():
        raise ModelMissingError(f"{network} is not a network that can be exported.")
    if network == NAME:
        return Graph(NAME, (NAME, ENCODER), parts_of_painter(load_painter(_CPU)))
    found = load_network(network, _CPU)
    return Graph(network, (network,), [part_of_network(found)])


def known_networks() -> list[str]:
    """List the networks that can be exported: `fast`, and those that were trained for artworks."""
    return [NAME, *sorted(installed_networks())]


def parts_of_painter(painter: Painter) -> list[Part]:
    """List the blocks of the encoder, each from one tap to the next, and those of the decoder."""
    network = painter.encoder.network
    if not isinstance(network, SlimVGG):
        raise TypeError("the encoder of a painter is a slim VGG")
    encoder = [_encoder_part(network, level) for level in range(1, DEEPEST + 1)]
    decoder = [_decoder_part(painter, level) for level in range(DEEPEST, LAST_DECODED - 1, -1)]
    return [*encoder, *decoder]


def part_of_network(network: PaintingNet) -> Part:
    """Give the whole painting network, with statistics that can be held."""
    module = HeldPainting(network)

    def draw(height: int, width: int) -> tuple[Tensor, ...]:
        photo = _noise(2, 3, height, width)
        noise = _noise(2, NOISES, -(-height // STRIDE), -(-width // STRIDE))
        return photo, noise, torch.zeros(2, module.channels), torch.zeros(1)

    return Part(
        PAINT,
        module,
        draw,
        ("photo", "noise", "held", "hold"),
        ("painted", "statistics"),
        # Three input channels are slower in whole numbers, and the last layer makes the pixels.
        floats=("shrink.0.weight", "paint.weight"),
    )


class EncoderBlock(nn.Module):
    """The layers of an encoder after one tap, up to the next."""

    def __init__(self, network: SlimVGG, level: int) -> None:
        """Take the block that ends with a level; the first block gets the picture."""
        super().__init__()
        self.network = network
        self.level = level

    def forward(self, x: Tensor) -> Tensor:
        """Compute relu k_1 from relu (k-1)_1, or relu 1_1 from RGB in [0, 1]."""
        tap = TAPS[self.level - 1]
        start = TAPS[self.level - 2] if self.level > 1 else None
        found: Tensor = self.network(x, [tap], start=start)[tap]
        return found


class FirstBlock(nn.Module):
    """The first block with its input normalization merged into the convolution.

    The normalization acts on single pixels, so it gives the same before and after padding.
    """

    def __init__(self, network: SlimVGG) -> None:
        """Merge the two linear layers."""
        super().__init__()
        first = network.get_submodule("conv1_1")
        kernel, before = first.get_parameter("weight"), network.input.weight[:, :, 0, 0]
        shift: Tensor = kernel.sum((2, 3)) @ network.input.bias  # type: ignore[operator]
        self.weight = nn.Parameter(torch.einsum("ocyx,ci->oiyx", kernel, before))
        self.bias = nn.Parameter(first.get_parameter("bias") + shift)

    def forward(self, x: Tensor) -> Tensor:
        """Compute relu1_1 (B, C, H, W) from RGB in [0, 1]."""
        return F.relu(F.conv2d(reflect(x), self.weight, self.bias))


class DecoderBlock(nn.Module):
    """One level of a decoder, from normalized features."""

    def __init__(self, painter: Painter, level: int) -> None:
        """Take a level."""
        super().__init__()
        self.painter = painter
        self.level = level

    def forward(self, x: Tensor) -> Tensor:
        """Decode (B, C, h, w) to the next shallower level, twice as large."""
        return self.painter.run_decoder(self.level, x)


def _encoder_part(network: SlimVGG, level: int) -> Part:
    module = EncoderBlock(network, level) if level > 1 else FirstBlock(network)
    channels = 3
    if level > 1:
        channels = network.get_submodule(f"conv{level - 1}_1").get_parameter("weight").shape[0]
    return Part(
        f"encoder{level}",
        module,
        lambda height, width: (_noise(2, channels, height, width),),
        ("maps",),
        (TAPS[level - 1],),
        2 ** max(0, level - 2),
        # The first two blocks see pixels and their edges: few channels, of very unlike ranges.
        floats=("weight",) if level <= _EDGES else (),
    )


def _decoder_part(painter: Painter, level: int) -> Part:
    channels = painter.decoder.width(level)
    last = len(painter.decoder.get_submodule(f"level{level}.refine")._modules) - 1  # noqa: SLF001
    kept = f"painter.decoder.level{level}.refine.{last}.weight"
    return Part(
        f"decoder{level}",
        DecoderBlock(painter, level),
        lambda height, width: (_noise(2, channels, height, width),),
        ("maps",),
        ("decoded",),
        2 ** (level - 1),
        floats=(kept,) if level == LAST_DECODED else (),
    )


def shapes_of(part: Part) -> dict[str, list[list[int]]]:
    """Give the smallest, usual and largest shape of each input, as TensorRT wants to know them."""
    shapes = {}
    for name, each in zip(part.inputs, part.draw(_UNIT, _UNIT), strict=True):
        shapes[name] = [
            _shape_for(each.shape, part.scale, batch, size)
            for batch, size in zip(_BATCHES, _SIZES, strict=True)
        ]
    return shapes


def _shape_for(drawn: Sequence[int], scale: int, batch: int, size: tuple[int, int]) -> list[int]:
    if len(drawn) == 1:
        return list(drawn)
    sides = [side * own // (scale * _UNIT) for side, own in zip(size, drawn[2:], strict=False)]
    return [batch, drawn[1], *sides]


def _noise(*shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.rand(shape, generator=generator)


class _Tape:
    """The statistics that the norms of a network are given, and those that they measure."""

    def __init__(self) -> None:
        self.held = torch.zeros(0)
        self.hold = torch.zeros(0)
        self.measured: list[Tensor] = []


class HeldNorm(nn.Module):
    """A norm that takes its statistics from a tape, or measures them, and reports which it used."""

    def __init__(self, norm: Norm, tape: _Tape, first: int) -> None:
        """Take the weights of a norm, whose statistics begin at a place of the tape."""
        super().__init__()
        self.weight, self.bias = norm.weight, norm.bias
        self.tape, self.first = tape, first

    def forward(self, x: Tensor) -> Tensor:
        """Normalize (B, C, H, W)."""
        channels, held = len(self.weight), self.tape.held[:, :, None, None]
        mean, inverse = statistics_of(x)  # (B, C, 1, 1)
        holds = self.tape.hold > 0
        mean = torch.where(holds, held[:, self.first : self.first + channels], mean)
        second = self.first + channels
        inverse = torch.where(holds, held[:, second : second + channels], inverse)
        self.tape.measured += [mean.flatten(1), inverse.flatten(1)]
        return normalize_by(x, mean, inverse, self.weight, self.bias)


class HeldPainting(nn.Module):
    """A painting network as a function: the statistics of its norms go in and come out.

    `held` (B, S) are the means and inverse deviations of all norms, S = `channels`. They are used
    if `hold` (1,) is 1, and measured if it is 0.
    """

    def __init__(self, network: PaintingNet) -> None:
        """Copy a network, and replace its norms."""
        super().__init__()
        self.network, self.tape, self.channels = copy.deepcopy(network), _Tape(), 0
        found = {name: each for name, each in self.network.named_modules() if type(each) is Norm}
        for name, norm in found.items():
            parent, _, place = name.rpartition(".")
            held = HeldNorm(norm, self.tape, self.channels)
            self.network.get_submodule(parent).add_module(place, held)
            self.channels += 2 * len(norm.weight)

    def forward(
        self, photo: Tensor, noise: Tensor, held: Tensor, hold: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Paint recolored photos (B, 3, H, W): the painting, and the statistics (B, S)."""
        self.tape.held, self.tape.hold, self.tape.measured = held, hold, []
        painted = self.network(photo, noise)
        return painted, torch.cat(self.tape.measured, 1)
