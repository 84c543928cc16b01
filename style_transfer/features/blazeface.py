"""A small network that finds faces: BlazeFace (Bazarevsky et al. 2019).

"BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs". The layout and the weights are
those of the short-range model of MediaPipe (Apache-2.0), 0.1 million numbers. It looks at a square
of 128 pixels and finds faces that take up an eighth of its side or more.
"""

from functools import cache
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from style_transfer.core.weight_files import load_weights

NAME = "faces"
SIDE = 128  # pixels of the square that the network looks at
# The channels of the blocks; a block after which the map is half as large has stride 2.
_WIDTHS = (24, 24, 28, 32, 36, 42, 48, 56, 64, 72, 80, 88, 96, 96, 96, 96, 96)
_STRIDED = (2, 5, 11)
_TAP = 11  # after this many blocks the map of 16 x 16 is read, at the end that of 8 x 8
# Anchors at each place of the two maps; the box of a face is relative to one.
_ANCHORS = ((16, 2), (8, 6))
_NUMBERS = 16  # of an anchor: center, size and six points of the face, of which the box is used


class Found(NamedTuple):
    """Candidates for faces: scores (B, N) in [0, 1], and boxes (B, N, 4) as shares of the square.

    A box is left, top, right, bottom.
    """

    scores: Tensor
    boxes: Tensor


class _Block(nn.Module):
    """A depthwise and a pointwise convolution beside a shortcut that fills channels with zeros."""

    def __init__(self, own: int, wanted: int, stride: int) -> None:
        super().__init__()
        self.stride, self.more = stride, wanted - own
        # With stride 2 the border is on the right and below only, as in the original.
        self.across = nn.Conv2d(own, own, 3, stride, 1 if stride == 1 else 0, groups=own)
        self.mix = nn.Conv2d(own, wanted, 1)

    def forward(self, x: Tensor) -> Tensor:
        seen = x if self.stride == 1 else F.pad(x, (0, 1, 0, 1))
        short = x if self.stride == 1 else F.max_pool2d(x, 2)
        short = F.pad(short, (0, 0, 0, 0, 0, self.more))
        return F.relu(short + self.mix(self.across(seen)))


class BlazeFace(nn.Module):
    """Finds candidates for faces in squares (B, 3, SIDE, SIDE) in [0, 1]."""

    anchors: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, _WIDTHS[0], 5, 2)
        self.blocks = nn.ModuleList(
            _Block(own, wanted, 2 if place in _STRIDED else 1)
            for place, (own, wanted) in enumerate(pairwise(_WIDTHS))
        )
        widths = (_WIDTHS[_TAP], _WIDTHS[-1])
        pairs = [(own, count) for own, (_, count) in zip(widths, _ANCHORS, strict=True)]
        self.scores = nn.ModuleList(nn.Conv2d(own, count, 1) for own, count in pairs)
        self.boxes = nn.ModuleList(nn.Conv2d(own, count * _NUMBERS, 1) for own, count in pairs)
        self.register_buffer("anchors", _anchor_centers(), persistent=False)

    def forward(self, squares: Tensor) -> Found:
        """Return the candidates at all anchors."""
        x = F.relu(self.first(F.pad(squares * 2 - 1, (1, 2, 1, 2))))
        maps = []
        for count, block in enumerate(self.blocks, 1):
            x = block(x)
            if count == _TAP:
                maps.append(x)
        maps.append(x)
        scores = _join(self.scores, maps, 1)[..., 0]  # (B, N)
        numbers = _join(self.boxes, maps, _NUMBERS)[..., :4] / SIDE  # (B, N, 4)
        center, half = self.anchors + numbers[..., :2], numbers[..., 2:] / 2
        return Found(scores.sigmoid(), torch.cat([center - half, center + half], -1))


def _join(heads: nn.ModuleList, maps: list[Tensor], numbers: int) -> Tensor:
    """Apply each head to its map, and list the numbers of all anchors: (B, N, numbers)."""
    read = [head(x).permute(0, 2, 3, 1) for head, x in zip(heads, maps, strict=True)]
    return torch.cat([each.reshape(len(each), -1, numbers) for each in read], 1)


def _anchor_centers() -> Tensor:
    """List the centers of all anchors (N, 2), across and down, as shares of the square."""
    centers = []
    for side, anchors in _ANCHORS:
        places = (torch.arange(side) + 0.5) / side
        down, across = torch.meshgrid(places, places, indexing="ij")
        centers.append(torch.stack([across, down], -1).view(-1, 1, 2).expand(-1, anchors, 2))
    return torch.cat([each.reshape(-1, 2) for each in centers])


@cache
def load_blazeface() -> BlazeFace:
    """Load the network, once in a process, on the CPU: it takes some milliseconds there.

    Raises ModelMissingError.
    """
    network = BlazeFace()
    network.load_state_dict({name: each.float() for name, each in load_weights(NAME).items()})
    for convolution in network.parameters():
        if convolution.dim() == 4:  # a fifth faster
            convolution.data = convolution.data.contiguous(memory_format=torch.channels_last)
    return network.eval().requires_grad_(requires_grad=False)
