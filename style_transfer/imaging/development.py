"""The arithmetic that develops a painting: its colors, and the mix with the photo.

static/js/development.js does the same in the browser. A test compares the two.
"""

from torch import Tensor

from style_transfer.core.development import Development
from style_transfer.core.spec import Color
from style_transfer.imaging.color import ColorMap, toward_colors_of, with_colors_of


def recolored(painting: Tensor, photo: Tensor, color: Color, color_map: ColorMap) -> Tensor:
    """Return a painting with the colors from another source.

    `painting` has its own colors, and `photo` is the same part of the photo; both are (1, 3, H, W)
    in [0, 1]. `color_map` gives the whole painting the palette of the photo.
    """
    if color is Color.CONTENT:
        return with_colors_of(painting, photo)
    if color is Color.MATCH:
        return toward_colors_of(color_map(painting).clamp(0, 1), photo)
    return painting


def developed(
    painting: Tensor,
    photo: Tensor,
    development: Development,
    color_map: ColorMap,
    mask: Tensor | None = None,
) -> Tensor:
    """Return the recolored painting mixed with the photo; the same shapes as in `recolored`.

    Where `mask`, (1, 1, H, W) in [0, 1], is 0, it is the photo to the bit.
    """
    picture = recolored(painting, photo, development.color, color_map)
    if mask is None:
        return photo.lerp(picture, development.strength)
    return photo.lerp(picture, development.strength * mask)
