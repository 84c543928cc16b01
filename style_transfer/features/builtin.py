"""Feature networks: the engine compares the texture and content of pictures by their features."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

import torch
from torch import Tensor, nn

from style_transfer.core.backbones import BACKBONES
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.weight_files import load_weights
from style_transfer.features.light import LightVGG, read_light_widths
from style_transfer.features.torchvision_backbones import NETWORKS, ImageNetResNet
from style_transfer.features.vgg import LAYERS, SlimVGG, read_widths

SCALE = "channel_scale."
PEAK = "peak."  # the largest activation of a layer, for networks that can be smoothed
_DEAD = 0.02  # channels below this share of the most variable one carry no information


class FeatureNet(nn.Module):
    """A frozen network that gives the activations of named layers.

    `layers` are the names of its layers, shallow to deep. `channel_scale` holds the standard
    deviation of each channel over many artworks, (C,) per layer; features are divided by it so
    that channels can be compared.
    """

    def __init__(self, network: nn.Module, channel_scale: Mapping[str, Tensor]) -> None:
        """Freeze a network and store the scales of its channels."""
        super().__init__()
        self.network = network.eval().requires_grad_(requires_grad=False)
        self.layers = tuple(name for name in LAYERS if name in channel_scale)
        self.channel_scale = dict(channel_scale)

    def forward(self, x: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Compute layer -> (B, C, h, w) for x (B, 3, H, W), RGB in [0, 1].

        Layers after the deepest one in `layers` are not computed. Gradients flow to x. The network
        normalizes x itself.
        """
        found: dict[str, Tensor] = self.network(x, layers)
        return found


def find_live(channel_scale: Tensor) -> Tensor:
    """Give the indices (L,) of the channels that vary at all, from the scales (C,) of a layer."""
    return (channel_scale > _DEAD * channel_scale.max()).nonzero()[:, 0]


@cache
def load_features(name: str, device: torch.device) -> FeatureNet:
    """Load a feature network onto a device by its name, once per process.

    Raises ModelMissingError if its weights are missing or refused, and for any other name.
    """
    if name not in _BUILDERS:
        raise ModelMissingError(f"There are no features called {name}.")
    stored = {key: value.to(device, torch.float32) for key, value in _load(name).items()}
    scale = {key.removeprefix(SCALE): v for key, v in stored.items() if key.startswith(SCALE)}
    weights = {key: value for key, value in stored.items() if not key.startswith(SCALE)}
    try:
        # Creating a network draws random numbers; the fork leaves the generator of other code
        # unchanged. The meta device would draw none, but its first use imports 800 modules, which
        # takes two seconds.
        with torch.random.fork_rng(devices=[]):
            network = _BUILDERS[name](weights)
    except (KeyError, RuntimeError) as error:
        raise ModelMissingError(f"The weights {name} do not fit the network.") from error
    return FeatureNet(network.to(device), scale)


def _build_builtin(weights: Mapping[str, Tensor]) -> nn.Module:
    network = SlimVGG(read_widths(weights))
    network.load_state_dict(weights, assign=True)
    return network


def _build_light(weights: Mapping[str, Tensor]) -> nn.Module:
    network = LightVGG(read_light_widths(weights))
    network.load_state_dict(weights, assign=True)
    return network


def _build_fetched(name: str, weights: Mapping[str, Tensor]) -> nn.Module:
    network = NETWORKS[name]()
    network.load_(weights)
    return network


def _build_smoothed(weights: Mapping[str, Tensor]) -> nn.Module:
    network = ImageNetResNet(
        {name: float(weights[f"{PEAK}{name}"]) for name in ImageNetResNet.layers}
    )
    network.load_(weights)
    return network


def _load(name: str) -> dict[str, Tensor]:
    return load_weights(BACKBONES[name].weights_name)


_BUILDERS: dict[str, Callable[[Mapping[str, Tensor]], nn.Module]] = {
    "builtin": _build_builtin,
    "builtin-light": _build_light,
    **{name: partial(_build_fetched, name) for name in NETWORKS},
    "resnet50": _build_smoothed,
    "resnet50-plain": partial(_build_fetched, "resnet50"),
}
