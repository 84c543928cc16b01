"""Give fully transparent pixels colors that a network can work with.

A fully transparent pixel holds any color, often black. A network would paint strokes around that
black, and they would show at the soft edge. So such pixels get the colors around them.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]


def fill_transparent(rgb: Image.Image, alpha: Image.Image) -> Image.Image:
    """Return `rgb` with each fully transparent pixel in the colors of the visible pixels near it.

    Every visible pixel keeps its color to the bit. A picture without a visible pixel is returned
    unchanged.
    """
    hidden = np.asarray(alpha) == 0
    if not hidden.any() or hidden.all():
        return rgb
    colors = np.asarray(rgb).astype(np.float32)
    weights = np.asarray(alpha).astype(np.float32)[..., None] / np.float32(255)
    filled = _fill(colors, weights).clip(0, 255).round().astype(np.uint8)
    return Image.fromarray(np.where(hidden[..., None], filled, np.asarray(rgb)))


def _fill(colors: Floats, weights: Floats) -> Floats:
    """Replace colors (H, W, 3) where weights (H, W, 1) are 0, from a pyramid of weighted means."""
    height, width = weights.shape[:2]
    if (weights > 0).all() or height == width == 1:
        return colors
    # Hidden pixels weigh nothing, so the means of a level come from visible pixels alone.
    sums, total = _halve(colors * weights), _halve(weights)  # (H/2, W/2, 3), (H/2, W/2, 1)
    means: Floats = sums / total.clip(min=1e-6)
    coarse = _fill(means, total.clip(max=1))
    # Each coarse pixel covers 2 x 2 fine ones; at an odd edge only one of the two exists.
    near = coarse.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    return np.where(weights > 0, colors, near)


def _halve(values: Floats) -> Floats:
    """Add up blocks of 2 x 2; an odd edge is padded with zeros."""
    padded = np.pad(values, [(0, values.shape[0] % 2), (0, values.shape[1] % 2), (0, 0)])
    return padded[::2, ::2] + padded[1::2, ::2] + padded[::2, 1::2] + padded[1::2, 1::2]
