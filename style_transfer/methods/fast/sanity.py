"""Tell a broken picture from one that is only plain."""

from torch import Tensor

from style_transfer.core.errors import InternalError
from style_transfer.imaging.tensors import as_floats

# A picture whose widest channel range is below the first number is flat; above the second, varied.
_FLAT, _VARIED = 2 / 255, 0.1


def check_sane(painted: Tensor, photo: Tensor, spread: Tensor) -> None:
    """Raise InternalError for paintings (B, 3, H, W) that are black, flat or not finite.

    Some paintings are flat and still right: those of a photo (B, 3, H, W), bytes or floats, of one
    color, and those in the style of an artwork whose color spread (B,) is near zero.
    """
    varied = (_range_of(photo) > _VARIED) & (spread > _VARIED / 4)
    flat = _range_of(painted) < _FLAT
    if not bool(painted.isfinite().all()) or bool((flat & varied).any()):
        raise InternalError("The picture came out flat, or with values that are not numbers.")


def _range_of(picture: Tensor) -> Tensor:
    """Measure the widest range of any channel in each picture: (B,), in [0, 1]."""
    highest, lowest = (as_floats(each) for each in (picture.amax((2, 3)), picture.amin((2, 3))))
    return (highest - lowest).amax(1)
