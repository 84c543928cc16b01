"""Find the areas that are flat in a photo, such as sky, walls and still water."""

from torch import Tensor

from style_transfer.bench.measures.blur import gaussian_blur

_SIGMA = 6.0  # pixels around a pixel that are compared with it
# RMS of the differences of color around a pixel. The grain of a sky is below, and so is its slow
# change of color; leaves, waves and every edge are above.
_FLAT = 0.025


def find_flat_areas(photo: Tensor) -> Tensor:
    """Mark the pixels of a photo (1, 3, H, W) in [0, 1] whose surroundings have one color.

    The result (1, 1, H, W) is 1 there and 0 elsewhere, also within about 12 pixels of an edge.
    """
    mean = gaussian_blur(photo, _SIGMA)
    variance = gaussian_blur(photo.square(), _SIGMA) - mean.square()
    return (variance.mean(1, keepdim=True) < _FLAT**2).to(photo.dtype)
