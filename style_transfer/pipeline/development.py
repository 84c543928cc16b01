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
from style_transfer.imaging.mask import resize_mask
from style_transfer.imaging.tensors import to_image, to_pixels
from style_transfer.pipeline.canvas import Canvas, bands_of, resized

_CPU = torch.device("cpu")


@dataclass(frozen=True)
class FinishedPainting:
    """A painting (1, 3, h, w), bytes or floats in [0, 1], on the canvas it was painted for."""

    canvas: Canvas
    painted: Tensor

    def layers(self) -> Layers:
        """Give the layers of the result."""
        with naming_memory_errors():
            return self.canvas.layers(self.painted)


def develop(
    painting: Image.Image,
    photo: Image.Image,
    development: Development,
    color_map: Mapping[str, Sequence[float]],
    mask: Image.Image | None = None,
) -> Image.Image:
    """Compose the picture from a painting in its own colors, its photo and its mask (mode L).

    These have any size. The picture has that of the painting, and its transparency. Raises
    OutOfMemoryError, and InputUnreadableError for modes that have no colors.
    """
    with naming_memory_errors():
        kept = to_picture(painting)
        photo_of = bands_of(resized(to_picture(photo).rgb, kept.size), _CPU)
        move = ColorMap.from_json(color_map)
        mask_of = bands_of(resize_mask(mask, kept.size), _CPU) if mask else None

        def compose(band: Tensor, rows: slice) -> Tensor:
            shares = mask_of(rows) if mask_of else None
            return developed(band, photo_of(rows), development, move, shares)

        return kept.with_alpha(to_image(to_pixels(kept.rgb, _CPU), compose))
