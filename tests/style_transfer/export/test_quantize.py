"""Quantized parts stay close to torch, keep the chosen layers in float, and have a card."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from style_transfer.__main__ import main
from style_transfer.backends.variants import OPSET, Precision, Variant, read_part
from style_transfer.export import writer
from style_transfer.export.calibration import calibration_pictures
from style_transfer.export.graphs import graph_of, shapes_of
from style_transfer.export.onnx_files import ExportError
from style_transfer.export.tensorrt import trtexec_line
from tests.style_transfer.export.conftest import NAME, Exported


def convolutions(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Return the convolutions of a file."""
    return [node for node in model.graph.node if node.op_type == "Conv"]


@pytest.mark.slow
class TestConverted:
    def test_parts_are_small_and_close_to_torch(
        self,
        exported: Exported,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        assert exported.folder.is_dir()
        monkeypatch.setattr(writer, "export_float", None)  # the float parts are used again
        assert main(["export", NAME, "--precision", "int8"]) == 0
        assert main(["export", NAME, "--tensorrt", "s8"]) == 0
        assert main(["export", NAME, "--tensorrt", "float16"]) == 0
        printed = capsys.readouterr().out
        assert "relative difference" in printed
        assert "trtexec --onnx=" in printed
        plain, _ = read_part(NAME, "paint", Variant.named("onnx-float32"))
        for precision in (Precision.INT8, Precision.S8, Precision.FLOAT16):
            content, card = read_part(NAME, "paint", Variant.named(f"onnx-{precision}"))
            assert card.figures["largest_error"] < 0.1
            assert len(content) < 2 * len(plain)
            if precision is not Precision.FLOAT16:
                assert card.data[0]["sources"][0]["license"] == "CC0-1.0"
                self.keeps_the_last_layer(content, signed=precision is Precision.S8)
            self.has_the_types_that_tensorrt_takes(content, precision)

    def has_the_types_that_tensorrt_takes(self, content: bytes, precision: Precision) -> None:
        """Check the types of a file, by which alone TensorRT 11 decides how it computes."""
        model = onnx.load_model_from_string(content)
        onnx.checker.check_model(model, full_check=True)
        ends = [*model.graph.input, *model.graph.output]
        assert {each.type.tensor_type.elem_type for each in ends} == {onnx.TensorProto.FLOAT}
        assert {each.version for each in model.opset_import if not each.domain} == {OPSET}
        assert not {node.domain for node in model.graph.node} - {"", "ai.onnx"}
        weights = {each.name: each for each in model.graph.initializer}
        if precision is Precision.FLOAT16:
            kinds = {weights[node.input[1]].data_type for node in convolutions(model)}
            assert kinds == {onnx.TensorProto.FLOAT16}
        if precision is Precision.S8:
            for node in model.graph.node:
                if node.op_type in {"QuantizeLinear", "DequantizeLinear"}:
                    offset = onnx.numpy_helper.to_array(weights[node.input[2]])
                    assert offset.dtype == np.int8
                    assert not offset.any()
                    assert onnx.numpy_helper.to_array(weights[node.input[1]]).min() > 0

    def keeps_the_last_layer(self, content: bytes, *, signed: bool) -> None:
        """Check which convolutions get quantized maps, and the type of these."""
        model = onnx.load_model_from_string(content)
        made_by = {name: node for node in model.graph.node for name in node.output}
        weights = {each.name: each for each in model.graph.initializer}
        floats, zeros = 0, set()
        for node in model.graph.node:
            if node.op_type != "Conv":
                continue
            source = made_by.get(node.input[0])
            if source is None or source.op_type != "DequantizeLinear":
                floats += 1
                continue
            zeros.add(weights[source.input[2]].data_type)
        assert floats == 2
        assert zeros == {onnx.TensorProto.INT8 if signed else onnx.TensorProto.UINT8}


def test_refuses_a_part_that_is_plainly_broken(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = graph_of(NAME)
    monkeypatch.setattr(writer, "quantize", lambda *_: b"broken")
    monkeypatch.setattr(writer, "relative_error", lambda *_: float("nan"))
    parts = [writer.Exported(graph.parts[0], b"float", 0.0)]
    with pytest.raises(ExportError, match="paint in int8"):
        writer.convert(graph, parts, Precision.INT8, lambda _: None)
    assert not installed.exists()


def test_calibrates_on_pictures_that_the_gate_does_not_use() -> None:
    from style_transfer.gate.golden import golden_pairs

    golden = {pair.photo.tobytes() for pair in golden_pairs()}
    assert not golden & {image.tobytes() for image in calibration_pictures()}
    assert all(side % 16 == 0 for image in calibration_pictures() for side in image.size)


def test_writes_a_line_for_trtexec(installed: Path) -> None:
    del installed
    torch.manual_seed(0)
    shapes = shapes_of(graph_of(NAME).parts[0])
    assert shapes["noise"] == [[1, 4, 16, 16], [1, 4, 128, 192], [4, 4, 512, 512]]
    line = trtexec_line(Path("x.onnx"), shapes)
    assert "--minShapes=photo:1x3x64x64,noise:1x4x16x16,held:1x" in line
    assert "--stronglyTyped" in line
    assert line.endswith("--saveEngine=x.engine")
