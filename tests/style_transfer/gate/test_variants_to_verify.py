"""The gate looks only at variants that can paint here."""

from pathlib import Path

import pytest
import torch

from style_transfer.backends.sessions import CPU_PROVIDER, TENSORRT
from style_transfer.backends.variants import Precision, Variant, part_name, variants_folder
from style_transfer.bench.distances import Metric
from style_transfer.core.manifest import Card, write_card
from style_transfer.features.builtin import FeatureNet
from style_transfer.gate import verify
from style_transfer.gate.verify import Verification, variants_to_verify
from style_transfer.methods import load_method

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write cards of INT8 and S8 files of `fast`, on a machine that knows half precision."""
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    monkeypatch.setattr(verify, "knows_bfloat16", lambda _: True)
    variants_folder().mkdir()
    for precision in (Precision.INT8, Precision.S8):
        name = part_name("fast", "decoder2", precision)
        write_card(variants_folder(), name, Card(f"{name}.onnx", "0" * 64, "MIT", "a test"))


def names(features: FeatureNet, method: str, *providers: str) -> list[str]:
    metric = Metric(features, "tiny")
    gate = Verification("fast", load_method(method), [], CPU, providers, metric)
    return [each.name for each in variants_to_verify(gate)]


def test_half_precision_is_for_methods_that_have_it(features: FeatureNet) -> None:
    half = Variant.named("torch-bfloat16").name
    assert half in names(features, "fast", CPU_PROVIDER)
    assert half not in names(features, "network", CPU_PROVIDER)


def test_symmetric_activations_are_for_tensorrt(features: FeatureNet) -> None:
    assert "onnx-int8" in names(features, "fast", CPU_PROVIDER)
    assert "onnx-s8" not in names(features, "fast", CPU_PROVIDER)
    assert "onnx-s8" in names(features, "fast", TENSORRT, CPU_PROVIDER)
