"""Networks as torchvision defines them, with the names of the layers of VGG.

Every network here gives the five levels that the losses compare, as relu1_1 ... relu5_1, so all
other code can use any of them. In VGG these are its own layers. In the other networks they are
the last activations at each resolution, the nearest to it that they have.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from style_transfer.features.torchvision_shim import import_torchvision
from style_transfer.features.vgg import IMAGENET_MEAN, IMAGENET_STD, TAPS

_COUNTER = "num_batches_tracked"  # of batch normalization; only training reads it
# Entries of torchvision's plan up to relu5_1, poolings included, and the layers of each block.
_PLANS = {"vgg19": ("E", 17, (2, 2, 4, 4, 1)), "vgg16": ("D", 15, (2, 2, 3, 3, 1))}
_CELLS = ((1, 2), (2, 4), (4, 7), (7, 13), (13, 16))  # MobileNetV3's entries of each level


class ImageNetBackbone(nn.Module):
    """A network with the weights that torchvision trained on ImageNet, without its classifier.

    `layers` are the names of its layers, shallow to deep.
    """

    layers: tuple[str, ...] = TAPS

    def __init__(self) -> None:
        """Set the mean and deviation of the pictures that it was trained with."""
        super().__init__()
        self.mean = torch.tensor(IMAGENET_MEAN)[:, None, None]
        self.std = torch.tensor(IMAGENET_STD)[:, None, None]

    def load_(self, state: Mapping[str, Tensor]) -> None:
        """Load weights by torchvision's names; those after the deepest layer are ignored.

        Raises RuntimeError if a name is missing or a shape is wrong.
        """
        wanted = {name for name in self.state_dict() if not name.endswith(_COUNTER)}
        if missing := sorted(wanted - set(state)):
            raise RuntimeError(f"{len(missing)} weights are missing, for example {missing[0]}.")
        kept = {name: value for name, value in state.items() if name in wanted}
        self.load_state_dict(kept, strict=False, assign=True)

    def run(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield (name, activation (B, C, h, w)) layer by layer, for a normalized picture."""
        raise NotImplementedError

    def forward(self, x: Tensor, layers: Sequence[str] = TAPS) -> dict[str, Tensor]:
        """Compute layer -> (B, C, h, w) for x (B, 3, H, W), RGB in [0, 1].

        Layers after the deepest one in `layers` are not computed.
        """
        deepest = max(layers, key=self.layers.index)
        found: dict[str, Tensor] = {}
        for name, maps in self.run((x - self.mean.to(x)) / self.std.to(x)):
            if name in layers:
                found[name] = maps
            if name == deepest:
                break
        return found


class ImageNetVGG(ImageNetBackbone):
    """VGG-19 or VGG-16 (Simonyan & Zisserman 2015), up to relu5_1."""

    def __init__(self, name: str = "vgg19") -> None:
        """Create the network with random weights; `load_` sets the trained ones."""
        super().__init__()
        models = import_torchvision().models
        plan, depth, blocks = _PLANS[name]
        # vgg19() would also initialize the classifier: 120 million numbers that nothing uses.
        self.features = models.vgg.make_layers(models.vgg.cfgs[plan][:depth])
        self.layers = tuple(
            f"relu{block}_{conv}" for block, count in enumerate(blocks, 1) for conv in _upto(count)
        )

    def run(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield each layer after its ReLU."""
        names = iter(self.layers)
        for module in self.features:
            if isinstance(module, nn.ReLU):
                x = F.relu(x)  # torchvision's own works in place and would overwrite stored maps
                yield next(names), x
            else:
                x = module(x)


class ImageNetResNet(ImageNetBackbone):
    """ResNet-50 (He et al. 2016): after the first convolution, and after each of its four stages.

    `smoothing` holds the temperature of each layer; see `smooth`. Without it, or with an empty
    one, the activations stay as they are.
    """

    def __init__(self, smoothing: Mapping[str, float] | None = None) -> None:
        """Create the network with random weights; `load_` sets the trained ones."""
        super().__init__()
        resnet = import_torchvision().models.resnet50(weights=None)
        names = ("conv1", "bn1", "maxpool", "layer1", "layer2", "layer3", "layer4")
        for name in names:
            self.add_module(name, resnet.get_submodule(name))
        self.smoothing = dict(smoothing or {})

    def run(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield each level, smoothed if it has a temperature."""
        x = F.relu(self.get_submodule("bn1")(self.get_submodule("conv1")(x)))
        yield TAPS[0], self._smoothed(TAPS[0], x)
        x = self.get_submodule("maxpool")(x)
        for number, name in enumerate(TAPS[1:], 1):
            x = self.get_submodule(f"layer{number}")(x)
            yield name, self._smoothed(name, x)

    def _smoothed(self, name: str, maps: Tensor) -> Tensor:
        return smooth(maps, self.smoothing[name]) if name in self.smoothing else maps


class ImageNetMobileNet(ImageNetBackbone):
    """MobileNetV3-Large (Howard et al. 2019): after the last block of each resolution."""

    def __init__(self) -> None:
        """Create the network with random weights; `load_` sets the trained ones."""
        super().__init__()
        whole = import_torchvision().models.mobilenet_v3_large(weights=None)
        self.features = whole.features[: _CELLS[-1][1]]

    def run(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield each level."""
        x = self.features[0](x)
        for name, (begin, end) in zip(TAPS, _CELLS, strict=True):
            for block in self.features[begin:end]:
                x = block(x)
            yield name, x


def smooth(maps: Tensor, temperature: float) -> Tensor:
    """Smooth activations (B, C, h, w) by a softmax over all channels and places of a picture.

    Wang, Li and Vasconcelos 2021, "Rethinking and Improving the Robustness of Image Style
    Transfer" (SWAG), found why the losses fail on networks with shortcuts: a few activations of
    their deep layers are so large that nothing else counts in a Gram matrix. After a softmax, one
    activation counts at most exp(its size / temperature) times as much as a silent one. Unlike
    there, the temperature is not the same for all layers, but the peak of each, so the factor is
    about e in every layer. The result is given in units of the activations: its mean is
    `temperature`.
    """
    flat = (maps / temperature).flatten(1).softmax(1)  # (B, C*h*w), sums to one
    return (temperature * flat.shape[1] * flat).reshape(maps.shape)


@torch.no_grad()
def measure_peaks(network: ImageNetBackbone, pictures: Sequence[Tensor]) -> dict[str, float]:
    """Find the largest activation of each layer over pictures (1, 3, H, W) in [0, 1]."""
    peaks: dict[str, float] = {}
    for picture in pictures:
        for name, maps in network(picture, network.layers).items():
            peaks[name] = max(peaks.get(name, 0.0), float(maps.max()))
    return peaks


def _upto(count: int) -> range:
    return range(1, count + 1)


NETWORKS: dict[str, Callable[[], ImageNetBackbone]] = {
    "vgg19": ImageNetVGG,
    "vgg16": lambda: ImageNetVGG("vgg16"),
    "resnet50": ImageNetResNet,
    "mobilenet_v3_large": ImageNetMobileNet,
}
