"""The style predictor: a file that works, and those that are refused with a sentence."""

import sys
from pathlib import Path

import pytest
import torch

from style_transfer.bench.predictor import (
    PredictorMissingError,
    StylePredictor,
    predicted_style_distance,
)
from tests.support.onnx_files import write_mean_color


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mean.onnx"
    write_mean_color(path)
    return path


def test_predicts_from_a_picture_of_any_size(file: Path) -> None:
    picture = torch.tensor([0.2, 0.4, 0.6]).view(1, 3, 1, 1).expand(1, 3, 40, 70)
    assert StylePredictor(file).embed(picture).tolist() == pytest.approx([0.2, 0.4, 0.6], abs=1e-3)


def test_is_zero_for_one_style_and_grows_with_the_angle() -> None:
    style = torch.tensor([1.0, 0.0])
    assert predicted_style_distance(style, 3 * style) == pytest.approx(0)
    assert predicted_style_distance(style, torch.tensor([1.0, 1.0])) == pytest.approx(1 - 0.5**0.5)
    assert predicted_style_distance(style, -style) == pytest.approx(2)


def test_refuses_what_is_not_a_network(tmp_path: Path) -> None:
    path = tmp_path / "words.onnx"
    path.write_text("no network")
    with pytest.raises(PredictorMissingError, match=r"words\.onnx cannot be read"):
        StylePredictor(path)
    with pytest.raises(PredictorMissingError, match="cannot be read"):
        StylePredictor(tmp_path / "none.onnx")


def test_refuses_a_network_for_pictures_of_another_size(tmp_path: Path) -> None:
    write_mean_color(tmp_path / "small.onnx", side=64)
    with pytest.raises(PredictorMissingError, match="256 x 256"):
        StylePredictor(tmp_path / "small.onnx")


def test_says_that_the_package_is_missing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(PredictorMissingError, match="onnxruntime") as caught:
        StylePredictor(file)
    assert "pip install" in caught.value.hint
