"""Measure the distance of a picture from its photo and from its artwork, by a feature network.

The figure of a network means little for a picture that was made to satisfy that network. So each
figure comes with the name of its metric, and with the metric's part in training.
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
_CONTENT = TAPS[2:4]


@dataclass(frozen=True)
class Metric:
    """A network that compares pictures, and its title, which tells its part in training."""

    features: FeatureNet
    title: str

    def encode(self, picture: Tensor) -> dict[str, Tensor]:
        """Encode picture (1, 3, H, W), RGB in [0, 1]: layer -> (1, C, h, w).

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
    spread = _channel_std_over(network, artworks)
    title = f"{Path(name).name} (taught builtin; never a loss of a painting)"
    return Metric(FeatureNet(network, spread), title)


def _channel_std_over(network: torch.nn.Module, artworks: list[Tensor]) -> dict[str, Tensor]:
    # The mean of the deviations within each artwork, not the deviation over all of them.
    parts = [measure_channel_std(network, [artwork], LAYERS) for artwork in artworks]
    return {name: torch.stack([part[name] for part in parts]).mean(0) for name in LAYERS}


def content_distance(painted: Mapping[str, Tensor], photo: Mapping[str, Tensor]) -> float:
    """Measure the root mean squared difference to the photo, relative to the photo's deviation.

    It is 0 for the photo itself and about 1 for another photo.
    """
    parts = []
    for name in _CONTENT:
        # Two independent pictures differ by twice the variance, which gives 1 for another photo.
        spread = photo[name].var((2, 3)).mean()
        parts.append(((painted[name] - photo[name]).square().mean() / (2 * spread)).sqrt())
    return float(torch.stack(parts).mean())


def style_distance(painted: Mapping[str, Tensor], artwork: Mapping[str, Tensor]) -> float:
    """Measure the relative distance of means and covariances from the artwork's; 0 if equal.

    It is the mean over layers and over both distances, without squares.
    """
    parts = []
    for name in _STYLE:
        own, wanted = moments_of(painted[name]), moments_of(artwork[name])
        mean = (own.mean - wanted.mean).norm() / wanted.mean.norm()
        spread = (own.covariance - wanted.covariance).norm() / wanted.covariance.norm()
        parts.append((mean + spread) / 2)
    return float(torch.stack(parts).mean())
