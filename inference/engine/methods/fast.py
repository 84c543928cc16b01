"""Any artwork in one pass: the photo's features are moved to the artwork's statistics.

The network and its sources are in painter.py, the style codes in codes.py. Nothing is iterated and
no style is ever trained: strength, colors, brush size and blends are all free.
"""

from collections.abc import Iterator, Mapping

from torch import Tensor

from inference.engine.losses import Moments
from inference.engine.methods.frame import Frame
from inference.engine.networks.decoder import STRIDE
from inference.engine.networks.vgg import reflect_to
from inference.engine.painter import Look, Painter
from inference.engine.tiles import TiledPainting

# What of the photo's own features is mixed in at full strength, levels 5 ... 1. Statistics of
# level 5 bend shapes until no face is left: painting begins with the photo's own level 4.
_KEEP = (0.0, 1.0, 0.0, 0.0, 0.0)
# At brush size 1 the artwork is seen at this many times the root of the photo's area.
BRUSH = 1.0


def look_of(strength: float) -> Look:
    """Turn strength, 0 to 1, into a look: at 0 all of the photo is kept and nothing moves."""
    keep = tuple(1 - (1 - least) * strength for least in _KEEP)
    return Look((strength**0.5,) * len(_KEEP), keep)


def view_side(height: int, width: int, style_scale: float) -> float:
    """Say at which size an artwork is seen for a photo, as the root of its area in pixels."""
    return float((height * width) ** 0.5 * BRUSH * style_scale)


def paint(
    photo: Tensor, wanted: Mapping[int, Moments], strength: float, painter: Painter
) -> Iterator[Frame]:
    """Yield a frame a tile and stage; the last brings the pictures in the size of photo.

    photo is (B, 3, H, W) in [0, 1], wanted are the moments by level, (B, L) and (B, L, L), or
    (1, ...) for all of the batch. Strength 0 gives the photo back to the bit.
    """
    if strength == 0:
        yield Frame(1, 1, photo)
        return
    height, width = photo.shape[-2:]
    padded = reflect_to(photo, STRIDE)
    painting = TiledPainting(painter, padded, wanted, look_of(strength))
    for done, picture in enumerate(painting.run(), 1):
        shown = picture[..., :height, :width] if picture is not None else None
        yield Frame(done, painting.steps, shown)
