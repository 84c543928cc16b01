"""The plain any-style recipe with which `fast` is compared: whitening and coloring.

Li et al. 2017, "Universal Style Transfer via Feature Transforms": the picture is encoded, its
features are whitened and then get the artwork's covariance, and they are decoded to a picture. This
is repeated for each level, from the deepest to the shallowest. Encoder and decoder are those of
`fast`.
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
        )  # (1, C, h, w)
        for lower in range(level, 1, -1):
            maps = painter.decode_level(lower, maps, _identity_map(painter, lower))
        # The last channels of a level are colors; of level 1 they are the picture (1, 3, H, W).
        picture = maps[:, -COLORS:].clamp(0, 1)
    return picture[..., :height, :width]


def _transform(own: Tensor, wanted: Tensor) -> Tensor:
    """Whiten features (1, C, h, w), and give them the moments of others (1, C, h', w').

    ALPHA is how far they move. It computes in float64, because inverse roots of small eigenvalues
    enlarge rounding errors.
    """
    flat, style = (maps[0].flatten(1).double() for maps in (own, wanted))  # (C, h*w) each
    mean, style_mean = flat.mean(1, keepdim=True), style.mean(1, keepdim=True)
    whitened = _power(_covariance(flat), -0.5) @ (flat - mean)
    colored = _power(_covariance(style), 0.5) @ whitened + style_mean
    return flat.lerp(colored, ALPHA).to(own.dtype).view_as(own)


def _covariance(flat: Tensor) -> Tensor:
    """Measure the covariance (C, C) of features (C, N); a small floor keeps it invertible."""
    floor = 1e-5 * torch.eye(len(flat), dtype=flat.dtype, device=flat.device)
    return torch.cov(flat, correction=0) + floor


def _power(covariance: Tensor, exponent: float) -> Tensor:
    """Raise a covariance (C, C) to a power; directions without information become zero."""
    values, vectors = torch.linalg.eigh(covariance)
    kept = values > _LEAST * values.max()
    values, vectors = values[kept], vectors[:, kept]
    power: Tensor = (vectors * values**exponent) @ vectors.T
    return power


def _identity_map(painter: Painter, level: int) -> AffineMap:
    """Make the map that changes nothing, (1, C, C) and (1, C)."""
    width = painter.decoder.width(level)
    same = torch.eye(width, device=painter.device)
    return same[None], torch.zeros(1, width, device=painter.device)
