"""Train the decoder to paint, end to end: each level is mapped to the artwork's statistics.

A decoder that was trained by reconstruction alone shows mapped features softly, because it never
got any in training. Here it paints, and the losses compare its painting with the statistics of the
artwork's features, with the distribution of its patches of pixels, and with the photo's shapes. A
decoder learns to cheat a loss that uses a single network. So the pictures for that network are
shifted, mirrored and scaled at random each time, patches are compared without a network, and the
decoder also continues to reconstruct pictures.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.features.builtin import FeatureNet
from style_transfer.features.vgg import TAPS
from style_transfer.methods.fast.decoder import LEVELS, STRIDE, with_colors
from style_transfer.methods.fast.decoder_pass import LevelBlend, run_stages
from style_transfer.methods.fast.network import Painter, apply_map
from style_transfer.methods.fast.transport import moments_of_batch
from style_transfer.training.adversarial import PatchAdversary
from style_transfer.training.patch_loss import patch_distance
from style_transfer.training.reconstruction import Reconstruction

_PATCHES = (
    (7, 1.0),
    (7, 0.5),
    (7, 0.25),
)  # side of a patch, and scale of the picture it is cut from
_PROJECTIONS = 32
_QUIET = 0.05  # channels below this share of the largest standard deviation do not count


@dataclass(frozen=True)
class Weights:
    """The weight of each loss."""

    follow: float = 1.0
    style: float = 0.2
    patches: float = 30.0
    grain: float = 1.0
    reconstruction: float = 1.0
    range: float = 10.0


@dataclass
class Painting:
    """The objective: batches alternate photos and artworks; each photo gets the artwork after it.

    `loss_features` compare the styles. With an `adversary`, the patches of the paintings should
    also pass for patches of the artworks.
    """

    painter: Painter
    loss_features: tuple[FeatureNet, ...]
    weights: Weights = field(default_factory=Weights)
    adversary: PatchAdversary | None = None

    def __post_init__(self) -> None:
        self._reconstruction = Reconstruction(
            self.painter.encoder, self.painter.decoder, self.painter.halved
        )

    def losses(self, x: Tensor, fraction: float) -> dict[str, Tensor]:
        """Compute the losses of a batch (2B, 3, H, W); `fraction` seeds all random numbers."""
        chance = random.Random(fraction)
        photo, artwork = x[0::2], x[1::2]  # (B, 3, H, W) each
        with torch.no_grad():
            seen = self.painter.encode(artwork)
            wanted = {level: self.painter.measure(level, seen[level]) for level in LEVELS}
        stages = run_stages(self.painter, photo, wanted, draw_blend(chance))
        mapped = {each.level: apply_map(each.maps, each.affine_map) for each in stages}
        painted = mapped.pop(1)  # (B, 3, H, W), a little outside [0, 1] too
        found = {
            "follow": self.weights.follow * self._follow(painted, mapped),
            "style": self.weights.style * self._compare_styles(painted, artwork, chance),
            "patches": self.weights.patches * self._compare_patches(painted, artwork, chance),
            "grain": self.weights.grain * grain_distance(painted, artwork),
            "range": self.weights.range * (painted - painted.clamp(0, 1)).square().mean(),
        }
        again = self._reconstruction.losses(artwork, fraction)
        found["again"] = self.weights.reconstruction * torch.stack(list(again.values())).sum()
        if self.adversary:
            # Other random numbers than above, which stay the same with and without an adversary.
            apart = random.Random(f"adversary/{fraction}")
            found["adversarial"] = self._oppose(self.adversary, painted, artwork, apart)
        return found

    def _oppose(
        self, adversary: PatchAdversary, painted: Tensor, artwork: Tensor, chance: random.Random
    ) -> Tensor:
        view = View.draw(painted.shape[-1], chance)
        other = View.draw(painted.shape[-1], chance, factor=view.factor)
        return adversary.loss(view.of(painted), other.of(artwork))

    def _follow(self, painted: Tensor, mapped: Mapping[int, Tensor]) -> Tensor:
        """Compare the features of a painting, position by position, with those it was made from."""
        seen = self.painter.encode(painted, max(mapped))
        errors = []
        for level, target in mapped.items():
            own = self.painter.normalize(level, seen[level])
            errors.append(F.smooth_l1_loss(own, self.painter.normalize(level, target.detach())))
        return torch.stack(errors).mean()

    def _compare_styles(self, painted: Tensor, artwork: Tensor, chance: random.Random) -> Tensor:
        distances = []
        for features in self.loss_features:
            # Painting and artwork have different shifts but the same scale.
            view = View.draw(painted.shape[-1], chance)
            other = View.draw(painted.shape[-1], chance, factor=view.factor)
            seen = self._encode(features, view.of(painted))
            with torch.no_grad():
                wanted = self._encode(features, other.of(artwork))
            distances += [moment_distance(seen[level], wanted[level]) for level in seen]
        return torch.stack(distances).mean()

    def _compare_patches(self, painted: Tensor, artwork: Tensor, chance: random.Random) -> Tensor:
        generator = torch.Generator().manual_seed(chance.getrandbits(31))
        patches = [
            patch_distance(
                _scaled(painted, scale),
                _scaled(artwork, scale),
                patch=side,
                projections=_PROJECTIONS,
                generator=generator,
                samples=1024,
            )
            for side, scale in _PATCHES
        ]
        return torch.stack(patches).mean()

    def _encode(self, features: FeatureNet, x: Tensor) -> dict[int, Tensor]:
        """Encode x (B, 3, H, W) to levels; divide each channel by its standard deviation."""
        with torch.autocast(x.device.type, torch.bfloat16, enabled=self.painter.halved):
            maps = features(x, TAPS)
        scaled = {}
        for name in TAPS:
            scale = features.channel_scale[name]
            inverse = torch.where(scale > _QUIET * scale.max(), 1 / scale.clamp_min(1e-6), 0)
            scaled[name] = maps[name].float() * inverse[:, None, None]
        # Colors have a standard deviation of about 0.25; the factor makes it 1.
        return with_colors(scaled, 4 * x)


def draw_blend(chance: random.Random) -> LevelBlend:
    """Draw the blend for a batch: mostly full style, with some of the photo's detail."""
    pull = 1.0 if chance.random() < 0.7 else chance.uniform(0.5, 1)
    top = chance.choice((3, 4, 4, 5))
    return LevelBlend((pull,) * top, tuple(chance.uniform(0, 0.3) for _ in range(top)))


@dataclass(frozen=True)
class View:
    """A shifted, scaled and sometimes mirrored view of square pictures."""

    side: int  # of the crop, in pixels
    left: int
    top: int
    factor: float
    mirrored: bool

    @classmethod
    def draw(cls, side: int, chance: random.Random, factor: float | None = None) -> "View":
        """Draw a view of pictures with sides of `side` pixels."""
        cut = side - chance.randint(0, STRIDE)
        factor = chance.uniform(0.75, 1.0) if factor is None else factor
        left, top = chance.randint(0, side - cut), chance.randint(0, side - cut)
        return cls(cut, left, top, factor, chance.random() < 0.5)

    def of(self, x: Tensor) -> Tensor:
        """Apply the view to x (B, 3, H, W); the result has sides divisible by STRIDE."""
        x = x[..., self.top : self.top + self.side, self.left : self.left + self.side]
        side = max(STRIDE, round(self.side * self.factor / STRIDE) * STRIDE)
        x = F.interpolate(x, (side, side), mode="bilinear", antialias=True, align_corners=False)
        return x.flip(3) if self.mirrored else x


def moment_distance(painted: Tensor, artwork: Tensor) -> Tensor:
    """Measure the distance of the moments of maps (B, C, h, w), relative to the artwork's."""
    own, wanted = moments_of_batch(painted), moments_of_batch(artwork)
    size = wanted.covariance.diagonal(dim1=1, dim2=2).sum(1)
    mean = (own.mean - wanted.mean).square().sum(1) / size
    spread = (own.covariance - wanted.covariance).square().sum((1, 2))
    spread = spread / wanted.covariance.square().sum((1, 2))
    # With the square roots, one pair of very different statistics does not dominate all others.
    return (mean + 1e-4).sqrt().mean() + (spread + 1e-4).sqrt().mean()


def grain_distance(painted: Tensor, artwork: Tensor) -> Tensor:
    """Measure how much more fine grain pictures (B, 3, H, W) have than their artworks; 0 for none.

    Grain is the energy of the finest differences: across, down and diagonal. A painting needs no
    more of it than the artwork has. A network that learns to satisfy the loss of another network
    adds it everywhere.
    """
    excess = (_grain(painted) - _grain(artwork)).clamp_min(0)
    return excess.square().mean()


def _grain(x: Tensor) -> Tensor:
    """Compute the logarithm of the strength of three kinds of second differences: (3, B)."""
    across = x[..., 1:-1, 2:] - 2 * x[..., 1:-1, 1:-1] + x[..., 1:-1, :-2]
    down = x[..., 2:, 1:-1] - 2 * x[..., 1:-1, 1:-1] + x[..., :-2, 1:-1]
    diagonal = x[..., 1:, 1:] - x[..., 1:, :-1] - x[..., :-1, 1:] + x[..., :-1, :-1]
    energies = [part.square().mean((1, 2, 3)) for part in (across, down, diagonal)]  # (B,) each
    return (torch.stack(energies) + 1e-5).log() / 2


def _scaled(x: Tensor, factor: float) -> Tensor:
    if factor == 1:
        return x
    return F.interpolate(x, scale_factor=factor, mode="bilinear", antialias=True)
