"""The input and the output of a method."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from PIL import Image
from torch import Tensor

from style_transfer.backends.choice import TORCH, Choice
from style_transfer.backends.variants import REFERENCE, Variant
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.core.tiling import Tiling


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

    @property
    def subject(self) -> Tensor | None:
        """Give the map of what is kept clear, (1, 1, h, w) in [0, 1] of any size, if any."""
        ...


class StyleCache(Protocol):
    """A store that keeps the embeddings of pictures for later calls."""

    def embedding_of(self, image: Image.Image, painter: Any) -> Any:
        """Give the embedding that a network makes of an artwork."""
        ...

    def knows(self, image: Image.Image, painter: Any) -> bool:
        """Tell whether that embedding is already stored."""
        ...


@dataclass(frozen=True)
class Task:
    """What a method paints: a photo in the style of artworks, whose shares sum to one.

    `begun` is a picture (1, 3, h, w) that an earlier run saved; the painting continues from it.
    """

    canvas: Canvas
    shares: Sequence[StyleInput]
    cache: StyleCache | None = None
    begun: Tensor | None = None


@dataclass(frozen=True)
class Attempt:
    """One way to paint a picture; pipeline/fallbacks.py sets the order in which they are tried.

    most    the most pixels that are painted; None for no bound
    tiling  how the picture is cut into tiles; None to follow the plan
    exact   compute everything by torch in float32, because another way gave a broken picture
    choice  the variant of the networks that computes
    """

    device: torch.device
    most: int | None = None
    tiling: Tiling | None = None
    exact: bool = False
    choice: Choice = TORCH

    @property
    def variant(self) -> Variant:
        """Give the variant that computes."""
        return REFERENCE if self.exact else self.choice.variant


@dataclass(frozen=True)
class Kept:
    """A painting that can be saved: the picture (1, 3, h, w) to continue from.

    `show` turns that picture into the one that the user sees.
    """

    picture: Tensor
    show: Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Frame:
    """A moment of painting. Before the last, the image (1, 3, h, w) may be smaller than the result.

    Most frames have no image: they only give the caller a chance to stop. Methods whose paintings
    can be stopped and continued set `kept` in each frame. `losses` are those of the step, by name.
    `warnings` are codes of spec.WARNINGS; they go into the report.
    """

    done: int
    total: int
    image: Tensor | None = None
    kept: Kept | None = None
    losses: Mapping[str, float] | None = None
    warnings: tuple[str, ...] = ()
