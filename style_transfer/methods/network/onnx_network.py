"""A painting network that ONNX Runtime computes, with statistics that can be held for tiles."""

from typing import Protocol

import torch
from torch import Tensor

from style_transfer.backends.sessions import Session
from style_transfer.methods.network.johnson import Norm, PaintingNet

PAINT = "paint"  # the exported part of a painting network


class PaintingFunction(Protocol):
    """What paints recolored photos: a PaintingNet, or another backend's form of it."""

    def __call__(self, x: Tensor, noise: Tensor, /) -> Tensor:
        """Paint recolored photos (B, 3, H, W) in [0, 1]."""
        ...

    def recolor(self, photos: Tensor) -> Tensor:
        """Move the colors of each photo (B, 3, H, W) to the artwork's."""
        ...

    def hold_(self) -> None:
        """Store the statistics of the next picture, and use them for all later ones."""
        ...


class OnnxPaintingNet:
    """A painting network in a session; see export/graphs.py for its inputs and outputs."""

    def __init__(self, reference: PaintingNet, session: Session) -> None:
        """Combine a session with the network that it computes, which keeps the colors."""
        self._reference, self._session = reference, session
        norms = (each for each in reference.modules() if isinstance(each, Norm))
        self._statistics = sum(2 * len(norm.weight) for norm in norms)
        self._holding = False
        self._held: Tensor | None = None

    def __call__(self, x: Tensor, noise: Tensor, /) -> Tensor:
        """Paint recolored photos (B, 3, H, W) in [0, 1]."""
        held = x.new_zeros(len(x), self._statistics) if self._held is None else self._held
        flag = torch.full((1,), float(self._held is not None))
        painted, measured = self._session.run(x, noise, held, flag)
        if self._holding and self._held is None:
            self._held = measured
        return painted

    def recolor(self, photos: Tensor) -> Tensor:
        """Move the colors of each photo (B, 3, H, W) to the artwork's."""
        return self._reference.recolor(photos)

    def hold_(self) -> None:
        """Store the statistics of the next picture, and use them for all later ones."""
        self._holding, self._held = True, None
