"""Losses of a picture: against the features of the photo, and the statistics of the artwork's.

The texture of a feature map is described by statistics without positions: the means of its
channels and their covariance (Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural
Networks"). Each channel is first divided by its usual standard deviation over artworks. So no
channel with large values dominates the others, and the same loss weights fit every feature network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from style_transfer.imaging.color import sum_weighted

# The least standard deviation, as a share of the mean one. Without it, channels that are almost
# always 0 would be enlarged to the size of the others.
_QUIET = 0.1
_EPSILON = 1e-6


class Features(Protocol):
    """A feature network: it turns a picture into the feature maps of the named layers."""

    channel_scale: dict[str, Tensor]

    def __call__(self, x: Tensor, layers: Sequence[str], /) -> dict[str, Tensor]:
        """Compute layer -> map (B, C, h, w) from x (B, 3, H, W) in [0, 1]."""
        ...


@dataclass(frozen=True)
class Moments:
    """Mean (C,) and covariance (C, C) of the channels of a feature map."""

    mean: Tensor
    covariance: Tensor

    def split(self, count: int | None = None) -> list["Moments"]:
        """Split moments (B, C) and (B, C, C) into B moments, each (1, C) and (1, C, C).

        If B is 1, the one part is repeated `count` times.
        """
        rows = range(len(self.mean))
        parts = [Moments(self.mean[i : i + 1], self.covariance[i : i + 1]) for i in rows]
        return parts * count if count and len(parts) == 1 else parts


def extract(features: Features, image: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    """Compute the feature maps (1, C, h, w) of `layers`, for image (1, 3, H, W) in [0, 1].

    Each channel is divided by its usual standard deviation.
    """
    return {
        name: activation / _spread(features.channel_scale[name])[:, None, None]
        for name, activation in features(image, layers).items()
    }


def _spread(scale: Tensor) -> Tensor:
    return torch.maximum(scale, _QUIET * scale.mean())


def moments_of(activation: Tensor) -> Moments:
    """Measure the moments of a feature map (1, C, h, w)."""
    flat = activation[0].flatten(1)  # (C, h*w)
    mean = flat.mean(1)
    centered = flat - mean[:, None]  # (C, h*w)
    return Moments(mean, centered @ centered.T / flat.shape[1])  # (C,) and (C, C)


def blend_moments(parts: Sequence[Moments], weights: Sequence[float]) -> Moments:
    """Mix textures by the weighted means of their moments; the weights sum to one.

    Li et al. 2017 blend in this way. The covariance between the artworks' means is left out: with
    it, the target would be a picture that is partly one artwork and partly the other, and not one
    with strokes between the two.
    """
    return Moments(
        sum_weighted([part.mean for part in parts], weights),
        sum_weighted([part.covariance for part in parts], weights),
    )


def style_distance(painted: Mapping[str, Moments], wanted: Mapping[str, Moments]) -> Tensor:
    """Measure the distance of moments from the wanted ones: the mean over layers, 0 if equal.

    Each difference is divided by the size of the wanted value, where Gatys et al. use plain
    squares. So a deep layer counts as much as a shallow one, without a table of weights for each
    network.
    """
    parts = [relative(painted[name].mean, wanted[name].mean) for name in wanted]
    parts += [relative(painted[name].covariance, wanted[name].covariance) for name in wanted]
    return torch.stack(parts).sum() / len(wanted)


def content_distance(painted: Mapping[str, Tensor], photo: Mapping[str, Tensor]) -> Tensor:
    """Measure the relative distance of feature maps from the photo's: the mean over layers."""
    parts = [relative(painted[name], photo[name]) for name in photo]
    return torch.stack(parts).mean()


def total_variation(image: Tensor) -> Tensor:
    """Measure the squared differences of neighboring pixels of image (1, 3, H, W), per value."""
    across = (image[..., :, 1:] - image[..., :, :-1]).square().sum()
    down = (image[..., 1:, :] - image[..., :-1, :]).square().sum()
    return (across + down) / image.numel()


def relative(value: Tensor, wanted: Tensor) -> Tensor:
    """Measure the squared difference of two tensors, divided by the squared size of `wanted`."""
    return (value - wanted).square().sum() / (wanted.square().sum() + _EPSILON)
