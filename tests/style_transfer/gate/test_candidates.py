"""The table of variants knows every way to paint, and says why one is not measured."""

import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

from style_transfer.backends.variants import Precision, part_name, variants_folder
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import Card, write_card
from style_transfer.gate import candidates, verify
from style_transfer.gate.candidates import (
    Candidate,
    absent_methods,
    default_names,
    find_candidates,
    open_gate,
)
from style_transfer.gate.golden import GoldenPair

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _nothing_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the shipped weights only, on a machine without half precision; nothing is painted."""
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    monkeypatch.setattr(verify, "knows_bfloat16", lambda _: False)
    blank = Image.new("RGB", (8, 8))
    for module in (verify, candidates):
        monkeypatch.setattr(module, "golden_pairs", lambda: [GoldenPair("blank", blank, blank)])


def found(name: str, steps: int = 12) -> tuple[list[Candidate], dict[str, str]]:
    """Return the candidates of a method, and the reason of each absent one by its title."""
    present, absent = find_candidates(open_gate(name, CPU), steps)
    return present, {each.title: each.reason for each in absent}


def test_the_standard_networks_come_first_and_the_light_ones_after_them() -> None:
    present, absent = found("fast")
    assert [each.title for each in present] == [
        "fast, fast, torch-float32",
        "fast, fast-light, torch-float32",
    ]
    assert "not faster in bfloat16" in absent["fast, fast, torch-bfloat16"]
    assert "style-transfer export fast`" in absent["fast, fast, onnx-float32"]
    assert "export fast --precision int8`" in absent["fast, fast, onnx-int8"]
    assert "no TensorrtExecutionProvider" in absent["fast, fast, onnx-float16"]
    assert "no TensorrtExecutionProvider" in absent["fast, fast, onnx-s8"]
    assert "Only the standard networks" in absent["fast, fast-light, onnx"]


def test_what_was_exported_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "knows_bfloat16", lambda _: True)
    variants_folder().mkdir()
    name = part_name("fast", "decoder2", Precision.INT8)
    write_card(variants_folder(), name, Card(f"{name}.onnx", "0" * 64, "MIT", "a test"))
    present, absent = found("fast")
    assert [each.title for each in present] == [
        "fast, fast, torch-float32",
        "fast, fast, torch-bfloat16",
        "fast, fast, onnx-int8",
        "fast, fast-light, torch-float32",
        "fast, fast-light, torch-bfloat16",
    ]
    assert not {"fast, fast, onnx-int8", "fast, fast, torch-bfloat16"} & set(absent)


def test_names_a_runtime_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    _, absent = found("fast")
    assert absent["fast, fast, onnx-int8"] == "The package onnxruntime is not installed."


def test_each_feature_network_is_one_way_to_paint() -> None:
    present, absent = found("gatys")
    assert [each.network for each in present] == ["builtin", "builtin-light"]
    assert [each.spec.features for each in present] == ["builtin", "builtin-light"]
    assert absent["gatys, vgg19"] == "The weights vgg19 are not installed."
    assert len(absent) == 5


@pytest.mark.parametrize(("steps", "taken"), [(5, 5), (500, 12)])
def test_takes_few_steps_and_never_more_than_usual(steps: int, taken: int) -> None:
    present, absent = found("optimize", steps)
    assert [each.spec.steps for each in present] == [taken]
    assert absent == {}


@pytest.mark.parametrize("name", ["network", "network-none", "builtin", "nothing"])
def test_refuses_a_name_that_paints_nothing(name: str) -> None:
    with pytest.raises(ModelMissingError):
        open_gate(name, CPU)


def test_measures_all_methods_unless_some_are_named() -> None:
    assert default_names() == ["fast", "optimize", "gatys"]
    (absent,) = absent_methods()
    assert absent.title == "network"
    assert "No network was trained" in absent.reason
