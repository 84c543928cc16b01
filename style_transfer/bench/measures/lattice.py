"""A lattice of 3 or 4 pixels in flat areas: the weave of strides and of overlapping patches."""

import torch
from torch import Tensor

from style_transfer.bench.measures.blur import gaussian_blur
from style_transfer.imaging.lattice import lattice_share

# Patches are laid 3 pixels apart, and networks halve a picture twice. A period of 2 repeats every
# 4 pixels too.
_PERIODS = (3, 4)
_WINDOW, _STEP = 64, 32  # pixels
_FLAT = 0.8  # share of a window that is flat in the photo
_SIGMA = 2.0  # pixels; what this blur removes is compared, so gradients of a sky do not count


def flat_lattice_share(result: Tensor, flat: Tensor) -> float:
    """Measure the share of the fine energy in flat areas that repeats every 3 or 4 pixels.

    The result is (1, 3, H, W) in [0, 1]; `flat` are the flat areas of its photo, (1, 1, H, W). The
    larger share of the two periods counts, 0 to 1; lower is better. Noise without any order gives
    about 1/256. NaN says that no window of 64 pixels is flat in the photo.
    """
    details = _windows(result - gaussian_blur(result, _SIGMA))
    chosen = _windows(flat).mean((1, 2, 3)) >= _FLAT
    if not chosen.any():
        return float("nan")
    return max(float(lattice_share(details[chosen], period)) for period in _PERIODS)


def _windows(picture: Tensor) -> Tensor:
    """Cut a picture (1, C, H, W) into overlapping windows (N, C, 64, 64)."""
    if min(picture.shape[2:]) < _WINDOW:
        return torch.zeros(0, picture.shape[1], _WINDOW, _WINDOW, dtype=picture.dtype)
    cut = picture.unfold(2, _WINDOW, _STEP).unfold(3, _WINDOW, _STEP)  # (1, C, ny, nx, 64, 64)
    return cut[0].permute(1, 2, 0, 3, 4).flatten(0, 1)
