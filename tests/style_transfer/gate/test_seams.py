"""Tiles change strokes by any backend; the gate refuses only the seams of the variant itself."""

from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from style_transfer.backends.sessions import CPU_PROVIDER
from style_transfer.backends.standard import LIMITS, SEAM
from style_transfer.backends.variants import Variant
from style_transfer.bench.distances import Metric
from style_transfer.core.spec import TransferSpec
from style_transfer.features.builtin import FeatureNet
from style_transfer.gate.golden import GoldenPair
from style_transfer.gate.verify import Verification
from style_transfer.imaging.drawn import draw_landscape
from style_transfer.methods import load_method
from style_transfer.methods.frame import Attempt

CPU = torch.device("cpu")
ONNX = Variant.named("onnx-float32")
PHOTO = draw_landscape((288, 192))
WHOLE = torch.rand(1, 3, 192, 288, generator=torch.Generator().manual_seed(1)) / 2


class RoundsInTiles(Verification):
    """Paints noise; in tiles other strokes come out, as where maps are rounded between them."""

    def paint(
        self,
        photo: Image.Image,
        artwork: Image.Image,
        attempt: Attempt,
        spec: TransferSpec | None = None,
    ) -> Tensor:
        found = WHOLE.clone()
        if attempt.tiling is not None and not attempt.exact:
            found[..., 128:] += 0.2
        return found


class HasSeams(RoundsInTiles):
    """The same, with another step between the tiles of the variant alone."""

    def paint(
        self,
        photo: Image.Image,
        artwork: Image.Image,
        attempt: Attempt,
        spec: TransferSpec | None = None,
    ) -> Tensor:
        found = super().paint(photo, artwork, attempt, spec)
        if attempt.tiling is not None and attempt.variant == ONNX:
            found[..., 128:] += 0.1
        return found


@pytest.fixture(autouse=True)
def _nothing_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))


def gate(kind: type[Verification], features: FeatureNet) -> Verification:
    metric, pairs = Metric(features, "tiny"), [GoldenPair("tiny", PHOTO, PHOTO)]
    return kind("fast", load_method("fast"), pairs, CPU, (CPU_PROVIDER,), metric)


@pytest.mark.parametrize("variant", ["torch-float32", "onnx-float32"])
def test_passes_what_torch_paints_in_the_same_tiles(variant: str, features: FeatureNet) -> None:
    verdict = gate(RoundsInTiles, features).verdict(Variant.named(variant))
    assert verdict.passed
    assert verdict.scores[SEAM] == pytest.approx(0, abs=1e-5)


def test_refuses_seams_that_torch_has_not(features: FeatureNet) -> None:
    verdict = gate(HasSeams, features).verdict(ONNX)
    assert verdict.scores[SEAM] > LIMITS[SEAM]
    assert [reason.split()[0] for reason in verdict.reasons] == [SEAM]
