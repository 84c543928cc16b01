"""The loss that the convergence of methods is measured by: channel statistics, and shapes.

It compares means and covariances of normalized channels with those of the artwork.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from style_transfer.features.losses import (
    Features,
    Moments,
    blend_moments,
    content_distance,
    extract,
    moments_of,
    style_distance,
    total_variation,
)

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYERS = ("relu4_1",)  # deep enough to keep shapes and to leave strokes free
LAYERS = tuple(sorted({*STYLE_LAYERS, *CONTENT_LAYERS}))
_TOTAL_VARIATION = 0.02  # the weight of total_variation in the loss


@dataclass(frozen=True)
class Artwork:
    """A style picture (1, 3, H, W) in [0, 1] and its share; all shares of a run sum to one."""

    image: Tensor
    share: float


class StyleObjective:
    """The loss of pictures of the size of `photo`, the recolored photo (1, 3, H, W)."""

    def __init__(
        self,
        features: Features,
        photo: Tensor,
        artworks: Sequence[Artwork],
        strength: float,
    ) -> None:
        """Measure the targets: features of the photo, moments of artworks at the photo's scale."""
        self._features = features
        self._content_weight = content_weight(strength)
        with torch.no_grad():
            # Both targets are fixed, so they need no gradients.
            self._content = extract(features, photo, CONTENT_LAYERS)
            self._style = self._wanted_moments(artworks)

    def _wanted_moments(self, artworks: Sequence[Artwork]) -> dict[str, Moments]:
        found = [_moments(extract(self._features, each.image, STYLE_LAYERS)) for each in artworks]
        shares = [artwork.share for artwork in artworks]
        return {
            name: blend_moments([moments[name] for moments in found], shares)
            for name in STYLE_LAYERS
        }

    def loss(self, image: Tensor) -> Tensor:
        """Measure the distance of image (1, 3, H, W), in [0, 1], from the targets; 0 is perfect."""
        maps = extract(self._features, image, LAYERS)
        loss = style_distance(_moments(maps), self._style)
        loss = loss + self._content_weight * content_distance(maps, self._content)
        return loss + _TOTAL_VARIATION * total_variation(image)


def content_weight(strength: float) -> float:
    """Turn strength in [0, 1] into the weight of the content loss relative to the style loss."""
    # From 2.4 at strength 0 to 0.15 at strength 1, and 0.3 at the default 0.75.
    return float(0.3 * 16 ** (0.75 - strength))


def _moments(maps: Mapping[str, Tensor]) -> dict[str, Moments]:
    return {name: moments_of(maps[name]) for name in STYLE_LAYERS}
