"""Color islands: patches of another hue where the photo has one color, as green in a cheek."""

import torch
import torch.nn.functional as F
from torch import Tensor

# Pixels of a side of the blocks that are compared. Dots and strokes of broken color are smaller and
# average out.
_BLOCK = 8
_LEAST_BLOCKS = 24  # of a region
_CLOSE = 0.08  # difference of color up to which two blocks beside each other are one region
_RIDGE = 1e-4


def color_islands(result: Tensor, photo: Tensor, flat: Tensor) -> float:
    """Measure the RMS of chroma in regions that are even in the photo, beyond what it explains.

    Both are (1, 3, H, W) in [0, 1] of one size; `flat` are the flat areas of the photo, (1, 1, H,
    W). In each region the chroma of blocks of 8 pixels is
    predicted from the photo's color by least squares, so a sky that turns from blue to white may
    turn from green to yellow. What remains is counted: 0 is best, 0.1 is a patch of another hue.
    NaN says that the photo has no even region.
    """
    if min(photo.shape[2:]) < _BLOCK:
        return float("nan")
    even = _blocks(flat) > 0.9
    colors, chroma = _blocks(photo), _chroma(_blocks(result))
    labels = _label_regions(even, colors)[0, 0]
    squares, count = chroma.new_zeros(()), 0
    for label in labels.unique()[1:]:  # the first is 0, no region
        inside = labels == label
        if int(inside.sum()) >= _LEAST_BLOCKS:
            rest = _unexplained(chroma[0, :, inside].T, colors[0, :, inside].T)
            squares, count = squares + rest.square().sum(), count + len(rest)
    return float((squares / count).sqrt()) if count else float("nan")


def _blocks(picture: Tensor) -> Tensor:
    return F.avg_pool2d(picture, _BLOCK)


def _chroma(picture: Tensor) -> Tensor:
    """Give two coordinates of chroma (1, 2, h, w): red-green and yellow-blue."""
    red, green, blue = picture.unbind(1)
    return torch.stack([(red - green) / 2**0.5, (red + green - 2 * blue) / 6**0.5], 1)


def _label_regions(even: Tensor, colors: Tensor) -> Tensor:
    """Number the regions of connected blocks (1, 1, h, w) that are even and close in color.

    0 is no region. Each block starts with a number of its own, and neighbors take the larger one
    until nothing changes.
    """
    height, width = even.shape[2:]
    own = torch.arange(1, height * width + 1, device=even.device).view(even.shape) * even
    across = even[..., 1:] & even[..., :-1] & _is_close(colors[..., 1:], colors[..., :-1])
    down = even[..., 1:, :] & even[..., :-1, :] & _is_close(colors[..., 1:, :], colors[..., :-1, :])
    while True:
        before = own.clone()
        larger = torch.maximum(own[..., 1:], own[..., :-1])
        own[..., :-1] = torch.where(across, larger, own[..., :-1])
        own[..., 1:] = torch.where(across, torch.maximum(own[..., :-1], own[..., 1:]), own[..., 1:])
        larger = torch.maximum(own[..., 1:, :], own[..., :-1, :])
        own[..., :-1, :] = torch.where(down, larger, own[..., :-1, :])
        own[..., 1:, :] = torch.where(
            down, torch.maximum(own[..., :-1, :], own[..., 1:, :]), own[..., 1:, :]
        )
        if torch.equal(before, own):
            return own


def _is_close(one: Tensor, other: Tensor) -> Tensor:
    close: Tensor = (one - other).abs().amax(1, keepdim=True) < _CLOSE
    return close


def _unexplained(chroma: Tensor, colors: Tensor) -> Tensor:
    """Subtract from chroma (N, 2) what a linear function of the photo's colors (N, 3) predicts."""
    seen = colors - colors.mean(0)
    wanted = chroma - chroma.mean(0)
    ridge = _RIDGE * len(seen) * torch.eye(3, dtype=seen.dtype, device=seen.device)
    slopes: Tensor = torch.linalg.solve(seen.T @ seen + ridge, seen.T @ wanted)
    return wanted - seen @ slopes
