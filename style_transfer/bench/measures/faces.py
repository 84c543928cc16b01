"""Faces that can still be read: structural similarity of gradients, inside given boxes.

Gradients keep the outlines of eyes and mouth and leave out color and brightness, which a style may
change (Chen, Yang & Xie 2006, "Gradient-based structural similarity for image quality assessment").
"""

from collections.abc import Sequence
from statistics import mean

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.bench.measures.blur import gaussian_blur
from style_transfer.imaging.color import luma_of
from style_transfer.imaging.pyramid import resize

Box = tuple[float, float, float, float]  # left, top, right, bottom as shares of width and height

# A face is compared at this longest side, so that its features count and the strokes on its skin
# do not.
_SIDE = 96
_LEAST_SIDE = 12  # pixels of a face in the picture; a smaller one has no features
_SIGMA = 1.5  # pixels of the window of the SSIM, as Wang et al. 2004 use
_STABLE = 0.03**2  # keeps the ratio finite where both are flat


def face_similarity(result: Tensor, photo: Tensor, boxes: Sequence[Box]) -> float:
    """Compare the gradients of a result with those of its photo inside faces.

    Both are (1, 3, H, W) in [0, 1] of one size. The figure is the mean over faces: 1 is the photo
    itself and best, 0 is a face without anything in common, NaN says that there are no faces.
    """
    boxed = [box for box in boxes if min(_sides(photo, box)) >= _LEAST_SIDE]
    similar = [_similarity(_crop(result, box), _crop(photo, box)) for box in boxed]
    return mean(similar) if similar else float("nan")


def _similarity(result: Tensor, photo: Tensor) -> float:
    """Measure the contrast and structure terms of the SSIM of the gradients of two faces.

    Each place counts as much as the photo's gradient is long there.
    """
    own, other = _gradient(result), _gradient(photo)
    own_mean, other_mean = gaussian_blur(own, _SIGMA), gaussian_blur(other, _SIGMA)
    covariance = gaussian_blur(own * other, _SIGMA) - own_mean * other_mean
    spread = (
        gaussian_blur(own.square(), _SIGMA)
        - own_mean.square()
        + gaussian_blur(other.square(), _SIGMA)
        - other_mean.square()
    )
    similar = (2 * covariance + _STABLE) / (spread + _STABLE)
    # A plain mean would be that of the cheeks, which are alike in every picture.
    return float((similar * other_mean).sum() / other_mean.sum().clamp_min(1e-6))


def _gradient(picture: Tensor) -> Tensor:
    """Measure the length of the gradient (1, 1, h, w) of the luminance, by Sobel's filters."""
    luma = F.pad(luma_of(picture), (1, 1, 1, 1), "replicate")
    across = luma.new_tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
    both = F.conv2d(luma, torch.stack([across, across.T])[:, None])  # (1, 2, h, w)
    return both.square().sum(1, keepdim=True).sqrt()


def _sides(picture: Tensor, box: Box) -> tuple[float, float]:
    left, top, right, bottom = box
    return (right - left) * picture.shape[3], (bottom - top) * picture.shape[2]


def _crop(picture: Tensor, box: Box) -> Tensor:
    height, width = picture.shape[2:]
    left, right = (round(share * width) for share in box[::2])
    top, bottom = (round(share * height) for share in box[1::2])
    face = picture[..., top:bottom, left:right]
    factor = min(1.0, _SIDE / max(face.shape[2:]))
    return resize(face, (round(face.shape[3] * factor), round(face.shape[2] * factor)))
