"""Contrast by band: a painting gets as much contrast at each scale as the artwork has.

Strokes overlap and are averaged, and averages are a little soft. So the painting is split into the
bands of a Laplacian pyramid (Burt and Adelson 1983, "The Laplacian Pyramid as a Compact Image
Code"), each band is scaled to the artwork's contrast, and all are added up again.

Hard edges get less of these gains, so that they have no rims, and they stay soft. So the finest
details are then amplified once more, and no pixel leaves the range of the pixels around it. Edges
become steeper, and have no rims either.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.imaging.tensors import bands_of_rows

BANDS = 4  # octaves: details of about 2, 4, 8 and 16 pixels
_LEAST_GAIN, _MOST_GAIN = 0.7, 2.5
# Where a band has this many times its mean contrast, half of the gain is left: a hard edge that is
# amplified in full gets a white rim.
_STRONG = 3.0
_QUIET = 1e-4  # RMS below which a band holds rounding errors only
# The finest band is sharpened last. Weak details are grain and are spared, so the others get more.
_SHARPENED, _MOST_SHARPENED = 2.5, 4.0  # times the contrast that is missing, and its largest gain
_WEAK = 0.75  # of the RMS; a detail of this strength gets half of the gain
_REACH = 2  # pixels on each side whose range limits the sharpening


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
            base += band * (1 + share * (gain - 1) * _weakness(band, _STRONG * rms))
        else:
            base += band
    picture.copy_(base.clamp_(0, 1))
    return _sharpen_(picture, wanted[0], share)


def _sharpen_(picture: Tensor, wanted: Tensor, share: float) -> Tensor:
    """Amplify the finest band of a picture (1, 3, H, W) to an RMS contrast, within local ranges."""
    detail = _enlarge(_halve(picture), picture.shape[-2:])
    torch.sub(picture, detail, out=detail)
    rms = torch.linalg.vector_norm(detail) / detail.numel() ** 0.5
    if rms <= _QUIET:
        return picture
    gain = share * (_SHARPENED * (wanted / rms - 1)).clamp(0, _MOST_SHARPENED)
    for rows in bands_of_rows(picture):
        first, last = max(0, rows.start - _REACH), min(picture.shape[2], rows.stop + _REACH)
        lowest, highest = (
            each[..., rows.start - first : rows.stop - first, :]
            for each in _ranges(picture[..., first:last, :])
        )
        sharpened = detail[..., rows, :]
        sharpened *= gain * (1 - _weakness(sharpened, _WEAK * rms))
        sharpened += picture[..., rows, :]
        torch.clamp(sharpened, lowest, highest, out=sharpened)
    return picture.copy_(detail)


def _ranges(x: Tensor) -> tuple[Tensor, Tensor]:
    """Find the least and the largest value within _REACH of each pixel of x (1, C, H, W)."""
    padded = F.pad(x, (_REACH,) * 4, mode="replicate")
    return _extremes(padded, torch.minimum), _extremes(padded, torch.maximum)


def _extremes(x: Tensor, pick: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Pick from each square of 2 * _REACH + 1 pixels of x; torch's pooling is slower."""
    for axis in (-2, -1):
        length = x.shape[axis] - 2 * _REACH
        picked = x.narrow(axis, 0, length)
        for step in range(1, 2 * _REACH + 1):
            picked = pick(picked, x.narrow(axis, step, length))
        x = picked
    return x


def blend_contrasts(contrasts: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """Blend the band contrasts (BANDS,) of several artworks; the weights sum to one."""
    shares = torch.tensor(weights, device=contrasts[0].device)
    return (torch.stack(list(contrasts)) * shares[:, None]).sum(0)


def _weakness(band: Tensor, half: Tensor) -> Tensor:
    """Tell how weak each place of a band is: (1, 1, H, W), 1 at strength 0, 0.5 at `half`."""
    strength = band.mean(1, keepdim=True) / half
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
