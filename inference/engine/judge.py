"""What a picture of one size should look like, and in which direction that lies."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from inference.engine.losses import (
    Features,
    Moments,
    blend_moments,
    content_distance,
    extract,
    moments_of,
    roughness,
    style_distance,
)
from inference.engine.methods.frame import Artwork
from inference.engine.pyramid import resize, scaled
from inference.engine.spec import TransferSpec
from inference.engine.strokes import StrokeBank, detail

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYERS = ("relu4_1",)
LAYERS = tuple(sorted({*STYLE_LAYERS, *CONTENT_LAYERS}))
_ROUGHNESS = 0.02
# How firmly the picture keeps to the strokes laid last, against the statistics of features.
_HOLD = 50.0
_STRIDE = 3
# At brush size 1 the artwork is shown somewhat larger than the picture, so that strokes show.
_BRUSH = 1.35


class Judge:
    """Judges pictures of the size of `photo`, the recolored photo (1, 3, H, W)."""

    def __init__(
        self,
        features: Features,
        photo: Tensor,
        artworks: Sequence[Artwork],
        spec: TransferSpec,
        generator: torch.Generator,
    ) -> None:
        """Measure what is wanted at this size; `generator` draws the patches."""
        self._features = features
        self._generator = generator
        self._photo = photo
        self._faith = faith(spec.strength) * (0.2 + 0.8 * detail(photo))
        self._content_weight = content_weight(spec.strength)
        scaled_artworks = [
            Artwork(_at_scale(each.image, photo, spec), each.share) for each in artworks
        ]
        self._bank = StrokeBank(scaled_artworks, generator)
        self._strokes = photo
        with torch.no_grad():
            self._content = extract(features, photo, CONTENT_LAYERS)
            self._style = self._wanted_moments(scaled_artworks)

    def _wanted_moments(self, artworks: Sequence[Artwork]) -> dict[str, Moments]:
        found = [_moments(extract(self._features, each.image, STYLE_LAYERS)) for each in artworks]
        shares = [artwork.share for artwork in artworks]
        return {
            name: blend_moments([moments[name] for moments in found], shares)
            for name in STYLE_LAYERS
        }

    def lay_strokes(self, image: Tensor, *, settled: bool) -> Tensor:
        """Return image (1, 3, H, W) in strokes of the artwork, keeping to the photo where busy.

        Patches stand on a grid, which shows faintly. A settled picture is the mean over a full
        set of shifts, in which each row and column of the grid cancels; it takes as much longer.
        """
        guided = (image + self._faith * self._photo) / (1 + self._faith)
        shifts = _STRIDE if settled else 1
        offsets = torch.randperm(_STRIDE, generator=self._generator)[:shifts].tolist()
        laid = [self._bank.repaint(guided, _STRIDE, offset) for offset in offsets]
        self._strokes = torch.stack(laid).mean(0).clamp(0, 1)
        return self._strokes

    def gradient(self, image: Tensor) -> Tensor:
        """Give the direction (1, 3, H, W) in which the picture gets worse fastest."""
        with torch.enable_grad():
            image = image.detach().requires_grad_()
            maps = extract(self._features, image, LAYERS)
            loss = style_distance(_moments(maps), self._style)
            loss = loss + self._content_weight * content_distance(maps, self._content)
            loss = loss + _ROUGHNESS * roughness(image)
            loss = loss + _HOLD * (image - self._strokes).square().mean()
            return torch.autograd.grad(loss, image)[0]


def content_weight(strength: float) -> float:
    """Turn strength in [0, 1] into the weight of the photo's shapes against the strokes."""
    return float(0.02 * 30 ** (1 - strength))


def faith(strength: float) -> float:
    """Turn strength in [0, 1] into how much the photo guides strokes, against what is painted."""
    return float(0.4 * 20 ** (0.75 - strength))


def _at_scale(artwork: Tensor, photo: Tensor, spec: TransferSpec) -> Tensor:
    """Scale an artwork to the area of the photo times the brush size, never above its own."""
    height, width = artwork.shape[-2:]
    area = photo.shape[-2] * photo.shape[-1] / (height * width)
    return resize(artwork, scaled(width, height, min(1, _BRUSH * area**0.5 * spec.style_scale)))


def _moments(maps: Mapping[str, Tensor]) -> dict[str, Moments]:
    return {name: moments_of(maps[name]) for name in STYLE_LAYERS}
