"""The stages of a painting by name, for those who want to look at each of them."""

from collections.abc import Callable
from enum import StrEnum

from torch import Tensor


class Stage(StrEnum):
    """What was just done; from LED to STROKES the same comes again at each size."""

    LIFTED = "lifted"
    DECODED = "decoded"
    TEXTONS = "textons"
    LED = "led"
    NOISE = "noise"
    STROKES = "strokes"
    MATCHED = "matched"


# Gets the pictures (B, 3, h, w) of a stage, which will still change: it copies what it keeps. NOISE
# is shown once for each picture, as (1, 3, h, w).
Observer = Callable[[Stage, Tensor], None]


def ignore(_stage: Stage, _pictures: Tensor) -> None:
    """Look at nothing."""
