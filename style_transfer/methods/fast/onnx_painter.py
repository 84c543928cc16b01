"""The any-style network with its convolutions computed by ONNX Runtime.

Everything between the blocks stays in torch: statistics, transport maps, marks. Embeddings are
always made by torch, so that one embedding serves every backend.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from style_transfer.backends.sessions import Session, open_part
from style_transfer.backends.variants import Variant
from style_transfer.features.vgg import TAPS
from style_transfer.methods.fast.network import LAST_DECODED, NAME, AffineMap, Painter

DEEPEST = 4  # no painting uses features of level 5


class OnnxPainter(Painter):
    """A painter whose blocks run in sessions."""

    def __init__(self, reference: Painter, sessions: Mapping[str, Session]) -> None:
        """Combine a painter with the sessions of its blocks, encoder1 ... and decoder2 ...."""
        super().__init__(reference.encoder, reference.decoder, sha256=reference.sha256)
        self._sessions = sessions

    def in_full(self) -> Painter:
        """Return the same network, computed by torch in float32."""
        reference = Painter(self.encoder, self.decoder, sha256=self.sha256)
        return reference.eval().requires_grad_(False).in_full()  # noqa: FBT003

    def run_encoder(self, x: Tensor, taps: Sequence[str]) -> dict[str, Tensor]:
        """Compute layer -> (B, C, h, w) for pictures (B, 3, H, W) in [0, 1], block by block."""
        deepest = max(TAPS.index(tap) for tap in taps) + 1
        # One pixel cannot be reflected, and ONNX has no way to repeat it instead.
        if deepest > DEEPEST or min(x.shape[2:]) < 2**deepest:
            return super().run_encoder(x, taps)
        found: dict[str, Tensor] = {}
        for level, tap in enumerate(TAPS[:deepest], 1):
            (x,) = self._sessions[f"encoder{level}"].run(x)
            if tap in taps:
                found[tap] = x
        return found

    def apply_map(self, maps: Tensor, affine_map: AffineMap) -> Tensor:
        """Apply an affine map to features (B, C, h, w), channels first as the sessions have them.

        With channels last, the maps would be copied twice.
        """
        matrix, shift = affine_map
        return torch.baddbmm(shift[:, :, None], matrix, maps.flatten(2)).view(
            len(maps), -1, *maps.shape[2:]
        )

    def run_decoder(self, level: int, normalized: Tensor) -> Tensor:
        """Decode normalized features (B, C, h, w) to the next shallower level, level 2 to RGB."""
        if level > DEEPEST or min(normalized.shape[2:]) == 1:
            return super().run_decoder(level, normalized)
        return self._sessions[f"decoder{level}"].run(normalized)[0]


def load_onnx_painter(
    reference: Painter, variant: Variant, providers: Sequence[str]
) -> OnnxPainter:
    """Open the blocks of the shipped network in a variant.

    Raises VariantMissingError, VariantRefusedError and ProviderMissingError.
    """
    names = [
        *(f"encoder{level}" for level in range(1, DEEPEST + 1)),
        *(f"decoder{level}" for level in range(DEEPEST, LAST_DECODED - 1, -1)),
    ]
    sessions = {name: open_part(NAME, name, variant, providers) for name in names}
    return OnnxPainter(reference, sessions).eval().requires_grad_(False)  # noqa: FBT003
