"""Remove islands of color: where the photo has one color, the painting has nearly one color too.

Each place of a painting gets the nearest patch of the artwork. If the artwork has little red, one
half of a red wing becomes red and the other half gray, with a hard border that no painter would
make. So the painting takes its broad changes of hue and saturation mainly from the photo in the
artwork's colors. Strokes and dots are finer than that, and keep their own colors.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.core.sizes import scaled
from style_transfer.imaging.blur import mean_blur
from style_transfer.imaging.color import luma_of
from style_transfer.imaging.pyramid import resize
from style_transfer.imaging.tensors import as_floats, bands_of_rows

_SIDE = 256  # pixels: the root of the area on which broad changes are measured
_SIGMA = 3.0  # pixels of that; finer changes are strokes
_SHARE = 0.6  # how far broad changes go toward the photo's


@torch.no_grad()
def calm_islands_(painted: Tensor, photo: Tensor, colors: Callable[[Tensor], Tensor]) -> None:
    """Move the broad colors of a painting (1, 3, H, W) in [0, 1] to those of the photo, in place.

    `colors` gives the photo (1, 3, H, W), or a small copy of it, in the colors of the artwork.
    Lightness does not change.
    """
    height, width = painted.shape[2:]
    size = scaled(width, height, min(1.0, _SIDE / (height * width) ** 0.5))
    apart = resize(as_floats(painted), size) - colors(resize(as_floats(photo), size))
    apart = mean_blur(apart - luma_of(apart), _SIGMA)  # (1, 3, h, w)
    whole = F.interpolate(apart, (height, width), mode="bilinear", align_corners=False)
    for rows in bands_of_rows(painted):
        painted[..., rows, :].sub_(_SHARE * whole[..., rows, :]).clamp_(0, 1)
