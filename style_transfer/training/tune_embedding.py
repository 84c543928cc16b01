"""Tune a style embedding: only the statistics of the artwork change, all networks stay the same.

Features that were decoded from the artwork's statistics no longer have exactly those statistics.
With other statistics the painter may come closer to the artwork. An embedding is changed by one
affine map per level, the same for all its views, so it remains one artwork at every size.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from style_transfer.features.losses import Moments
from style_transfer.methods.fast.decoder import LEVELS
from style_transfer.methods.fast.decoder_pass import LevelBlend, paint_whole
from style_transfer.methods.fast.embedding import StyleEmbedding
from style_transfer.methods.fast.network import AffineMap, Painter
from style_transfer.methods.fast.schedule import blend_for
from style_transfer.training.style_loss import StyleLoss

STRENGTH = 0.75  # the strength of the paintings in the loss
_SHIFT = 10.0  # means, in units of standard deviations, should move faster than the axes turn


class TunedEmbedding(nn.Module):
    """The moments of an embedding, and a small change to them that is learned.

    The change is an affine map per level, close to the identity; `fold_` applies it to the moments
    and resets it. So each step of an optimizer begins at the statistics that the painter really
    uses, and no gradient has to pass through the decompositions of a transport map.
    """

    def __init__(self, code: StyleEmbedding) -> None:
        """Begin with an embedding, unchanged."""
        super().__init__()
        self._code = code
        for level in LEVELS:
            size = code.means[level].shape[1]
            self.register_buffer(f"mean{level}", code.means[level].clone())
            self.register_buffer(f"covariance{level}", code.covariances[level].clone())
            self.register_parameter(f"shift{level}", nn.Parameter(torch.zeros(size)))
            self.register_parameter(f"stretch{level}", nn.Parameter(torch.zeros(size, size)))

    def maps(self, level: int) -> tuple[Tensor, Tensor]:
        """Give the map of a level, (L, L) and (L,); it is symmetric and close to the identity."""
        stretch = self.get_parameter(f"stretch{level}")
        eye = torch.eye(len(stretch), device=stretch.device)
        return eye + (stretch + stretch.mT) / 2, _SHIFT * self.get_parameter(f"shift{level}")

    @torch.no_grad()
    def fold_(self) -> None:
        """Apply the maps to the moments of all views, and reset the maps to the identity."""
        for level in LEVELS:
            matrix, shift = self.maps(level)
            mean, covariance = (self.get_buffer(f"{n}{level}") for n in ("mean", "covariance"))
            mean.copy_(mean @ matrix.T + shift)  # (views, L)
            covariance.copy_(matrix @ covariance @ matrix.T)  # (views, L, L)
            for name in ("shift", "stretch"):
                self.get_parameter(f"{name}{level}").zero_()

    def code(self) -> StyleEmbedding:
        """Give the embedding as it is after the last fold."""
        return replace(
            self._code,
            means={level: self.get_buffer(f"mean{level}").clone() for level in LEVELS},
            covariances={level: self.get_buffer(f"covariance{level}").clone() for level in LEVELS},
        )


class TunedPainter(Painter):
    """A painter that adds the maps of a tuned embedding to its own; they get gradients."""

    tuned: TunedEmbedding

    @classmethod
    def of(cls, painter: Painter, tuned: TunedEmbedding) -> "TunedPainter":
        """Make a tuned painter that shares the networks of a painter."""
        tuned_painter = cls(
            painter.encoder, painter.decoder, halved=painter.halved, sha256=painter.sha256
        )
        # It is not a submodule, because its parameters are not weights of the painter.
        object.__setattr__(tuned_painter, "tuned", tuned)
        return tuned_painter.to(painter.device).eval()

    def decode_level(self, level: int, maps: Tensor, affine_map: AffineMap) -> Tensor:
        """Apply both maps to a level and decode it; see Painter.decode_level."""
        matrix, shift = self.embed(level)
        tuned = matrix @ affine_map[0], affine_map[1] @ matrix.T + shift
        return super().decode_level(level, maps, tuned)

    def embed(self, level: int) -> tuple[Tensor, Tensor]:
        """Give the map of a level for all its channels, not normalized: (C, C) and (C,)."""
        live, std = self.get_buffer(f"live{level}"), self.get_buffer(f"std{level}")
        inner, offset = self.tuned.maps(level)
        width = self.decoder.width(level)
        matrix = torch.eye(width, device=inner.device)  # dead channels stay as they are
        matrix = matrix.index_put((live[:, None], live), inner * std[:, None] / std)
        shift = torch.zeros(width, device=inner.device).index_put((live,), offset * std)
        return matrix, shift


@dataclass
class Tuning:
    """The objective: the style loss of photos painted from the current embedding.

    `style_losses` has one loss per side of the crops; it compares with the artwork at that size.
    """

    tuned: TunedEmbedding
    painter: TunedPainter
    style_losses: Mapping[int, StyleLoss]

    def losses(self, x: Tensor, fraction: float) -> dict[str, Tensor]:
        """Compute the losses of photos (B, 3, S, S) in [0, 1], S divisible by STRIDE.

        `fraction` of the training, 0 to 1, also seeds all random numbers.
        """
        self.tuned.fold_()
        chance = random.Random(fraction)
        generator = torch.Generator().manual_seed(chance.getrandbits(31))
        painted = self._paint(x, blend_for(STRENGTH))
        style_loss = self.style_losses[x.shape[-1]]
        return style_loss.losses(painted, x, generator)

    def _paint(self, x: Tensor, blend: LevelBlend) -> Tensor:
        wanted = expand(self.tuned.code().at(float(x.shape[-1])), len(x))
        return paint_whole(self.painter, x, wanted, blend).float()


def expand(moments: Mapping[int, Moments], batch: int) -> dict[int, Moments]:
    """Repeat the moments of one picture, (L,) and (L, L), for a batch."""
    return {
        level: Moments(each.mean.expand(batch, -1), each.covariance.expand(batch, -1, -1))
        for level, each in moments.items()
    }
