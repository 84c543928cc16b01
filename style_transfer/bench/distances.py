"""How far a picture is from its photo and from its artwork, as a network sees it.

A figure of one network says little of a picture that was made to please that network: the metric is
named beside each figure, with whether it had a part in training.
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
    """A network that compares pictures, and what is to be known of it."""

    features: FeatureNet
    title: str

    def encode(self, picture: Tensor) -> dict[str, Tensor]:
        """Encode picture (1, 3, H, W), RGB in [0, 1], each channel in units of its usual spread."""
        with torch.no_grad():
            return extract(self.features, picture, TAPS)


def load_metric(name: str, artworks: list[Tensor], device: torch.device) -> Metric:
    """Load `builtin`, `vgg19`, or a slimmed VGG-19 from a safetensors file by its path.

    A file brings no spread of its channels: it is measured over artworks (1, 3, H, W). Raises
    ModelMissingError for what is absent or no such network.
    """
    if name in FEATURES:
        role = "the features of the methods" if name == "builtin" else "no part in training"
        return Metric(load_features(name, device), f"{name} ({role})")
    network = load_teacher(Path(name)).to(device)
    spread = _channel_std_over(network, artworks)
    title = f"{Path(name).name} (taught builtin; never a loss of a painting)"
    return Metric(FeatureNet(network, spread), title)


def _channel_std_over(network: torch.nn.Module, artworks: list[Tensor]) -> dict[str, Tensor]:
    parts = [measure_channel_std(network, [artwork], LAYERS) for artwork in artworks]
    return {name: torch.stack([part[name] for part in parts]).mean(0) for name in LAYERS}


def content_distance(painted: Mapping[str, Tensor], photo: Mapping[str, Tensor]) -> float:
    """Measure the root of the mean squared difference to the photo, relative to its own spread.

    0 for the photo itself; about 1 for another photo.
    """
    parts = []
    for name in _CONTENT:
        spread = photo[name].var((2, 3)).mean()
        parts.append(((painted[name] - photo[name]).square().mean() / (2 * spread)).sqrt())
    return float(torch.stack(parts).mean())


def style_distance(painted: Mapping[str, Tensor], artwork: Mapping[str, Tensor]) -> float:
    """Measure how far means and covariances are from the artwork's, relative to them, 0 if equal.

    The mean over layers of the root distances of both.
    """
    parts = []
    for name in _STYLE:
        own, wanted = moments_of(painted[name]), moments_of(artwork[name])
        mean = (own.mean - wanted.mean).norm() / wanted.mean.norm()
        spread = (own.covariance - wanted.covariance).norm() / wanted.covariance.norm()
        parts.append((mean + spread) / 2)
    return float(torch.stack(parts).mean())
