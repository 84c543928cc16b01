"""What a picture is judged by: the features of the photo, and the statistics of the artwork's.

A texture is what remains of a feature map when places are forgotten: the means of its channels
and how they vary together (Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural
Networks"). Channels are divided by their usual spread over artworks first, so that no loud
channel drowns the others and one set of weights serves every feature network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from style_transfer.imaging.color import sum_weighted

# Channels that hardly ever fire would be blown up to the size of the others.
_QUIET = 0.1
_EPSILON = 1e-6


class Features(Protocol):
    """A feature network: a picture in, the maps of the layers asked for out."""

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
        """Take moments (B, C) and (B, C, C) apart, each (1, C) and (1, C, C).

        One of them may stand for `count`.
        """
        rows = range(len(self.mean))
        parts = [Moments(self.mean[i : i + 1], self.covariance[i : i + 1]) for i in rows]
        return parts * count if count and len(parts) == 1 else parts


def extract(features: Features, image: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    """Compute the maps (1, C, h, w) of some layers, each channel divided by its usual spread."""
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
    centered = flat - mean[:, None]
    return Moments(mean, centered @ centered.T / flat.shape[1])


def blend_moments(parts: Sequence[Moments], weights: Sequence[float]) -> Moments:
    """Mix textures by weighted means of their moments; the weights sum to one.

    Li et al. 2017 blend so. The covariance between the artworks' means is left out: it would ask
    for a picture that is part one artwork and part the other, not for strokes between the two.
    """
    return Moments(
        sum_weighted([part.mean for part in parts], weights),
        sum_weighted([part.covariance for part in parts], weights),
    )


def style_distance(painted: Mapping[str, Moments], wanted: Mapping[str, Moments]) -> Tensor:
    """Measure how far moments are from those wanted: the mean over layers, 0 if all are equal.

    Each part is relative to the size of what is wanted, where the paper takes plain squares: a
    deep layer then counts as much as a shallow one, without a table of weights for each network.
    """
    parts = [relative(painted[name].mean, wanted[name].mean) for name in wanted]
    parts += [relative(painted[name].covariance, wanted[name].covariance) for name in wanted]
    return torch.stack(parts).sum() / len(wanted)


def content_distance(painted: Mapping[str, Tensor], photo: Mapping[str, Tensor]) -> Tensor:
    """Measure how far feature maps are from the photo's: the mean over layers, relative."""
    parts = [relative(painted[name], photo[name]) for name in photo]
    return torch.stack(parts).mean()


def total_variation(image: Tensor) -> Tensor:
    """Measure squared differences of neighboring pixels of image (1, 3, H, W)."""
    across = (image[..., :, 1:] - image[..., :, :-1]).square().sum()
    down = (image[..., 1:, :] - image[..., :-1, :]).square().sum()
    return (across + down) / image.numel()


def relative(value: Tensor, wanted: Tensor) -> Tensor:
    """Measure the squared difference of two tensors relative to the size of the one wanted."""
    return (value - wanted).square().sum() / (wanted.square().sum() + _EPSILON)
