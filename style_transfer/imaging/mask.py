"""Masks: gray pictures that say where a photo is painted. White is painted, black stays a photo."""

from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from style_transfer.core.errors import EngineError, InputTooLargeError, InputUnreadableError
from style_transfer.imaging.images import load_picture
from style_transfer.imaging.pixels import upright_srgb

Size = tuple[int, int]

# Smaller than this, in pixels, a feather would change nothing that can be seen.
_LEAST_FEATHER = 0.5
# Twice the level, less 255: half of a Gaussian's step, which begins at the edge of the white area.
_INNER_HALF = [max(0, 2 * level - 255) for level in range(256)]


class MaskUnreadableError(EngineError):
    """The file of the mask is not a still picture that the engine can decode."""

    code = "mask_unreadable"
    hint = "Use a gray PNG, JPEG or WebP picture as the mask: white is painted, black stays."


class MaskShapeError(EngineError):
    """The mask has another aspect ratio than the photo, so it is not clear where it belongs."""

    code = "mask_shape"
    hint = "Use a mask that is as wide and as high as the photo, or smaller in the same proportion."


class MaskEmptyError(EngineError):
    """The mask lets nothing be painted."""

    code = "mask_empty"
    hint = "Make the area that is to be painted white in the mask, or use a smaller feather."


def check_mask_shape(mask: Size, photo: Size) -> None:
    """Raise MaskShapeError if a mask (width, height) does not fit a photo, both upright.

    A mask may have any size. A side may be a pixel of the smaller one off, because sizes are
    rounded.
    """
    factor = max(mask) / max(photo)
    most = max(1.0, factor)
    if any(abs(own - factor * other) > most for own, other in zip(mask, photo, strict=True)):
        raise MaskShapeError(
            f"The mask is {mask[0]} x {mask[1]} and the photo {photo[0]} x {photo[1]}:"
            " they have different proportions."
        )


def load_mask(source: Path | bytes) -> Image.Image:
    """Decode the file of a mask as a picture of mode L; raises MaskUnreadableError."""
    try:
        return gray_mask(load_picture(source).image)
    except (InputUnreadableError, InputTooLargeError) as error:
        raise MaskUnreadableError(f"The mask cannot be used: {error}") from error


def gray_mask(image: Image.Image) -> Image.Image:
    """Turn a picture of any mode into a mask (mode L); transparent places are black.

    Raises InputUnreadableError for modes that have no colors.
    """
    pixels = upright_srgb(image)
    gray = pixels.rgb.convert("L")
    return ImageChops.multiply(gray, pixels.alpha) if pixels.alpha else gray


def fit_mask(
    given: Image.Image, photo: Size, size: Size, *, feather: float = 0.0, invert: bool = False
) -> Image.Image:
    """Return the mask (mode L) for a result of a size, (width, height), of a photo.

    `invert` swaps white and black. `feather` is the width of the soft edge, as a share of the
    longest side. The edge is soft on its inside only, so whatever is black stays black.

    Raises MaskShapeError, MaskEmptyError and InputUnreadableError.
    """
    mask = gray_mask(given)
    check_mask_shape(mask.size, photo)
    mask = resize_mask(ImageChops.invert(mask) if invert else mask, size)
    mask = _feathered(mask, feather * max(size))
    if mask.getextrema() == (0, 0):
        raise MaskEmptyError("The mask is black everywhere, so nothing would be painted.")
    return mask


def resize_mask(mask: Image.Image, size: Size) -> Image.Image:
    """Scale a mask. A sharper filter would brighten places beside an edge, and black must stay."""
    return mask if mask.size == size else mask.resize(size, Image.Resampling.BILINEAR)


def _feathered(mask: Image.Image, width: float) -> Image.Image:
    if width < _LEAST_FEATHER:
        return mask
    shape = mask.point(lambda level: 255 if level else 0)
    # Two standard deviations inside the edge, 95 % are reached.
    ramp = shape.filter(ImageFilter.GaussianBlur(width / 2)).point(_INNER_HALF)
    return ImageChops.multiply(mask, ramp)
