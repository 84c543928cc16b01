"""The losses of paintings after one artwork: the photo's shapes, the artwork's marks.

Content and style losses on the features of a frozen network (Johnson et al. 2016). A painting
network soon learns to satisfy that one network with a fine hatch that does not look like strokes.
Three things prevent this: paintings are shown at random scales, shifts and flips and with a
little noise; the artwork is shown at the same scales and flips; and pixel patches are compared
with the artwork's without a network (patch_loss.py).
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
PATCH = 7  # pixels a side
BANDS = 3  # grain, strokes, shapes of strokes: each half as fine as the one before
_PATCH_WEIGHT = 10.0
_BAND_WEIGHT = 0.5
_PROJECTIONS = 32
_SAMPLES = 1024
_SILENCE = 1e-4  # variance of a band without detail, about one step in 8 bits
_TOTAL_VARIATION = 0.02
_POOL = 16  # pixels a side over which tones are compared
_EPSILON = 1e-6
_ROUND = 1e-4  # below the root of this, differences count by their squares
_SHIFT = 16  # pixels; the deepest features stand on a grid of as many
_NOISE = 0.02  # standard deviation; a hatch that lives on smaller differences is worth nothing
_LAYERS = tuple(sorted({*TAPS, *CONTENT_LAYERS}))


@dataclass(frozen=True)
class Sight:
    """How pictures are looked at: at a scale, and perhaps mirrored."""

    scale: float
    mirrored: bool


@dataclass(frozen=True)
class View(Sight):
    """An artwork as it is compared at a sight: (1, 3, h, w) and its moments."""

    picture: Tensor
    moments: Mapping[str, Moments]


@torch.no_grad()
def look_at(features: FeatureNet, artwork: Tensor, scales: Sequence[float] = SCALES) -> list[View]:
    """Prepare an artwork (1, 3, H, W), whose size at scale 1 this is, for comparison."""
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
    """Frozen features, and views of the one artwork.

    `content_weight` is for the photo's shapes, `tone_weight` for how light and of what color its
    larger areas are. Without the second a network that sees a flat sky or a cheek paints the
    shades of the whole artwork into it, in blots.
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

        Gradients flow to the paintings. `generator`, on the processor, decides how they are
        looked at.
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
        """Compare each painting with the artwork; a batch must not share one's textures."""
        return torch.stack([moments_apart(seen[name], view.moments[name]) for name in TAPS]).mean()

    def _patches(self, shown: Tensor, view: View, generator: torch.Generator) -> Tensor:
        """Compare patches as they are, and those of each band in units of the artwork's.

        Colors make up most of a patch; a hatch in it hardly shows until they are taken away.
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
    """Measure how far means and covariances of maps (B, C, h, w) are from those of one artwork.

    Both are in terms of the artwork's, and of both the roots are taken: a crop without texture, or
    with too much of it, must not outweigh all others.
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
    """Measure how differently colored areas of 16 x 16 pixels are in pictures (B, 3, H, W)."""
    return F.l1_loss(F.avg_pool2d(one, _POOL), F.avg_pool2d(other, _POOL))


def split(pictures: Tensor) -> list[Tensor]:
    """Split pictures (B, C, H, W) into what each halving of their size takes away, finest first."""
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
    """Give a generator on a device that follows from one on the processor, or that one itself.

    A GPU that draws its own numbers need not wait for those of the processor to arrive.
    """
    if device.type == "cpu":
        return generator
    return torch.Generator(device).manual_seed(_choose(2**31, generator))


def draw_sight(generator: torch.Generator) -> Sight:
    """Draw a scale, and whether to mirror."""
    return Sight(SCALES[_choose(len(SCALES), generator)], mirrored=bool(_choose(2, generator)))


def disturb(pictures: Sequence[Tensor], view: Sight, generator: torch.Generator) -> list[Tensor]:
    """Scale and mirror pictures as a view is, and cut a random border off, of all the same.

    Each is (B, 3, H, W). Fifteen pixels are cut off a side and the one opposite together, fewer
    where they are small.
    """
    height, width = pictures[0].shape[2:]
    shown = [resize(each, scaled(width, height, view.scale)) for each in pictures]
    if view.mirrored:
        shown = [each.flip(3) for each in shown]
    for axis in (2, 3):
        side = shown[0].shape[axis]
        room = min(_SHIFT, math.ceil(side / 4))
        cut = _choose(room, generator)
        # Always as much on both sides together: a GPU prepares for each new shape.
        shown = [each.narrow(axis, cut, side - room + 1) for each in shown]
    return shown


def _choose(count: int, generator: torch.Generator) -> int:
    return int(torch.randint(count, (), generator=generator))
