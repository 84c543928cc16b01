"""The losses of paintings in the style of one artwork: the photo's shapes, the artwork's marks.

These are content and style losses on the features of a frozen network (Johnson et al. 2016). A
painting network soon learns to satisfy that one network with a fine hatch that does not look like
strokes. Three things prevent this. Paintings are compared at random scales, shifts and flips, with
a little noise. The artwork is compared at the same scales and flips. And patches of pixels are
compared with the artwork's without a network (patch_loss.py).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.core.sizes import scaled
from style_transfer.features.builtin import FeatureNet
from style_transfer.features.losses import (
    Moments,
    content_distance,
    extract,
    moments_of,
    total_variation,
)
from style_transfer.features.vgg import TAPS
from style_transfer.imaging.pyramid import resize
from style_transfer.methods.fast.transport import moments_of_batch
from style_transfer.training.patch_loss import patch_distance

SCALES = (0.8, 0.9, 1.0, 1.12, 1.25)  # at which paintings and the artwork are compared
CONTENT_LAYERS = ("relu3_1", "relu4_1")
PATCH = 7  # side in pixels
BANDS = 3  # grain, strokes, shapes of strokes: each has half the resolution of the one before
_PATCH_WEIGHT = 10.0
_BAND_WEIGHT = 0.5
_PROJECTIONS = 32
_SAMPLES = 1024
_SILENCE = 1e-4  # variance of a band without detail, about one step in 8 bits
_TOTAL_VARIATION = 0.02
_POOL = 16  # side in pixels of the areas whose tones are compared
_EPSILON = 1e-6
_ROUND = 1e-4  # differences below the square root of this count by their squares
_SHIFT = 16  # pixels; the distance of the deepest features in the picture
_NOISE = 0.02  # standard deviation; it hides a hatch of smaller differences from the loss
_LAYERS = tuple(sorted({*TAPS, *CONTENT_LAYERS}))


@dataclass(frozen=True)
class Sight:
    """How pictures are compared: at a scale, mirrored or not."""

    scale: float
    mirrored: bool


@dataclass(frozen=True)
class View(Sight):
    """An artwork at one scale, mirrored or not: its picture (1, 3, h, w) and its moments."""

    picture: Tensor
    moments: Mapping[str, Moments]


@torch.no_grad()
def look_at(features: FeatureNet, artwork: Tensor, scales: Sequence[float] = SCALES) -> list[View]:
    """Make the views of an artwork (1, 3, H, W) in [0, 1] at all scales; it is at scale 1."""
    height, width = artwork.shape[2:]
    views = []
    for scale in scales:
        shown = resize(artwork, scaled(width, height, scale))
        for mirrored, picture in ((False, shown), (True, shown.flip(3))):
            maps = extract(features, picture, TAPS)
            moments = {name: moments_of(maps[name]) for name in TAPS}
            views.append(View(scale, mirrored, picture, moments))
    return views


@dataclass
class StyleLoss:
    """Frozen features, and views of one artwork.

    `content_weight` is the weight of the photo's shapes, and `tone_weight` that of the lightness
    and color of its larger areas. Without the second, a network paints blots in all shades of the
    artwork into a flat sky or a cheek.
    """

    features: FeatureNet
    views: Sequence[View]
    content_weight: float
    bfloat16: bool = True
    tone_weight: float = 0.0

    def losses(
        self, painted: Tensor, photo: Tensor, generator: torch.Generator
    ) -> dict[str, Tensor]:
        """Compute the losses of paintings of photos, both (B, 3, H, W) in [0, 1].

        Gradients flow to the paintings. `generator`, on the CPU, draws the view, the shift and the
        noise.
        """
        view = self.views[_choose(len(self.views), generator)]
        shown, photo = disturb((painted, photo), view, generator)
        chance = beside(generator, shown.device)
        noise = torch.randn(shown.shape, generator=chance, device=shown.device)
        seen, wanted = self._encode(shown + _NOISE * noise), self._encode_photo(photo)
        tones = {"tones": self.tone_weight * tones_apart(shown, photo)} if self.tone_weight else {}
        return {
            "style": self._style(seen, view),
            "content": self.content_weight
            * content_distance({name: seen[name] for name in CONTENT_LAYERS}, wanted),
            "patches": self._patches(shown, view, chance),
            "total_variation": _TOTAL_VARIATION * total_variation(painted),
            **tones,
        }

    def _style(self, seen: Mapping[str, Tensor], view: View) -> Tensor:
        """Compare each painting of a batch with the artwork on its own, not their mean."""
        return torch.stack([moments_apart(seen[name], view.moments[name]) for name in TAPS]).mean()

    def _patches(self, shown: Tensor, view: View, generator: torch.Generator) -> Tensor:
        """Compare plain patches, and patches of each band relative to the artwork's variance.

        Color is the largest part of a patch, so a hatch changes little in the plain comparison. It
        shows when the bands remove the color.
        """
        artwork = view.picture.expand(len(shown), -1, -1, -1)
        plain = self._compare(shown, artwork, generator)
        apart = [
            self._compare(own, wanted, generator) / (wanted.var() + _SILENCE)
            for own, wanted in zip(split(shown), split(artwork), strict=True)
        ]
        return _PATCH_WEIGHT * plain + _BAND_WEIGHT * torch.stack(apart).sum()

    def _compare(self, painted: Tensor, artwork: Tensor, generator: torch.Generator) -> Tensor:
        return patch_distance(
            painted,
            artwork,
            patch=PATCH,
            projections=_PROJECTIONS,
            samples=_SAMPLES,
            generator=generator,
        )

    def _encode(self, pictures: Tensor) -> dict[str, Tensor]:
        with torch.autocast(pictures.device.type, dtype=torch.bfloat16, enabled=self.bfloat16):
            maps = extract(self.features, pictures, _LAYERS)
        return {name: each.float() for name, each in maps.items()}

    @torch.no_grad()
    def _encode_photo(self, photo: Tensor) -> dict[str, Tensor]:
        with torch.autocast(photo.device.type, dtype=torch.bfloat16, enabled=self.bfloat16):
            maps = extract(self.features, photo, CONTENT_LAYERS)
        return {name: each.float() for name, each in maps.items()}


def moments_apart(maps: Tensor, wanted: Moments) -> Tensor:
    """Measure the distance of means and covariances of maps (B, C, h, w) from one artwork's.

    Both distances are divided by the size of the artwork's values, and the square root is taken.
    So a crop with no texture, or with too much, does not dominate the others.
    """
    own = moments_of_batch(maps)
    size = wanted.covariance.diagonal().sum() + _EPSILON
    mean = (own.mean - wanted.mean).square().sum(1) / size
    spread = (own.covariance - wanted.covariance).square().sum((1, 2))
    spread = spread / (wanted.covariance.square().sum() + _EPSILON)
    both = (torch.stack([mean, spread]) + _ROUND).sqrt() - _ROUND**0.5
    apart: Tensor = both.sum(0).mean()
    return apart


def tones_apart(one: Tensor, other: Tensor) -> Tensor:
    """Measure the mean color difference of areas of 16 x 16 pixels in pictures (B, 3, H, W)."""
    return F.l1_loss(F.avg_pool2d(one, _POOL), F.avg_pool2d(other, _POOL))


def split(pictures: Tensor) -> list[Tensor]:
    """Split pictures (B, C, H, W) into BANDS bands of detail, finest first.

    A band is the detail that is lost when the sides are halved.
    """
    bands = []
    for _ in range(BANDS):
        height, width = (side // 2 * 2 for side in pictures.shape[2:])
        pictures = pictures[..., :height, :width]
        smaller = F.avg_pool2d(pictures, 2)
        larger = F.interpolate(smaller, (height, width), mode="bilinear", align_corners=False)
        bands.append(pictures - larger)
        pictures = smaller
    return bands


def beside(generator: torch.Generator, device: torch.device) -> torch.Generator:
    """Give a generator on a device, seeded by one on the CPU; on the CPU, that one itself.

    A GPU that draws its own numbers does not have to wait for numbers from the CPU.
    """
    if device.type == "cpu":
        return generator
    return torch.Generator(device).manual_seed(_choose(2**31, generator))


def draw_sight(generator: torch.Generator) -> Sight:
    """Draw a scale, and whether the pictures are mirrored."""
    return Sight(SCALES[_choose(len(SCALES), generator)], mirrored=bool(_choose(2, generator)))


def disturb(pictures: Sequence[Tensor], view: Sight, generator: torch.Generator) -> list[Tensor]:
    """Scale and mirror pictures (B, 3, H, W) like a view, and cut the same random border off all.

    Along each axis, 15 pixels are cut off in total from the two ends; fewer if the picture is
    small.
    """
    height, width = pictures[0].shape[2:]
    shown = [resize(each, scaled(width, height, view.scale)) for each in pictures]
    if view.mirrored:
        shown = [each.flip(3) for each in shown]
    for axis in (2, 3):
        side = shown[0].shape[axis]
        room = min(_SHIFT, math.ceil(side / 4))
        cut = _choose(room, generator)
        # The total is always the same, because a GPU needs preparation for each new shape.
        shown = [each.narrow(axis, cut, side - room + 1) for each in shown]
    return shown


def _choose(count: int, generator: torch.Generator) -> int:
    return int(torch.randint(count, (), generator=generator))
