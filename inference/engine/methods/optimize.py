"""The picture itself is optimized until it has the photo's shapes and the artwork's strokes.

Gatys et al. 2016, "Image Style Transfer Using Convolutional Neural Networks", over a pyramid:
large strokes are laid out on a small picture, where a step costs little, and refined on larger
ones. Coarse to fine and the mean of iterates are after crowsonkb/style-transfer-pytorch.
"""

import time
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from inference.engine.color import blend_palettes, match_palette, palette_of
from inference.engine.descent import Descent
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
from inference.engine.methods.frame import Artwork, Frame
from inference.engine.pyramid import resize, scaled, sizes_up_to
from inference.engine.spec import METHOD_INFOS, TransferSpec

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYERS = ("relu4_1",)
LAYERS = tuple(sorted({*STYLE_LAYERS, *CONTENT_LAYERS}))
_RATE = 0.02
# The last steps of a level are this much shorter than its first, which settles the grain.
_LAST_RATE = 0.2
_ROUGHNESS = 0.02
_PREVIEW_SECONDS = 0.6


def paint(
    photo: Tensor, artworks: Sequence[Artwork], spec: TransferSpec, features: Features
) -> Iterator[Frame]:
    """Yield a frame a step; the last brings the picture in the size of photo (1, 3, H, W).

    The same seed on the same device gives the same picture to the bit.
    """
    height, width = photo.shape[-2:]
    start = _recolored(photo, artworks, spec.strength)
    plan = plan_levels(width, height, spec.steps or METHOD_INFOS["optimize"].default_steps)
    total, done = sum(steps for _, steps in plan), 0
    picture = _grained(resize(start, plan[0][0]), spec.seed)
    shown_at = time.monotonic()
    for size, steps in plan:
        judge = Judge(features, resize(start, size), artworks, spec)
        descent = Descent(resize(picture, size))
        for step in range(steps):
            rate = _RATE * (1 - (1 - _LAST_RATE) * step / steps)
            descent.step_(judge.gradient(descent.image), rate)
            done += 1
            due = time.monotonic() - shown_at > _PREVIEW_SECONDS and done < total
            yield Frame(done, total, descent.average if due else None)
            shown_at = time.monotonic() if due else shown_at
        picture = descent.average
    yield Frame(total, total, picture.clamp(0, 1))


def plan_levels(width: int, height: int, steps: int) -> list[tuple[tuple[int, int], int]]:
    """Share `steps` between the sizes of a pyramid, coarse to fine, each getting at least one.

    The number falls as sides grow, so that each level takes somewhat more time than the one
    before and the first ones are over quickly.
    """
    sizes = sizes_up_to(width, height)
    sizes = sizes[-steps:]
    wishes = [1 / max(size) for size in sizes]
    counts = [max(1, int(steps * wish / sum(wishes))) for wish in wishes]
    counts[0] += steps - sum(counts)
    return list(zip(sizes, counts, strict=True))


class Judge:
    """Knows what a picture of one size should look like, and in which direction that lies."""

    def __init__(
        self, features: Features, photo: Tensor, artworks: Sequence[Artwork], spec: TransferSpec
    ) -> None:
        self._features = features
        self._content_weight = content_weight(spec.strength)
        with torch.no_grad():
            self._content = extract(features, photo, CONTENT_LAYERS)
            self._style = self._wanted_moments(photo, artworks, spec)

    def _wanted_moments(
        self, photo: Tensor, artworks: Sequence[Artwork], spec: TransferSpec
    ) -> dict[str, Moments]:
        found = [
            self._moments(extract(self._features, self._at_scale(art, photo, spec), STYLE_LAYERS))
            for art in artworks
        ]
        shares = [artwork.share for artwork in artworks]
        return {
            name: blend_moments([moments[name] for moments in found], shares)
            for name in STYLE_LAYERS
        }

    @staticmethod
    def _at_scale(artwork: Artwork, photo: Tensor, spec: TransferSpec) -> Tensor:
        """Scale an artwork to the area of the photo times the brush size, never above its own."""
        height, width = artwork.image.shape[-2:]
        area = photo.shape[-2] * photo.shape[-1] / (height * width)
        return resize(artwork.image, scaled(width, height, min(1, area**0.5 * spec.style_scale)))

    @staticmethod
    def _moments(maps: dict[str, Tensor]) -> dict[str, Moments]:
        return {name: moments_of(maps[name]) for name in STYLE_LAYERS}

    def gradient(self, image: Tensor) -> Tensor:
        """Give the direction (1, 3, H, W) in which the picture gets worse fastest."""
        with torch.enable_grad():
            image = image.detach().requires_grad_()
            maps = extract(self._features, image, LAYERS)
            loss = style_distance(self._moments(maps), self._style)
            loss = loss + self._content_weight * content_distance(maps, self._content)
            loss = loss + _ROUGHNESS * roughness(image)
            return torch.autograd.grad(loss, image)[0]


def content_weight(strength: float) -> float:
    """Turn strength in [0, 1] into the weight of the photo's shapes against the strokes."""
    return float(0.02 * 30 ** (1 - strength))


def _recolored(photo: Tensor, artworks: Sequence[Artwork], strength: float) -> Tensor:
    """Move the photo's colors to the artworks', all the way from half strength on."""
    palette = blend_palettes(
        [palette_of(artwork.image) for artwork in artworks],
        [artwork.share for artwork in artworks],
    )
    return photo.lerp(match_palette(photo, palette), min(1, 2 * strength))


def _grained(image: Tensor, seed: int) -> Tensor:
    """Add faint noise, from which the seed's strokes grow."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(image.shape, generator=generator).to(image)
    return (image + 0.03 * noise).clamp(0, 1)
