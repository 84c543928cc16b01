"""The map that gives feature maps the statistics of an artwork, in closed form, without training.

A level of features is treated as a Gaussian. Of all maps from one Gaussian to another, the optimal
transport map changes each feature least (Pitié & Kokaram 2007; for style transfer Mroueh 2020,
"Wasserstein Style Transfer"). So the picture gets the artwork's strokes and keeps as much of the
photo as possible. Whitening and coloring (Li et al. 2017) gives the same statistics, but with an
arbitrary rotation.
"""

import torch
from torch import Tensor

from style_transfer.core.errors import InternalError
from style_transfer.features.losses import Moments

# Added to each variance, in units of the channels' usual variance. Without it, weak differences in
# a flat sky would be amplified into strokes.
FLOOR = 0.01
MOST_GAIN = 8.0  # the most that any direction is stretched
_PLENTY = 2**16  # positions that are enough to measure moments
_AT_ONCE = 2**24  # numbers that are centered at one time, so that no whole large level is copied


def moments_of_batch(maps: Tensor) -> Moments:
    """Measure the moments of maps (B, C, H, W): mean (B, C) and covariance (B, C, C), float32.

    In a large map, every second or fourth row and column is enough, because neighbors are similar.
    """
    while maps.shape[2] * maps.shape[3] > _PLENTY:
        maps = maps[:, :, ::2, ::2]
    count = maps.shape[2] * maps.shape[3]
    mean = maps.mean((2, 3), dtype=torch.float32)
    rows = max(1, _AT_ONCE // (maps.shape[0] * maps.shape[1] * maps.shape[3]))
    parts = []
    for part in torch.split(maps, rows, 2):
        flat = part.permute(0, 2, 3, 1).flatten(1, 2)  # (B, h*W, C), a view of channels last
        centered = flat - mean[:, None]
        parts.append(centered.mT @ centered / count)
    return Moments(mean, torch.stack(parts).sum(0))


@torch.no_grad()
def transport(own: Tensor, wanted: Tensor) -> Tensor:
    """Find the symmetric matrices A (B, C, C) that map covariances `own` to `wanted`.

    A^T own A = wanted, except that FLOOR is added to the diagonals and gains are limited to
    MOST_GAIN. Raises InternalError for covariances with values that are not finite.
    """
    floor = FLOOR * torch.eye(own.shape[-1], dtype=torch.float64, device=own.device)
    own, wanted = own.double() + floor, wanted.double() + floor
    values, vectors = _eigen(own)
    root = _compose(vectors, values.sqrt())
    inverse = _compose(vectors, values.rsqrt())
    middle, axes = _eigen(root @ wanted @ root)
    found = inverse @ _compose(axes, middle.sqrt()) @ inverse
    gains, axes = _eigen(found)
    return _compose(axes, gains.clamp_max(MOST_GAIN)).float()


def _compose(vectors: Tensor, values: Tensor) -> Tensor:
    return (vectors * values[..., None, :]) @ vectors.mT


def _eigen(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Give eigenvalues, at least 1e-9, and eigenvectors of matrices; removes rounding asymmetry."""
    values: Tensor
    vectors: Tensor
    try:
        values, vectors = torch.linalg.eigh((matrix + matrix.mT) / 2)
    except torch.linalg.LinAlgError as error:  # type: ignore[attr-defined]
        raise InternalError("The picture came out with values that are not numbers.") from error
    return values.clamp_min(1e-9), vectors
