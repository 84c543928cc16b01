"""What a method is given and what it brings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from style_transfer.core.spec import TransferSpec
from style_transfer.core.tiling import Tiling
from style_transfer.features.losses import Features


@dataclass(frozen=True)
class Kept:
    """A painting at a moment: the picture (1, 3, h, w) to go on from, and how it is shown."""

    picture: Tensor
    show: Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Fallback:
    """Where and in which tiles a picture is painted, other than was planned: memory ran out."""

    device: torch.device
    tiling: Tiling


@dataclass(frozen=True)
class Frame:
    """A moment of painting; the image (1, 3, h, w) may be smaller than the result until the last.

    Most frames bring no image: they are there so that the caller can leave. Methods that can be
    stopped and continued bring what is `kept` with each.
    """

    done: int
    total: int
    image: Tensor | None = None
    kept: Kept | None = None
    fallback: Fallback | None = None


@dataclass(frozen=True)
class Artwork:
    """A style picture (1, 3, H, W) in [0, 1] and its share; the shares of a run sum to one."""

    image: Tensor
    share: float


# (photo (1, 3, H, W), artworks, spec, features) -> frames; the last one is the result.
Method = Callable[[Tensor, Sequence[Artwork], TransferSpec, Features], Iterator[Frame]]
