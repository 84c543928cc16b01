"""Check a painting that another way than the reference has made.

The gate proves that a variant paints well on a few pictures. A driver, an engine or a number out of
range can still break the next one. These checks compare a painting with its photo. A false alarm
costs time only: the picture is painted again by the reference, and shown as that paints it.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.core.errors import InternalError
from style_transfer.imaging.lattice import lattice_share
from style_transfer.imaging.tensors import as_floats, bands_of_rows

_FLAT, _VARIED = 2 / 255, 0.1  # ranges of a channel
_MOST_CLIPPED = 0.5  # the share of values that are 0 or 1, beyond that of the photo
# How far a border may differ from what is beside it, beyond the difference in the photo. A frame in
# the photo may get as much more contrast as other edges get.
_FRAME, _FRAME_OF_PHOTO = 0.25, 1.5
_BORDER = 2  # pixels
_WINDOW, _MOST_WINDOWS = 64, 48
_BLUR = 5  # pixels; what this mean removes is compared, so gradients of a sky do not count
_SKY = 0.02  # the deviation of details below which a window of the photo is flat
_WEAVE = 0.03  # the deviation above which a window of the painting has something to see
_MOST_LATTICE = 0.5  # the share of what is seen that repeats
_PERIODS = (2, 3, 4)


class BrokenResultError(InternalError):
    """A painting is broken in a way that the reference may not repeat."""


def check_result(painted: Tensor, photo: Tensor) -> None:
    """Raise BrokenResultError if any painting (B, 3, H, W) of photos (B, 3, h, w) is broken.

    Both are bytes or floats in [0, 1]. A painting is broken if it has values that are not numbers,
    one color where its photo has several, mostly clipped colors, a frame, or a lattice in the sky.
    """
    for one, beside in zip(painted.split(1), photo.split(1), strict=True):
        fault = _fault_of(one, beside)
        if fault:
            raise BrokenResultError(f"The picture came out {fault}.")


def _fault_of(painted: Tensor, photo: Tensor) -> str:
    if not all(bool(painted[:, :, rows].isfinite().all()) for rows in bands_of_rows(painted)):
        return "with values that are not numbers"
    if _range(painted) < _FLAT and _range(photo) > _VARIED:
        return "in one color"
    if _clipped(painted) > _MOST_CLIPPED + _clipped(photo):
        return "with clipped colors"
    if _has_frame(painted, photo):
        return "with a frame"
    if painted.shape == photo.shape and _has_lattice(painted, photo):
        return "with a lattice"
    return ""


def _range(picture: Tensor) -> float:
    lowest, highest = as_floats(picture.amin((0, 2, 3))), as_floats(picture.amax((0, 2, 3)))
    return float((highest - lowest).max())


def _clipped(picture: Tensor) -> float:
    """Compute the share of values that are shown as 0 or 255."""
    every = as_floats(picture[..., ::2, ::2])
    return float(((every < 0.5 / 255) | (every > 254.5 / 255)).float().mean())


def _has_frame(painted: Tensor, photo: Tensor) -> bool:
    """Tell whether a border stands out on any side, and did not in the photo."""
    if min(painted.shape[2:]) < 8 * _BORDER:
        return False
    steps, usual = _border_steps(painted), _border_steps(photo)
    return any(
        step > _FRAME + _FRAME_OF_PHOTO * other for step, other in zip(steps, usual, strict=True)
    )


def _border_steps(picture: Tensor) -> list[float]:
    """Measure how far the color of each border is from that of the next rows or columns."""
    steps = []
    for turned in (picture, picture.flip(2), picture.mT, picture.mT.flip(2)):
        border = as_floats(turned[:, :, :_BORDER]).mean((2, 3))
        beside = as_floats(turned[:, :, _BORDER : 3 * _BORDER]).mean((2, 3))
        steps.append(float((border - beside).abs().max()))
    return steps


def _has_lattice(painted: Tensor, photo: Tensor) -> bool:
    """Tell whether the flat windows of the photo have a strong lattice in the painting."""
    if min(painted.shape[2:]) < _WINDOW:
        return False
    seen, beside = (_details(_windows(each)) for each in (painted, photo))
    flat = (beside.std((2, 3)).amax(1) < _SKY) & (seen.std((2, 3)).amax(1) > _WEAVE)
    if not bool(flat.any()):
        return False
    return any(float(lattice_share(seen[flat], period)) > _MOST_LATTICE for period in _PERIODS)


def _details(windows: Tensor) -> Tensor:
    """Keep what is finer than a few pixels, away from the borders."""
    edge = _BLUR // 2
    return windows[..., edge:-edge, edge:-edge] - F.avg_pool2d(windows, _BLUR, 1)


def _windows(picture: Tensor) -> Tensor:
    """Cut out windows (N, 3, 64, 64), spread over a picture (1, 3, H, W)."""
    height, width = picture.shape[2:]
    corners = [
        (top, left)
        for top in range(0, height - _WINDOW + 1, _WINDOW)
        for left in range(0, width - _WINDOW + 1, _WINDOW)
    ]
    chosen = corners[:: max(1, len(corners) // _MOST_WINDOWS)]
    cut = [picture[..., y : y + _WINDOW, x : x + _WINDOW] for y, x in chosen]
    return as_floats(torch.cat(cut))
