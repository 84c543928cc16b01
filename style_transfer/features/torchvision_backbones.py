"""VGG-19 as torchvision defines it, up to relu5_1, with named layers."""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from style_transfer.features.torchvision_shim import import_torchvision
from style_transfer.features.vgg import IMAGENET_MEAN, IMAGENET_STD, LAYERS, TAPS

_DEPTH = 17  # entries of torchvision's plan up to relu5_1, poolings included


class ImageNetVGG(nn.Module):
    """The original network (Simonyan & Zisserman 2015) with weights trained on ImageNet."""

    def __init__(self) -> None:
        """Create the network with random weights; `load_` sets the trained ones."""
        super().__init__()
        models = import_torchvision().models
        # vgg19() would also initialize the classifier: 120 million numbers that nothing uses.
        self.features = models.vgg.make_layers(models.vgg.cfgs["E"][:_DEPTH])
        self.mean = torch.tensor(IMAGENET_MEAN)[:, None, None]
        self.std = torch.tensor(IMAGENET_STD)[:, None, None]

    def load_(self, state: Mapping[str, Tensor]) -> None:
        """Load weights by torchvision's names; those after relu5_1 are ignored.

        Raises RuntimeError if a name is missing or a shape is wrong.
        """
        wanted = self.state_dict().keys()
        kept = {name: value for name, value in state.items() if name in wanted}
        self.load_state_dict(kept, assign=True)

    def forward(self, x: Tensor, layers: Sequence[str] = TAPS) -> dict[str, Tensor]:
        """Compute layer -> (B, C, h, w) for x (B, 3, H, W), RGB in [0, 1].

        Layers after the deepest one in `layers` are not computed.
        """
        x = (x - self.mean.to(x)) / self.std.to(x)
        deepest = max(layers, key=LAYERS.index)
        names = iter(LAYERS)
        found: dict[str, Tensor] = {}
        for module in self.features:
            if not isinstance(module, nn.ReLU):
                x = module(x)
                continue
            x = F.relu(x)  # torchvision's own works in place and would overwrite stored maps
            name = next(names)
            if name in layers:
                found[name] = x
            if name == deepest:
                break
        return found
