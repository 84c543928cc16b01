"""Paint a picture of one size with strokes of the artwork, guided by the photo."""

from collections.abc import Sequence

import torch
from torch import Tensor

from style_transfer.methods.flow import spare
from style_transfer.methods.guide import detail, faith, share_of
from style_transfer.methods.strokes import STRIDE, StrokeBank
from style_transfer.methods.subject import enlarged

_SUBJECT = 3.0  # times as faithful where the subject is


class StrokeSynthesizer:
    """Paints strokes on pictures of the size of `photo`, the recolored photo (1, 3, H, W)."""

    def __init__(
        self,
        photo: Tensor,
        patches: Sequence[Tensor],
        strength: float,
        generator: torch.Generator,
        subject: Tensor | None = None,
    ) -> None:
        """Take patches (N, 3*PATCH*PATCH) of each artwork; `generator` chooses the offsets.

        `subject` (1, 1, h, w) in [0, 1] maps what is painted closer to the photo.
        """
        self._photo = photo
        self._faith = faith(strength) * (0.2 + 0.8 * detail(photo))
        if subject is not None:
            self._faith *= 1 + _SUBJECT * enlarged(subject, *photo.shape[2:])
        self._spared = spare(share_of(self._faith), subject)
        self._bank = StrokeBank(patches)
        self._generator = generator

    def synthesize(self, image: Tensor, *, settled: bool) -> Tensor:
        """Return image (1, 3, H, W) in strokes of the artwork, close to the photo in busy places.

        Patches lie on a grid, which is faintly visible. A `settled` picture is the mean over all
        STRIDE shifts of the grid, so its rows and columns cancel; this takes STRIDE times as
        long.
        """
        guided = (image + self._faith * self._photo) / (1 + self._faith)
        guided = self._bank.add_grain(guided, self._spared, self._generator)
        shifts = STRIDE if settled else 1
        offsets = torch.randperm(STRIDE, generator=self._generator)[:shifts].tolist()
        return self._bank.synthesize(guided, *offsets).clamp_(0, 1)
