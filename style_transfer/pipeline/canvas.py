"""The parts of a painting that are the same for every method: sizes, colors, transparency."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.sizes import MAX_PAINTED_PIXELS, fitted, painted_size, result_size
from style_transfer.core.spec import Color, TransferSpec
from style_transfer.imaging.color import (
    move_between,
    palette_of,
    toward_colors_of,
    with_colors_of,
)
from style_transfer.imaging.images import Picture, to_picture
from style_transfer.imaging.pyramid import resize
from style_transfer.imaging.tensors import as_floats, to_image, to_pixels, to_tensor

PREVIEW_SIDE = 512
_SHARP = Image.Resampling.LANCZOS


@dataclass(frozen=True)
class Canvas:
    """A photo prepared for a method, and the conversion of the painted picture to the result.

    `rgb` is the photo in the size that is painted, and `size` (width, height) is that of the
    result. `resized` explains why either differs from the photo's own size.
    """

    picture: Picture
    rgb: Image.Image
    size: tuple[int, int]
    resized: str
    spec: TransferSpec
    device: torch.device

    @classmethod
    def prepare(
        cls,
        content: Image.Image,
        spec: TransferSpec,
        device: torch.device,
        most: int | None = MAX_PAINTED_PIXELS,
    ) -> "Canvas":
        """Scale a photo of any mode to the size that is painted, with at most `most` pixels.

        With None as `most`, the number of pixels has no limit.
        """
        picture = to_picture(content)
        size, notes = _result_size(picture.size, spec.size)
        painted = painted_size(size, most)
        if painted != size:
            notes = [*notes, f"painted at {painted[0]} x {painted[1]} and enlarged, to fit memory"]
        rgb = _resized(picture.rgb, painted)
        return cls(picture, rgb, size, "; ".join(notes), spec, device)

    @property
    def painted_size(self) -> tuple[int, int]:
        """Give the size (width, height) that is painted."""
        return self.rgb.size

    @property
    def pixels(self) -> Tensor:
        """Give the photo as bytes (1, 3, H, W)."""
        return to_pixels(self.rgb, self.device)

    @cached_property
    def photo(self) -> Tensor:
        """Give the photo as floats (1, 3, H, W) in [0, 1]; they take four times as much memory."""
        return to_tensor(self.rgb, self.device)

    def preview(self, painted: Tensor) -> Image.Image:
        """Make a preview of a painting of any size, with a longest side of up to PREVIEW_SIDE."""
        size = fitted(*self.size, min(PREVIEW_SIDE, max(self.size)))
        return self._show(resize(as_floats(painted), size))

    def result(self, painted: Tensor) -> Image.Image:
        """Make the result from a painting (1, 3, h, w), bytes or floats in [0, 1], of any size."""
        width, height = self.size
        if painted.shape[-2:] != (height, width):
            painted = resize(as_floats(painted), self.size)
        return self._show(painted)

    def _show(self, painted: Tensor) -> Image.Image:
        return self.picture.with_alpha(to_image(painted, self._recoloring(painted)))

    def _recoloring(self, painted: Tensor) -> Callable[[Tensor, slice], Tensor] | None:
        """Make the function that recolors bands of rows of a painting; None to keep its colors."""
        # At strength 0 the painting is the photo, which already has its own colors.
        if self.spec.color is Color.STYLE or self.spec.strength == 0:
            return None
        width, height = painted.shape[3], painted.shape[2]
        photo = _resized(self.picture.rgb, (width, height))

        def beside(rows: slice) -> Tensor:
            # Only one band at a time is in memory as floats.
            part = photo.crop((0, rows.start, width, rows.stop))
            return to_tensor(part, painted.device)

        if self.spec.color is Color.CONTENT:
            return lambda band, rows: with_colors_of(band, beside(rows))
        move = move_between(palette_of(painted), palette_of(self.pixels.to(painted.device)))
        return lambda band, rows: toward_colors_of(move(band), beside(rows))


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, _SHARP)


def _result_size(own: tuple[int, int], asked: int | None) -> tuple[tuple[int, int], list[str]]:
    """Give the size of the result and, if it is not the photo's own size, the reason."""
    size = result_size(own, asked)
    if size == own:
        return own, []
    reason = "as asked" if asked else f"the longest side may have {max(size)} pixels"
    return size, [f"resized from {own[0]} x {own[1]} to {size[0]} x {size[1]}: {reason}"]
