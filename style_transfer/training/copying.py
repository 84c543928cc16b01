"""The objective of a network with a teacher: it copies pictures that another method painted.

If the loss uses only the artwork's statistics, a network can put its marks anywhere. It then puts
them where they cost least, for example dashes in a flat sky. A teacher's painting shows where the
marks belong. Pixels alone would teach the mean of all possible strokes at a place, which is a blur.
So features are compared too, and the statistics of features and of patches of pixels. This happens
window by window: a window of sky must be as calm as the teacher's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.features.builtin import FeatureNet
from style_transfer.features.losses import content_distance, extract
from style_transfer.features.vgg import TAPS
from style_transfer.methods.fast.transport import moments_of_batch
from style_transfer.methods.network.johnson import PaintingNet, draw_noise
from style_transfer.training.patch_loss import patch_distance
from style_transfer.training.style_loss import PATCH, beside, disturb, draw_sight, split

_COPIED = ("relu2_1", "relu3_1", "relu4_1")
_PIXELS = 2.0
_TONES = 4.0
_POOL = 8  # side in pixels of the areas whose tones are compared
_FEATURES = 0.5
_STYLE = 0.5
_PATCHES = 0.25
_WINDOW = 96  # approximate side in pixels of the windows whose statistics are compared
_PROJECTIONS = 32
_SAMPLES = 512
_SILENCE = 1e-4  # variance of a band without detail, about one step in 8 bits
_FLOOR = 0.1  # share of the mean size of windows that is added to each, because a flat one has none
_ROUND = 1e-4  # differences below the square root of this count by their squares


@dataclass
class Copying:
    """The objective: the network that learns, and the frozen features of the loss."""

    network: PaintingNet
    features: FeatureNet
    bfloat16: bool = True

    def losses(self, x: Tensor, fraction: float) -> dict[str, Tensor]:
        """Compute the losses of examples (B, 6, H, W): recolored photos and paintings of them.

        `fraction` of the training, 0 to 1, also seeds all random numbers.
        """
        generator = torch.Generator().manual_seed(int(fraction * 2**53))
        photo, wanted = x[:, :3], x[:, 3:]  # (B, 3, H, W) each
        with torch.autocast(x.device.type, torch.bfloat16, enabled=self.bfloat16):
            painted = self.network(photo, draw_noise(photo, beside(generator, x.device)))
        own, other = disturb((painted, wanted), draw_sight(generator), generator)
        seen = self._encode(own)
        with torch.no_grad():
            target = self._encode(other)
        copied = ({name: maps[name] for name in _COPIED} for maps in (seen, target))
        return {
            "tones": _TONES * _apart(F.avg_pool2d(own, _POOL), F.avg_pool2d(other, _POOL)),
            "pixels": _PIXELS * _apart(own, other),
            "features": _FEATURES * content_distance(*copied),
            "style": _STYLE * _compare_windows(seen, target, own.shape[-1]),
            "patches": _PATCHES * _compare_patches(own, other, beside(generator, x.device)),
        }

    def _encode(self, pictures: Tensor) -> dict[str, Tensor]:
        with torch.autocast(pictures.device.type, dtype=torch.bfloat16, enabled=self.bfloat16):
            maps = extract(self.features, pictures, TAPS)
        return {name: each.float() for name, each in maps.items()}


def _apart(own: Tensor, other: Tensor) -> Tensor:
    return (own - other).abs().mean()


def _compare_windows(seen: Mapping[str, Tensor], target: Mapping[str, Tensor], side: int) -> Tensor:
    count = max(1, side // _WINDOW)
    distances = [
        compare_moments(*(cut_to_windows(maps[name], count) for maps in (seen, target)))
        for name in TAPS
    ]
    return torch.stack(distances).mean()


def compare_moments(own: Tensor, wanted: Tensor) -> Tensor:
    """Measure the distance of means and covariances of windows (N, C, h, w) from the wanted ones.

    Both distances are divided by the size of the wanted value, and the square root is taken.
    """
    found, asked = moments_of_batch(own), moments_of_batch(wanted)
    sizes = asked.covariance.diagonal(dim1=1, dim2=2).sum(1)
    squares = asked.covariance.square().sum((1, 2))
    mean = (found.mean - asked.mean).square().sum(1) / _floored(sizes)
    spread = (found.covariance - asked.covariance).square().sum((1, 2)) / _floored(squares)
    apart: Tensor = ((torch.stack([mean, spread]) + _ROUND).sqrt() - _ROUND**0.5).sum(0).mean()
    return apart


def _floored(sizes: Tensor) -> Tensor:
    return sizes + _FLOOR * sizes.mean() + 1e-6


def _compare_patches(own: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:
    """Compare the distributions of patches in each band of detail, picture by picture."""
    distances = [
        patch_distance(
            band,
            wanted,
            patch=PATCH,
            projections=_PROJECTIONS,
            samples=_SAMPLES,
            generator=generator,
        )
        / (wanted.var() + _SILENCE)
        for band, wanted in zip(split(own), split(other), strict=True)
    ]
    return torch.stack(distances).sum()


def cut_to_windows(maps: Tensor, count: int) -> Tensor:
    """Cut maps (B, C, h, w) into count x count windows: (B * count**2, C, h // count, w // count).

    The remaining rows and columns are dropped.
    """
    batch, channels, height, width = maps.shape
    down, across = height // count, width // count
    maps = maps[..., : down * count, : across * count]
    cells = maps.reshape(batch, channels, count, down, count, across)
    return cells.permute(0, 2, 4, 1, 3, 5).reshape(-1, channels, down, across)
