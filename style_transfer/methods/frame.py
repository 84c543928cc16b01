"""What a method is given and what it brings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.core.tiling import Tiling


@dataclass(frozen=True)
class Artwork:
    """A style picture (1, 3, H, W) in [0, 1] and its share; the shares of a run sum to one."""

    image: Tensor
    share: float


class Canvas(Protocol):
    """A photo prepared for a method; see pipeline/canvas.py."""

    @property
    def spec(self) -> TransferSpec:
        """Give the settings."""
        ...

    @property
    def painted_size(self) -> tuple[int, int]:
        """Give the size (width, height) that is painted."""
        ...

    @property
    def pixels(self) -> Tensor:
        """Give the photo as bytes (1, 3, H, W)."""
        ...

    @property
    def photo(self) -> Tensor:
        """Give the photo as floats (1, 3, H, W) in [0, 1]."""
        ...

    def artworks(self, shares: Sequence[StyleInput]) -> list[Artwork]:
        """Prepare artworks; raises StyleNeedsPictureError."""
        ...


class StyleCache(Protocol):
    """What keeps the embeddings of pictures from one call to the next."""

    def embedding_of(self, image: Image.Image, painter: Any) -> Any:
        """Give the embedding that a network makes of an artwork."""
        ...

    def knows(self, image: Image.Image, painter: Any) -> bool:
        """Tell whether that embedding is at hand."""
        ...


@dataclass(frozen=True)
class Task:
    """What a method paints: a photo in the manner of styles, whose shares sum to one.

    `begun` is a picture (1, 3, h, w), kept from an earlier run, to go on from.
    """

    canvas: Canvas
    shares: Sequence[StyleInput]
    cache: StyleCache | None = None
    begun: Tensor | None = None


@dataclass(frozen=True)
class Fallback:
    """Where and in which tiles a picture is painted, other than was planned: memory ran out."""

    device: torch.device
    tiling: Tiling


@dataclass(frozen=True)
class Attempt:
    """One way to paint a picture; pipeline/fallbacks.py says in which order they are tried.

    most    pixels that are painted at the most; None for no bound
    tiling  how the picture is cut; None as the plan says
    exact   all in float32, because half precision gave a broken picture
    """

    device: torch.device
    most: int | None = None
    tiling: Tiling | None = None
    exact: bool = False

    @property
    def fallback(self) -> Fallback | None:
        """Tell what a frame says of it: nothing where it is as planned."""
        return Fallback(self.device, self.tiling) if self.tiling is not None else None


@dataclass(frozen=True)
class Kept:
    """A painting at a moment: the picture (1, 3, h, w) to go on from, and how it is shown."""

    picture: Tensor
    show: Callable[[Tensor], Tensor]


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
