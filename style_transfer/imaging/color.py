"""Closed-form maps from one palette to another, and luminance separate from hue.

A palette is the mean and covariance of a picture's RGB values. The map from one palette to another
is the optimal transport map between two Gaussians (Pitié & Kokaram 2007, "The linear
Monge-Kantorovitch linear colour mapping"). Many linear maps give the target's mean and covariance;
this one changes each color least, so red does not become green.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from style_transfer.imaging.tensors import as_floats, bands_of_rows

# Added to each variance, because the covariance of a gray or flat picture cannot be inverted. It
# corresponds to noise of about one step of 8 bits.
_VARIANCE_FLOOR = 2e-5
# Without this limit the noise of a nearly gray photo would become the colors of a painting.
_MAX_GAIN = 4.0
LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Palette:
    """Mean (3,) and covariance (3, 3) of RGB values in [0, 1], as float64."""

    mean: Tensor
    covariance: Tensor


@dataclass(frozen=True)
class ColorMap:
    """A linear map of colors: a matrix (3, 3) times a color, plus an offset (3,), as float64."""

    matrix: Tensor
    offset: Tensor

    def __call__(self, image: Tensor) -> Tensor:
        """Move the colors of image (1, 3, H, W); they may leave [0, 1]."""
        moved = self.matrix @ image[0].flatten(1).double() + self.offset[:, None]
        return moved.to(image.dtype).reshape(image.shape)

    def to_json(self) -> dict[str, list[float]]:
        """Give the numbers: the matrix row by row, and the offset."""
        return {"matrix": self.matrix.flatten().tolist(), "offset": self.offset.tolist()}

    @classmethod
    def from_json(cls, data: Mapping[str, Sequence[float]]) -> Self:
        """Read what `to_json` gave."""
        matrix = torch.tensor(data["matrix"], dtype=torch.float64).reshape(3, 3)
        return cls(matrix, torch.tensor(data["offset"], dtype=torch.float64))


def palette_of(image: Tensor) -> Palette:
    """Measure the palette of image (1, 3, H, W), bytes or floats in [0, 1]."""
    count = image.shape[2] * image.shape[3]
    mean = torch.stack([band.sum(1) for band in _pixels_of(image)]).sum(0) / count
    centered = (band - mean[:, None] for band in _pixels_of(image))
    spread = torch.stack([band @ band.T for band in centered]).sum(0) / count
    floor = _VARIANCE_FLOOR * torch.eye(3, dtype=torch.float64, device=image.device)
    return Palette(mean, spread + floor)


def _pixels_of(image: Tensor) -> Iterator[Tensor]:
    """Yield the pixels (3, N) of an image in float64, some rows at a time."""
    for rows in bands_of_rows(image):
        yield as_floats(image.detach()[0, :, rows]).flatten(1).double()


def blend_palettes(palettes: Sequence[Palette], weights: Sequence[float]) -> Palette:
    """Compute the palette of a mixture of pictures; each gives a share of the pixels.

    The shares are `weights` and sum to one.
    """
    mean = sum_weighted([palette.mean for palette in palettes], weights)
    spreads = [
        palette.covariance + torch.outer(palette.mean - mean, palette.mean - mean)
        for palette in palettes
    ]
    return Palette(mean, sum_weighted(spreads, weights))


def sum_weighted(parts: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """Add up tensors of one shape, each times its weight."""
    return torch.stack([part * weight for part, weight in zip(parts, weights, strict=True)]).sum(0)


def match_palette(image: Tensor, target: Palette) -> Tensor:
    """Move the colors of image (1, 3, H, W) to the target's mean and covariance, within [0, 1]."""
    return move_between(palette_of(image), target)(image)


def match_each(images: Tensor, target: Palette) -> Tensor:
    """Move the colors of each of images (B, 3, H, W) to the target, within [0, 1], in one pass."""
    own = [palette_of(image) for image in images[:, None]]
    mean = torch.stack([each.mean for each in own])
    transport = _transport(torch.stack([each.covariance for each in own]), target.covariance)
    moved = transport @ (images.flatten(2).double() - mean[..., None]) + target.mean[:, None]
    return moved.to(images.dtype).reshape(images.shape).clamp(0, 1)


def move_between(own: Palette, target: Palette) -> Callable[[Tensor], Tensor]:
    """Make a function that moves one palette to another in pictures (1, 3, H, W) or parts of them.

    Its output is within [0, 1].
    """
    move = move_freely_between(own, target)
    return lambda image: move(image).clamp(0, 1)


def move_freely_between(own: Palette, target: Palette) -> ColorMap:
    """Make the same function as `move_between`, without the limit to [0, 1]."""
    matrix = _transport(own.covariance, target.covariance)
    return ColorMap(matrix, target.mean - matrix @ own.mean)


def with_colors_of(painting: Tensor, photo: Tensor) -> Tensor:
    """Return the luminance of the painting with the hue and saturation of the photo.

    Both are (1, 3, H, W) in [0, 1].
    """
    return with_luma(photo, luma_of(painting))


def toward_colors_of(painting: Tensor, photo: Tensor) -> Tensor:
    """Return the painting with hue and saturation halfway to the photo's, at its own luminance.

    A palette holds how much red and green a picture has, but not where. A palette match alone
    could balance a red hat with green on the face below it; this step prevents that. Both pictures
    are (1, 3, H, W) in [0, 1].
    """
    return with_luma(painting.lerp(photo, 0.5), luma_of(painting))


def with_luma(image: Tensor, luma: Tensor) -> Tensor:
    """Return image (1, 3, H, W) with its own hue and saturation at luminance (1, 1, H, W).

    Where a color does not fit into [0, 1] at its new luminance, it moves toward the gray of that
    luminance. So neither hue nor luminance changes.
    """
    chroma = image - luma_of(image)
    # How far each channel can move before it reaches 0 or 1.
    room = torch.where(chroma > 0, 1 - luma, luma)  # (B, 3, H, W)
    fit = (room / chroma.abs().clamp_min(1e-6)).amin(1, keepdim=True).clamp(0, 1)
    return (luma + chroma * fit).clamp(0, 1)


def luma_of(image: Tensor) -> Tensor:
    """Measure the luminance (1, 1, H, W) of image (1, 3, H, W)."""
    weights = torch.tensor(LUMA, dtype=image.dtype, device=image.device)[:, None, None]
    return (image * weights).sum(1, keepdim=True)


def _transport(own: Tensor, wanted: Tensor) -> Tensor:
    """Find the symmetric matrices that map covariances (..., 3, 3) to `wanted`, with limited gain.

    This runs on the CPU: a GPU is slower for small matrices, and each step would wait for it.
    """
    spread, target = own.cpu(), wanted.cpu()
    root, inverse_root = _power(spread, 0.5), _power(spread, -0.5)
    # T = S^-1/2 (S^1/2 W S^1/2)^1/2 S^-1/2: symmetric, and T S T = W.
    transport = inverse_root @ _power(root @ target @ root, 0.5) @ inverse_root
    return _limit_gain(transport).to(own.device)


def _power(covariance: Tensor, exponent: float) -> Tensor:
    """Raise symmetric positive matrices to a power."""
    values, vectors = _eigen(covariance)
    powers: Tensor = values.clamp_min(1e-12) ** exponent
    return (vectors * powers[..., None, :]) @ vectors.mT


def _limit_gain(transport: Tensor) -> Tensor:
    """Limit how much symmetric maps stretch in any direction."""
    values, vectors = _eigen(transport)
    return (vectors * values.clamp_max(_MAX_GAIN)[..., None, :]) @ vectors.mT


def _eigen(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Give eigenvalues and eigenvectors of symmetric matrices; removes asymmetry from rounding."""
    values: Tensor
    vectors: Tensor
    values, vectors = torch.linalg.eigh((matrix + matrix.mT) / 2)
    return values, vectors
