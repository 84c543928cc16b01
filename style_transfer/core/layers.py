"""What is kept of a finished painting, so that it can be developed again; loads no torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True)
class Layers:
    """What a result was composed of, beside the photo.

    `painting` is the painting in its own colors; None if that is the result itself. `color_map`
    has the numbers of the linear map that gives the painting the palette of the photo. `mask` (mode
    L) says how much of the painting the result shows at each place; None if it shows all of it.
    """

    painting: "Image.Image | None"
    color_map: Mapping[str, Sequence[float]]
    mask: "Image.Image | None" = None


class Developable(Protocol):
    """A finished painting whose layers can be kept. It does no work until they are asked for."""

    def layers(self) -> Layers:
        """Give the layers of the result."""
        ...
