"""The plain recipe of optimization, with which the method `optimize` is compared.

It is that of Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural Networks", in its
common form: one scale, Gram matrices, and Adam on the pixels, from noise or from the photo.
"""

from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from style_transfer.bench.objective import (
    CONTENT_LAYERS,
    LAYERS,
    STYLE_LAYERS,
    content_weight,
)
from style_transfer.features.losses import Features, content_distance, extract, relative

RATE = 0.03  # for Adam: the fastest of 0.01, 0.02, 0.03 and 0.05 that does not oscillate


class PlainRecipe:
    """The loss of pictures for one photo and one artwork, and the pictures to start from."""

    def __init__(self, features: Features, photo: Tensor, artwork: Tensor, strength: float) -> None:
        """Measure the targets from photo (1, 3, H, W) and artwork (1, 3, h, w), both in [0, 1]."""
        self._features = features
        self._photo = photo
        self._content_weight = content_weight(strength)
        with torch.no_grad():
            self._content = extract(features, photo, CONTENT_LAYERS)
            self._style = _grams(extract(features, artwork, STYLE_LAYERS))

    def loss(self, image: Tensor) -> Tensor:
        """Compute the loss () of image (1, 3, H, W); it is 0 if both targets are reached."""
        maps = extract(self._features, image, LAYERS)
        grams = _grams(maps)  # layer -> (C, C)
        style = torch.stack([relative(grams[name], self._style[name]) for name in STYLE_LAYERS])
        return style.mean() + self._content_weight * content_distance(maps, self._content)

    def start(self, name: str, seed: int = 0) -> Tensor:
        """Make the picture (1, 3, H, W) to start from: "noise" with this seed, or "photo"."""
        if name == "photo":
            return self._photo
        # The noise is drawn on the CPU, so that it is the same for every device.
        generator = torch.Generator().manual_seed(seed)
        return torch.rand(self._photo.shape, generator=generator).to(self._photo)


def descend(loss: Callable[[Tensor], Tensor], image: Tensor, steps: int) -> Iterator[Tensor]:
    """Optimize the pixels of image (1, 3, H, W) with Adam; yield the picture after each step."""
    image = image.detach().clone().requires_grad_()
    adam = torch.optim.Adam([image], RATE)
    for _ in range(steps):
        with torch.enable_grad():  # the caller may have switched gradients off between two steps
            adam.zero_grad()
            loss(image).backward()
        adam.step()
        with torch.no_grad():
            image.clamp_(0, 1)
        yield image.detach()


def _grams(maps: Mapping[str, Tensor]) -> dict[str, Tensor]:
    # A Gram matrix is a mean over positions, so it does not depend on the size of the picture.
    flat = {name: maps[name][0].flatten(1) for name in STYLE_LAYERS}  # (C, h*w) each
    return {name: each @ each.T / each.shape[1] for name, each in flat.items()}
