"""Develop a finished painting again, from the layers that were kept of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.development import Development
from style_transfer.core.layers import Layers
from style_transfer.core.oom import naming_memory_errors
from style_transfer.imaging.color import ColorMap
from style_transfer.imaging.development import developed
from style_transfer.imaging.images import to_picture
from style_transfer.imaging.tensors import to_image, to_pixels
from style_transfer.pipeline.canvas import Canvas, bands_of, resized

_CPU = torch.device("cpu")


@dataclass(frozen=True)
class FinishedPainting:
    """A painting (1, 3, h, w), bytes or floats in [0, 1], on the canvas it was painted for."""

    canvas: Canvas
    painted: Tensor

    @classmethod
    def of(cls, canvas: Canvas, painted: Tensor) -> "FinishedPainting | None":
        """Make one; None for a painting with a mask, because its layers do not hold the area."""
        return cls(canvas, painted) if canvas.mask is None else None

    def layers(self) -> Layers:
        """Give the layers of the result."""
        with naming_memory_errors():
            return self.canvas.layers(self.painted)


def develop(
    painting: Image.Image,
    photo: Image.Image,
    development: Development,
    color_map: Mapping[str, Sequence[float]],
) -> Image.Image:
    """Compose the picture from a painting in its own colors and its photo, which has any size.

    The picture has the size and the transparency of the painting. Raises OutOfMemoryError, and
    InputUnreadableError for modes that have no colors.
    """
    with naming_memory_errors():
        kept = to_picture(painting)
        photo_of = bands_of(resized(to_picture(photo).rgb, kept.size), _CPU)
        move = ColorMap.from_json(color_map)

        def compose(band: Tensor, rows: slice) -> Tensor:
            return developed(band, photo_of(rows), development, move)

        return kept.with_alpha(to_image(to_pixels(kept.rgb, _CPU), compose))
