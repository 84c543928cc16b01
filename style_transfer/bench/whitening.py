"""The plain any-style recipe with which `fast` is compared: whitening and coloring.

Li et al. 2017, "Universal Style Transfer via Feature Transforms": the picture is encoded, its
features are whitened and get the artwork's covariance, and it is decoded again to a picture. This
repeats from the deepest level to the finest. Encoder and decoder are those of `fast`.
"""

import torch
from torch import Tensor

from style_transfer.features.vgg import reflect_to
from style_transfer.methods.fast.decoder import COLORS, STRIDE
from style_transfer.methods.fast.network import AffineMap, Painter

LEVELS = (4, 3, 2, 1)
ALPHA = 0.6  # the share of the transformed features in the blend
_LEAST = 1e-4  # directions below this share of the largest eigenvalue carry no information


@torch.no_grad()
def paint(photo: Tensor, artwork: Tensor, painter: Painter) -> Tensor:
    """Paint photo (1, 3, H, W) in the style of artwork (1, 3, h, w), both in [0, 1]."""
    height, width = photo.shape[2:]
    picture, style = reflect_to(photo, STRIDE), reflect_to(artwork, STRIDE)
    for level in LEVELS:
        maps = _transform(
            painter.encode(picture, level)[level], painter.encode(style, level)[level]
        )
        for lower in range(level, 1, -1):
            maps = painter.decode_level(lower, maps, _unmoved(painter, lower))
        picture = maps[:, -COLORS:].clamp(0, 1)
    return picture[..., :height, :width]


def _transform(own: Tensor, wanted: Tensor) -> Tensor:
    flat, style = (maps[0].flatten(1).double() for maps in (own, wanted))  # (C, h*w) each
    mean, style_mean = flat.mean(1, keepdim=True), style.mean(1, keepdim=True)
    whitened = _power(_covariance(flat), -0.5) @ (flat - mean)
    colored = _power(_covariance(style), 0.5) @ whitened + style_mean
    return flat.lerp(colored, ALPHA).to(own.dtype).view_as(own)


def _covariance(flat: Tensor) -> Tensor:
    floor = 1e-5 * torch.eye(len(flat), dtype=flat.dtype, device=flat.device)
    return torch.cov(flat, correction=0) + floor


def _power(covariance: Tensor, exponent: float) -> Tensor:
    values, vectors = torch.linalg.eigh(covariance)
    kept = values > _LEAST * values.max()
    values, vectors = values[kept], vectors[:, kept]
    power: Tensor = (vectors * values**exponent) @ vectors.T
    return power


def _unmoved(painter: Painter, level: int) -> AffineMap:
    width = painter.decoder.width(level)
    same = torch.eye(width, device=painter.device)
    return same[None], torch.zeros(1, width, device=painter.device)
