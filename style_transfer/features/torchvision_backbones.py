"""VGG-19 as torchvision defines it, cut after relu5_1 and addressed by layer names."""

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
        """Lay out the network with random weights; `load_` brings the real ones."""
        super().__init__()
        models = import_torchvision().models
        # vgg19() would also initialize the classifier: 120 million numbers that nothing uses.
        self.features = models.vgg.make_layers(models.vgg.cfgs["E"][:_DEPTH])
        self.mean = torch.tensor(IMAGENET_MEAN)[:, None, None]
        self.std = torch.tensor(IMAGENET_STD)[:, None, None]

    def load_(self, state: Mapping[str, Tensor]) -> None:
        """Take weights by torchvision's names; those beyond relu5_1 are left out.

        Raises RuntimeError if a name is missing or a shape is another.
        """
        wanted = self.state_dict().keys()
        kept = {name: value for name, value in state.items() if name in wanted}
        self.load_state_dict(kept, assign=True)

    def forward(self, x: Tensor, layers: Sequence[str] = TAPS) -> dict[str, Tensor]:
        """Compute the named activations of (B, 3, H, W) RGB in [0, 1], no deeper than needed."""
        x = (x - self.mean.to(x)) / self.std.to(x)
        deepest = max(layers, key=LAYERS.index)
        names = iter(LAYERS)
        found: dict[str, Tensor] = {}
        for module in self.features:
            if not isinstance(module, nn.ReLU):
                x = module(x)
                continue
            x = F.relu(x)  # torchvision's works in place and would overwrite what was kept
            name = next(names)
            if name in layers:
                found[name] = x
            if name == deepest:
                break
        return found
