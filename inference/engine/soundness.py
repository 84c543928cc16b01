"""Telling a picture that came out broken from one that is only dark."""

from torch import Tensor

from inference.engine.errors import InternalError

# Brightest values that count as black, and that something bright should have come of.
_BLACK, _BRIGHT = 1 / 255, 0.1


def check_sound(painted: Tensor, photo: Tensor, colors: Tensor) -> None:
    """Raise InternalError for paintings (B, 3, H, W) that are black or hold no numbers.

    A dark artwork, whose mean colors are `colors` (B, 3), paints even a bright photo black, and
    rightly so; and so is a dark photo.
    """
    black = painted.amax((1, 2, 3)) < _BLACK
    bright = photo.amax((1, 2, 3)).minimum(colors.amax(1)) > _BRIGHT
    if not bool(painted.isfinite().all()) or bool((black & bright).any()):
        raise InternalError("The picture came out black, or with values that are not numbers.")
