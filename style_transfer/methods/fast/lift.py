"""Local contrast of a photo, raised where it is low, so that a face in the shade stays a face.

A painting is built from marks. Shapes that differ little all become the one mark that is nearest,
so eyes and mouths are lost where the photo hardly varies. Before the encoder sees the photo, its
lightness is therefore spread around the local mean, and deep shade is raised.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.imaging.color import LUMA
from style_transfer.imaging.tensors import as_floats, bands_of_rows

_SIDE = 96  # pixels: the root of the area of the small picture that local means are taken on
_SIGMA = 4.0  # pixels of the small picture: about a twentieth of a photo's side
_DEVIATION = 0.12  # the local standard deviation of lightness to aim at
_NOISE = 0.05  # added to the measured deviation, so that noise in a flat sky is not raised much
_MOST_GAIN = 2.5
_SHADE, _RAISE = 0.35, 0.5  # a mean below _SHADE goes half of the way up to it


@torch.no_grad()
def lift(photo: Tensor, share: float = 1.0) -> Tensor:
    """Raise the local contrast of photos (B, 3, H, W), bytes or floats in [0, 1]; returns bytes.

    `share`, 0 to 1, says how far to go. Each photo changes by its own lightness alone, to the bit
    whatever else is in the batch.
    """
    return torch.cat([_lift_one(each, share) for each in photo.split(1)])


def _lift_one(photo: Tensor, share: float) -> Tensor:
    height, width = photo.shape[2:]
    luma = torch.cat([_luma(photo[..., rows, :]) for rows in bands_of_rows(photo)], 2)
    mean, gain = _local_statistics(luma)  # (1, 1, h, w)
    columns = _interpolation(width, mean.shape[3], mean).mT  # (w, W)
    down = _interpolation(height, mean.shape[2], mean)  # (H, h)
    lifted = torch.empty_like(photo, dtype=torch.uint8)
    # In bands of rows, so that no second picture in floats is held beside the photo.
    for rows in bands_of_rows(photo):
        low, more = (down[rows] @ each @ columns for each in (mean, gain))  # (1, 1, rows, W)
        change = (luma[..., rows, :] - low) * (more - 1) + (_SHADE - low).clamp_min(0) * _RAISE
        band = as_floats(photo[..., rows, :]) + share * change
        lifted[..., rows, :] = band.clamp_(0, 1).mul_(255).round_().byte()
    return lifted


def _luma(band: Tensor) -> Tensor:
    weights = torch.tensor(LUMA, device=band.device).view(1, 3, 1, 1)
    return (as_floats(band) * weights).sum(1, keepdim=True)  # (1, 1, rows, W)


def _local_statistics(luma: Tensor) -> tuple[Tensor, Tensor]:
    """Compute the local mean of luma (1, 1, H, W) and the gain around it, both (1, 1, h, w)."""
    height, width = luma.shape[2:]
    factor = min(1.0, _SIDE / (height * width) ** 0.5)
    size = (max(1, round(height * factor)), max(1, round(width * factor)))
    mean, square = (_blur(F.interpolate(x, size, mode="area")) for x in (luma, luma.square()))
    deviation = (square - mean.square()).clamp_min_(0).sqrt_()
    return mean, (_DEVIATION / (deviation + _NOISE)).clamp_(1, _MOST_GAIN)


def _blur(x: Tensor) -> Tensor:
    """Blur small maps (1, 1, h, w) by a Gaussian; the border is repeated outwards."""
    reach = round(3 * _SIGMA)
    offsets = torch.arange(-reach, reach + 1, device=x.device)
    kernel = torch.exp(-offsets.square() / (2 * _SIGMA**2))
    kernel = kernel / kernel.sum()
    x = F.pad(x, (reach, reach, reach, reach), mode="replicate")
    return F.conv2d(F.conv2d(x, kernel.view(1, 1, -1, 1)), kernel.view(1, 1, 1, -1))


def _interpolation(large: int, small: int, like: Tensor) -> Tensor:
    """Return the matrix (large, small) that enlarges one side bilinearly.

    As a matrix, its rows give a band of the enlarged picture without the rest.
    """
    eye = torch.eye(small, device=like.device)[None]  # (1, small, small): a channel a column
    return F.interpolate(eye, large, mode="linear", align_corners=False)[0].mT
