"""Telling a picture that came out broken from one that is only plain."""

from torch import Tensor

from style_transfer.core.errors import InternalError
from style_transfer.imaging.tensors import as_floats

# Widest range of a channel that counts as flat, and what something varied must reach.
_FLAT, _VARIED = 2 / 255, 0.1


def check_sane(painted: Tensor, photo: Tensor, spread: Tensor) -> None:
    """Raise InternalError for paintings (B, 3, H, W) that are black, flat or hold no numbers.

    A photo (B, 3, H, W), bytes or floats, of one color is painted in one color, and so is any
    photo after an artwork whose colors have no spread (B,), and rightly so.
    """
    varied = (_range_of(photo) > _VARIED) & (spread > _VARIED / 4)
    flat = _range_of(painted) < _FLAT
    if not bool(painted.isfinite().all()) or bool((flat & varied).any()):
        raise InternalError("The picture came out flat, or with values that are not numbers.")


def _range_of(picture: Tensor) -> Tensor:
    """Measure the widest range of a channel in each picture: (B,)."""
    highest, lowest = (as_floats(each) for each in (picture.amax((2, 3)), picture.amin((2, 3))))
    return (highest - lowest).amax(1)
