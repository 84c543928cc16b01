"""The last step: from planes of numbers to a Pillow image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from artworks.sheet import Picture


def to_image(picture: Picture, *, size: tuple[int, int] | None = None) -> Image.Image:
    """Return an RGB image from sRGB in [0, 1], (H, W, 3); `size` (width, height) scales it down."""
    # + 0.5: `astype` cuts off the fraction instead of rounding.
    image = Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")
    if size is None or image.size == size:
        return image
    return image.resize(size, Image.Resampling.LANCZOS)
