"""The hand that paints a picture of one size: strokes of the artwork, guided by the photo."""

from collections.abc import Sequence

import torch
from torch import Tensor

from style_transfer.methods.frame import Artwork
from style_transfer.methods.optimize.strokes import StrokeBank, detail

_STRIDE = 3


class StrokeSynthesizer:
    """Lays strokes over pictures of the size of `photo`, the recolored photo (1, 3, H, W)."""

    def __init__(
        self,
        photo: Tensor,
        artworks: Sequence[Artwork],
        strength: float,
        generator: torch.Generator,
    ) -> None:
        """Take strokes from artworks that are at the scale of the photo; `generator` draws them."""
        self._photo = photo
        self._faith = faith(strength) * (0.2 + 0.8 * detail(photo))
        self._bank = StrokeBank(artworks, generator)
        self._generator = generator

    def synthesize(self, image: Tensor, *, settled: bool) -> Tensor:
        """Return image (1, 3, H, W) in strokes of the artwork, keeping to the photo where busy.

        Patches stand on a grid, which shows faintly. A settled picture is the mean over a full
        set of shifts, in which each row and column of the grid cancels; it takes as much longer.
        """
        guided = (image + self._faith * self._photo) / (1 + self._faith)
        shifts = _STRIDE if settled else 1
        offsets = torch.randperm(_STRIDE, generator=self._generator)[:shifts].tolist()
        laid = [self._bank.synthesize(guided, _STRIDE, offset) for offset in offsets]
        return torch.stack(laid).mean(0).clamp(0, 1)


def faith(strength: float) -> float:
    """Turn strength in [0, 1] into how much the photo guides strokes, against what is painted."""
    return float(0.8 * 16 ** (0.75 - strength))
