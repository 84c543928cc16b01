"""Contrast by band: a painting gets as much contrast at each scale as the artwork has.

Strokes overlap and are averaged, and averages are a little soft. So the painting is split into the
bands of a Laplacian pyramid (Burt and Adelson 1983, "The Laplacian Pyramid as a Compact Image
Code"), each band is scaled to the artwork's contrast, and all are added up again.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

BANDS = 4  # octaves: details of about 2, 4, 8 and 16 pixels
_LEAST_GAIN, _MOST_GAIN = 0.7, 2.5
# Where a band has this many times its mean contrast, half of the gain is left: a hard edge that is
# amplified in full gets a white rim.
_STRONG = 3.0
_QUIET = 1e-4  # RMS below which a band holds rounding errors only


def band_contrast(picture: Tensor) -> Tensor:
    """Measure RMS contrasts (BANDS,), fine to coarse, of a picture (1, 3, H, W) in [0, 1].

    Both sides are at least 16 pixels.
    """
    bands, _ = _split(picture)
    return torch.stack([band.square().mean().sqrt() for band in bands])


def match_contrast_(picture: Tensor, wanted: Tensor, share: float = 1.0) -> Tensor:
    """Scale the bands of a picture (1, 3, H, W) in [0, 1] to the contrasts wanted (BANDS,).

    `share`, 0 to 1, says how far to go. Both sides are divisible by 16. The picture is changed in
    place and returned.
    """
    bands, base = _split(picture)
    for band, target in zip(reversed(bands), wanted.flip(0), strict=True):  # coarse to fine
        rms = band.square().mean().sqrt()
        base = _enlarge(base, band.shape[-2:])
        if rms > _QUIET:
            gain = (target / rms).clamp(_LEAST_GAIN, _MOST_GAIN)
            base += band * (1 + share * (gain - 1) * _headroom(band, rms))
        else:
            base += band
    return picture.copy_(base.clamp_(0, 1))


def blend_contrasts(contrasts: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """Blend the band contrasts (BANDS,) of several artworks; the weights sum to one."""
    shares = torch.tensor(weights, device=contrasts[0].device)
    return (torch.stack(list(contrasts)) * shares[:, None]).sum(0)


def _headroom(band: Tensor, rms: Tensor) -> Tensor:
    """Compute the share of a gain that each place can take, (1, 1, H, W): 1 where the band is 0."""
    strength = band.mean(1, keepdim=True) / (_STRONG * rms)
    return strength.square_().add_(1).reciprocal_()


def _split(picture: Tensor) -> tuple[list[Tensor], Tensor]:
    """Split a picture (1, 3, H, W) into bands, fine to coarse, each half as large, and the rest."""
    bands = []
    for _ in range(BANDS):
        smaller = _halve(picture)
        bands.append(picture - _enlarge(smaller, picture.shape[-2:]))
        picture = smaller
    return bands, picture


def _halve(x: Tensor) -> Tensor:
    """Halve the sides of x (1, C, H, W).

    The kernel 1 3 3 1 has a zero at the finest frequency, so no pattern of two pixels is folded
    into the coarser bands, where a gain would turn it into a lattice.
    """
    kernel = x.new_tensor([1.0, 3.0, 3.0, 1.0]) / 8
    flat = F.pad(x.transpose(0, 1), (1, 1, 1, 1), mode="reflect")  # (C, 1, H + 2, W + 2)
    rows = F.conv2d(flat, kernel.view(1, 1, 4, 1), stride=(2, 1))  # (C, 1, H / 2, W + 2)
    halved = F.conv2d(rows, kernel.view(1, 1, 1, 4), stride=(1, 2))  # (C, 1, H / 2, W / 2)
    return halved.transpose(0, 1)


def _enlarge(x: Tensor, size: torch.Size) -> Tensor:
    return F.interpolate(x, size, mode="bilinear", align_corners=False)
