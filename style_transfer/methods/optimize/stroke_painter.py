"""Paint a picture of one size with strokes of the artwork, guided by the photo."""

from collections.abc import Sequence

import torch
from torch import Tensor

from style_transfer.methods.frame import Artwork
from style_transfer.methods.optimize.strokes import StrokeBank, detail

_STRIDE = 3


class StrokeSynthesizer:
    """Paints strokes on pictures of the size of `photo`, the recolored photo (1, 3, H, W)."""

    def __init__(
        self,
        photo: Tensor,
        artworks: Sequence[Artwork],
        strength: float,
        generator: torch.Generator,
    ) -> None:
        """Draw strokes with `generator` from artworks that are at the scale of the photo."""
        self._photo = photo
        self._faith = faith(strength) * (0.2 + 0.8 * detail(photo))
        self._bank = StrokeBank(artworks, generator)
        self._generator = generator

    def synthesize(self, image: Tensor, *, settled: bool) -> Tensor:
        """Return image (1, 3, H, W) in strokes of the artwork, close to the photo in busy places.

        Patches lie on a grid, which is faintly visible. A `settled` picture is the mean over all
        _STRIDE shifts of the grid, so its rows and columns cancel; this takes _STRIDE times as
        long.
        """
        guided = (image + self._faith * self._photo) / (1 + self._faith)
        shifts = _STRIDE if settled else 1
        offsets = torch.randperm(_STRIDE, generator=self._generator)[:shifts].tolist()
        laid = [self._bank.synthesize(guided, _STRIDE, offset) for offset in offsets]
        return torch.stack(laid).mean(0).clamp(0, 1)


def faith(strength: float) -> float:
    """Turn strength in [0, 1] into the weight of the photo relative to the current picture."""
    # From 6.4 at strength 0 to 0.4 at strength 1, and 0.8 at the default 0.75.
    return float(0.8 * 16 ** (0.75 - strength))
