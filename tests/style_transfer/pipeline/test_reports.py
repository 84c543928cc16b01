"""The report that comes with a result."""

import pytest
import torch
from PIL import Image

from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import find_card
from style_transfer.core.spec import TransferSpec
from style_transfer.pipeline.canvas import Canvas
from style_transfer.pipeline.reports import report_of

CPU = torch.device("cpu")


def report_on(image: Image.Image, spec: TransferSpec) -> dict[str, object]:
    canvas = Canvas.prepare(image, spec, CPU)
    return report_of(canvas, spec, CPU, 1.23456).to_json()


def test_says_what_was_done_to_the_photo() -> None:
    report = report_on(Image.new("CMYK", (90, 60)), TransferSpec(size=64))
    assert report["source_mode"] == "CMYK"
    assert report["source_size"] == [90, 60]
    assert report["result_size"] == [64, 43]
    assert report["conversions"] == ["CMYK to RGB"]
    assert report["resized"] == "resized from 90 x 60 to 64 x 43: as asked"
    assert report["device"] == "cpu"
    assert report["seconds"] == 1.235


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        (TransferSpec(), ["fast", "builtin"]),
        (TransferSpec(method="optimize"), ["builtin"]),
    ],
    ids=["fast", "optimize"],
)
def test_names_the_weights_that_painted(spec: TransferSpec, names: list[str]) -> None:
    weights = report_on(Image.new("RGB", (9, 9)), spec)["weights"]
    assert weights == {name: find_card(name)[1].sha256 for name in names}


def test_names_weights_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("style_transfer.methods.optimize.method.ENCODER", "none")
    with pytest.raises(ModelMissingError):
        report_on(Image.new("RGB", (9, 9)), TransferSpec(method="optimize"))
