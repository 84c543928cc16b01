"""Measure the distance of a picture from its photo and from its artwork, by a feature network.

A small distance means little if the picture was made to be close in the same features. So each
table names the metric, and tells its part in training.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from style_transfer.core.spec import FEATURES
from style_transfer.features.builtin import FeatureNet, load_features
from style_transfer.features.losses import extract, moments_of
from style_transfer.features.vgg import LAYERS, TAPS
from style_transfer.training.channel_std import measure_channel_std
from style_transfer.training.distillation import load_teacher

_STYLE = TAPS
_CONTENT = TAPS[2:4]  # relu3_1 and relu4_1, as in the content losses


@dataclass(frozen=True)
class Metric:
    """A network that compares pictures, and its title, which also tells its part in training."""

    features: FeatureNet
    title: str

    def encode(self, picture: Tensor) -> dict[str, Tensor]:
        """Encode picture (1, 3, H, W), RGB in [0, 1], to features: layer -> (1, C, h, w).

        Each channel is divided by its usual standard deviation.
        """
        with torch.no_grad():
            return extract(self.features, picture, TAPS)


def load_metric(name: str, artworks: list[Tensor], device: torch.device) -> Metric:
    """Load `builtin`, `vgg19`, or a slimmed VGG-19 from a safetensors file by its path.

    A file does not hold the standard deviations of its channels, so they are measured over artworks
    (1, 3, H, W). Raises ModelMissingError if the file is missing or is not such a network.
    """
    if name in FEATURES:
        role = "the features of the methods" if name == "builtin" else "no part in training"
        return Metric(load_features(name, device), f"{name} ({role})")
    network = load_teacher(Path(name)).to(device)
    channel_std = _channel_std_over(network, artworks)
    title = f"{Path(name).name} (the teacher of builtin; no loss of a painting)"
    return Metric(FeatureNet(network, channel_std), title)


def _channel_std_over(network: torch.nn.Module, artworks: list[Tensor]) -> dict[str, Tensor]:
    # The mean of the deviations within each artwork, because the deviation over all artworks would
    # also contain the differences between them.
    parts = [measure_channel_std(network, [artwork], LAYERS) for artwork in artworks]
    return {name: torch.stack([part[name] for part in parts]).mean(0) for name in LAYERS}


def content_distance(painted: Mapping[str, Tensor], photo: Mapping[str, Tensor]) -> float:
    """Measure the root mean squared difference of features, relative to the photo's deviation.

    It is 0 for the photo itself and about 1 for another photo. Both arguments are layer ->
    (1, C, h, w).
    """
    parts = []
    for name in _CONTENT:
        # Two independent pictures differ by twice the variance, which gives 1 for another photo.
        variance = photo[name].var((2, 3)).mean()
        parts.append(((painted[name] - photo[name]).square().mean() / (2 * variance)).sqrt())
    return float(torch.stack(parts).mean())


def style_distance(painted: Mapping[str, Tensor], artwork: Mapping[str, Tensor]) -> float:
    """Measure how far means and covariances of channels are from the artwork's; 0 if equal.

    Each distance is relative to the norm of the artwork's statistic. The result is the mean of the
    distances, not of their squares, over both statistics and over layers. Both arguments are
    layer -> (1, C, h, w).
    """
    parts = []
    for name in _STYLE:
        own, wanted = moments_of(painted[name]), moments_of(artwork[name])
        mean = (own.mean - wanted.mean).norm() / wanted.mean.norm()  # of means (C,)
        covariance = (own.covariance - wanted.covariance).norm() / wanted.covariance.norm()
        parts.append((mean + covariance) / 2)
    return float(torch.stack(parts).mean())
