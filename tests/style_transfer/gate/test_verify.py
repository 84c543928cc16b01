"""A good export is verified and used; a broken one is refused, and a poisoned result is caught."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import onnx
import pytest
import torch

from style_transfer.__main__ import main
from style_transfer.backends.choice import Execution, VariantUnverifiedError
from style_transfer.backends.sessions import Session
from style_transfer.backends.variants import Precision, Variant, read_part, variants_folder
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.export.graphs import graph_of
from style_transfer.export.writer import Exported, write_parts
from style_transfer.gate import verify
from style_transfer.imaging.drawn import PALETTES, draw_landscape, draw_strokes
from style_transfer.imaging.perceptual_hash import perceptual_hash
from style_transfer.methods.network import johnson
from style_transfer.methods.network.johnson import PaintingNet
from style_transfer.pipeline.stylize import stylize
from style_transfer.training.export import export_halves, to_halves_
from tests.style_transfer.export.conftest import CARD, NAME

pytestmark = pytest.mark.slow
ARTWORK = draw_strokes(1, PALETTES[0])
FLOAT = Variant.named("onnx-float32")
SPEC = TransferSpec(method="network", seed=4)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Install and export a network of one block, once."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("weights")
        patch.setenv("STYLEWEB_WEIGHTS_DIR", str(folder))
        patch.setattr(johnson, "BLOCKS", 1)
        patch.setattr(verify, "TIMED", (96, 64))
        patch.setattr(verify, "REPEATS", 1)
        torch.manual_seed(0)
        card = CARD | {"figures": {"artwork": perceptual_hash(ARTWORK)}}
        export_halves(to_halves_(PaintingNet(4)), folder, NAME, card)
        assert main(["export", NAME]) == 0
        yield folder


@pytest.fixture(scope="module")
def verified(weights: Path) -> tuple[Path, bytes, str]:
    """Verify the network once; return the report, its content, and what was printed."""
    del weights
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(["verify", NAME, "--device", "cpu"]) == 0
    (path,) = variants_folder().glob("verified-*.json")
    return path, path.read_bytes(), printed.getvalue()


@pytest.fixture
def report(verified: tuple[Path, bytes, str]) -> Path:
    """Return the report of the machine, as it was after the verification."""
    verified[0].write_bytes(verified[1])
    return verified[0]


def paint(backend: str) -> tuple[bytes, str]:
    """Paint, and return the pixels and the variant that the report names."""
    photo = draw_landscape((96, 80))
    *_, last = stylize(photo, [StyleInput(ARTWORK)], SPEC, execution=Execution(backend))
    assert last.image is not None
    assert last.report is not None
    return last.image.tobytes(), last.report.variant


def test_a_verified_variant_is_used(report: Path, verified: tuple[Path, bytes, str]) -> None:
    assert "onnx-float32" in verified[2]
    assert "passed" in verified[2]
    pixels, variant = paint("onnx")
    assert variant == "onnx-float32"
    wanted, reference = paint("torch")
    assert reference == "torch-float32"
    difference = [abs(one - other) for one, other in zip(pixels, wanted, strict=True)]
    assert max(difference) <= 1
    assert paint("auto")[1] in {"onnx-float32", "torch-float32"}
    report.unlink()
    assert paint("auto")[1] == "torch-float32"
    with pytest.raises(VariantUnverifiedError):
        paint("onnx")


@pytest.mark.usefixtures("report")
def test_strength_0_is_the_photo_to_the_bit() -> None:
    photo = draw_landscape((96, 80))
    spec = TransferSpec(method="network", strength=0)
    *_, last = stylize(photo, [StyleInput(ARTWORK)], spec, execution=Execution("onnx"))
    assert last.image is not None
    assert last.image.tobytes() == photo.tobytes()


@pytest.mark.usefixtures("report")
def test_a_broken_variant_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    content, card = read_part(NAME, "paint", FLOAT)
    model = onnx.load_model_from_string(content)
    broken = next(each for each in model.graph.initializer if each.name.endswith("paint.weight"))
    broken.CopyFrom(
        onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(broken) * -20, broken.name)
    )
    graph = graph_of(NAME)
    wrong = Exported(graph.parts[0], model.SerializeToString(), 0.0)
    write_parts(graph, Precision.FLOAT32, [wrong])
    try:
        assert main(["verify", NAME, "--device", "cpu"]) == 1
        printed = capsys.readouterr().out
        assert "refused" in printed
        assert "psnr" in printed
        assert paint("auto")[1] == "torch-float32"
        with pytest.raises(VariantUnverifiedError):
            paint("onnx")
    finally:
        good = Exported(graph.parts[0], content, card.figures["largest_error"])
        write_parts(graph, Precision.FLOAT32, [good])


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize("poison", [float("nan"), -9.0])
def test_a_poisoned_result_is_painted_again_by_the_reference(
    poison: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Session.run

    def damaged(self: Session, *inputs: torch.Tensor) -> list[torch.Tensor]:
        return [each + poison for each in run(self, *inputs)]

    monkeypatch.setattr(Session, "run", damaged)
    pixels, variant = paint("onnx")
    assert variant == "torch-float32"
    assert pixels == paint("torch")[0]
