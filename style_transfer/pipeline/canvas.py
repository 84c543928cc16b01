"""The parts of a painting that are the same for every method: sizes, colors, transparency."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.catalog import find_method
from style_transfer.core.layers import Layers
from style_transfer.core.sizes import MAX_PAINTED_PIXELS, fitted, painted_size, result_size
from style_transfer.core.spec import Color, KeepFaces, TransferSpec
from style_transfer.imaging.color import ColorMap, move_freely_between, palette_of, with_colors_of
from style_transfer.imaging.development import recolored
from style_transfer.imaging.images import Picture, to_picture
from style_transfer.imaging.mask import fit_mask, resize_mask
from style_transfer.imaging.pyramid import resize
from style_transfer.imaging.reducing import reduce_picture
from style_transfer.imaging.tensors import as_floats, to_image, to_pixels, to_tensor
from style_transfer.methods.subject import find_subject

PREVIEW_SIDE = 512
_SHARP = Image.Resampling.LANCZOS

Change = Callable[[Tensor, slice], Tensor]


@dataclass(frozen=True)
class Canvas:
    """A photo prepared for a method, and the conversion of the painted picture to the result.

    `rgb` is the photo in the size that is painted, and `size` (width, height) is that of the
    result. `resized` explains why either differs from the photo's own size. `mask` (mode L) has
    that size too; where it is black, the result is the photo.
    """

    picture: Picture
    rgb: Image.Image
    size: tuple[int, int]
    resized: str
    spec: TransferSpec
    device: torch.device
    mask: Image.Image | None = None

    @classmethod
    def prepare(
        cls,
        content: Image.Image,
        spec: TransferSpec,
        device: torch.device,
        most: int | None = MAX_PAINTED_PIXELS,
        *,
        mask: Image.Image | None = None,
    ) -> "Canvas":
        """Scale a photo of any mode to the size that is painted, with at most `most` pixels.

        With None as `most`, the number of pixels has no limit. Raises MaskShapeError,
        MaskEmptyError and InputUnreadableError.
        """
        picture = to_picture(content)
        size, notes = _result_size(picture.size, spec.size)
        painted = painted_size(size, most)
        if painted != size:
            notes = [*notes, f"painted at {painted[0]} x {painted[1]} and enlarged, to fit memory"]
        if mask is not None:
            feather, invert = spec.mask_feather, spec.mask_invert
            mask = fit_mask(mask, picture.size, size, feather=feather, invert=invert)
        rgb = resized(picture.rgb, painted)
        return cls(picture, rgb, size, "; ".join(notes), spec, device, mask)

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

    @cached_property
    def subject(self) -> Tensor | None:
        """Find what is kept clear, (1, 1, h, w) in [0, 1]; raises ModelMissingError."""
        # At strength 0 nothing is painted.
        keep = self.spec.keep_faces if self.spec.strength else KeepFaces.OFF
        return find_subject(self.pixels, keep)

    def preview(self, painted: Tensor) -> Image.Image:
        """Make a preview of a painting of any size, with a longest side of up to PREVIEW_SIDE."""
        return self._show(resize(as_floats(painted), self._preview_size))

    def result(self, painted: Tensor) -> Image.Image:
        """Make the result from a painting (1, 3, h, w), bytes or floats in [0, 1], of any size."""
        return self._show(self._in_full_size(painted))

    def layers(self, painted: Tensor) -> Layers:
        """Give the layers of that result, from which it can be developed again."""
        full = self._in_full_size(painted)
        is_changed = self._is_recolored or self.mask is not None
        plain = self.picture.with_alpha(to_image(full)) if is_changed else None
        return Layers(plain, self._color_map(full).to_json(), self.mask)

    def _in_full_size(self, painted: Tensor) -> Tensor:
        width, height = self.size
        if painted.shape[-2:] == (height, width):
            return painted
        return resize(as_floats(painted), self.size)

    def _show(self, painted: Tensor) -> Image.Image:
        return self.picture.with_alpha(to_image(painted, self._change(painted)))

    def _change(self, painted: Tensor) -> Change | None:
        """Make the function that recolors bands of a painting and masks them, if that is asked."""
        recolor, mask = self._recoloring(painted), self.mask
        if mask is None:
            return recolor
        size = (painted.shape[3], painted.shape[2])
        mask = resize_mask(mask, size)
        beside, shares = self._photo_beside(painted), bands_of(mask, painted.device)

        def masked(band: Tensor, rows: slice) -> Tensor:
            colored = recolor(band, rows) if recolor else band
            # Exact at both ends: black gives the photo to the bit, and white the painting.
            return beside(rows).lerp(colored, shares(rows))

        return masked

    def _recoloring(self, painted: Tensor) -> Change | None:
        """Make the function that recolors bands of rows of a painting; None to keep its colors."""
        if not self._is_recolored:
            return None
        beside = self._photo_beside(painted)
        if self.spec.color is Color.CONTENT:
            return lambda band, rows: with_colors_of(band, beside(rows))
        move = self._color_map(painted)
        return lambda band, rows: recolored(band, beside(rows), self.spec.color, move)

    @property
    def _is_recolored(self) -> bool:
        # At strength 0 the painting is the photo, which already has its own colors. A method that
        # does not read the strength paints in full all the same.
        paints = self.spec.strength > 0 or "strength" not in find_method(self.spec.method).used
        return self.spec.color is not Color.STYLE and paints

    def _color_map(self, painted: Tensor) -> ColorMap:
        """Find the map from the palette of a painting to that of the photo."""
        own = self.pixels.to(painted.device)
        return move_freely_between(palette_of(painted), palette_of(own))

    def _photo_beside(self, painted: Tensor) -> Callable[[slice], Tensor]:
        """Make the function that gives the photo beside a band of rows of a painting."""
        return bands_of(self._photo_in((painted.shape[3], painted.shape[2])), painted.device)

    def _photo_in(self, size: tuple[int, int]) -> Image.Image:
        if size == self._preview_size:
            return self._preview_photo
        return self.rgb if size == self.rgb.size else resized(self.picture.rgb, size)

    @property
    def _preview_size(self) -> tuple[int, int]:
        return fitted(*self.size, min(PREVIEW_SIDE, max(self.size)))

    @cached_property
    def _preview_photo(self) -> Image.Image:
        """The photo in the size of previews. A large one takes long to reduce, so it is kept."""
        return resized(self.picture.rgb, self._preview_size)


def bands_of(image: Image.Image, device: torch.device) -> Callable[[slice], Tensor]:
    """Make the function that gives rows of an image as floats (1, C, h, W) in [0, 1].

    So only one band at a time is in memory as floats.
    """
    return lambda rows: to_tensor(image.crop((0, rows.start, image.width, rows.stop)), device)


def resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the image in another size.

    Fine lines of a picture that is made much smaller keep their brightness. For small changes of
    size that would take longer than it is worth: the lines are still there.
    """
    if 2 * max(size) <= max(image.size):
        return reduce_picture(image, size)
    return image if image.size == size else image.resize(size, _SHARP)


def _result_size(own: tuple[int, int], asked: int | None) -> tuple[tuple[int, int], list[str]]:
    """Give the size of the result and, if it is not the photo's own size, the reason."""
    size = result_size(own, asked)
    if size == own:
        return own, []
    reason = "as asked" if asked else f"the longest side may have {max(size)} pixels"
    return size, [f"resized from {own[0]} x {own[1]} to {size[0]} x {size[1]}: {reason}"]
