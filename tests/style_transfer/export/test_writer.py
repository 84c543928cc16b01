"""An export is checked against torch at odd sizes, and written with its cards or not at all."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from style_transfer.backends.sessions import Session
from style_transfer.backends.variants import Precision, Variant, read_part, weights_of
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import ManifestError, read_manifest
from style_transfer.export import onnx_files, writer
from style_transfer.export.graphs import Graph, Part, graph_of, parts_of_painter
from style_transfer.export.onnx_files import ExportError, largest_error, trace
from style_transfer.export.writer import export_network, write_parts
from style_transfer.imaging.saving import OutputError
from style_transfer.methods.fast.network import Painter
from tests.style_transfer.conftest import full_disk
from tests.style_transfer.export.conftest import NAME, Exported

FLOAT = Variant.named("onnx-float32")


@pytest.mark.slow
class TestExport:
    def test_prints_the_error_and_writes_a_network_with_its_card(self, exported: Exported) -> None:
        assert "paint: " in exported.printed
        assert "largest difference from torch" in exported.printed
        content, card = read_part(NAME, "paint", FLOAT)
        assert card.license == "CC0-1.0"
        assert card.figures["weights"] == weights_of([NAME])
        assert card.figures["largest_error"] < 1e-4
        part = graph_of(NAME).parts[0]
        assert largest_error(part, content) == card.figures["largest_error"]
        self.holds_statistics(part, content)
        files = [path.name for path in exported.folder.iterdir() if path.suffix == ".onnx"]
        assert files == [card.file]

    def holds_statistics(self, part: Part, content: bytes) -> None:
        """Check that held statistics of one picture are used for another."""
        session = Session(content)
        photo, noise, held, hold = part.draw(32, 40)
        _, measured = session.run(photo, noise, held, hold)
        other, _, _, _ = part.draw(33, 41)
        painted, used = session.run(other[..., :32, :40] ** 2, noise, measured, hold + 1)
        torch.testing.assert_close(used, measured)
        with torch.no_grad():
            wanted, _ = part.module(other[..., :32, :40] ** 2, noise, measured, hold + 1)
        torch.testing.assert_close(painted, wanted, atol=1e-4, rtol=1e-4)

    def test_takes_a_decoder_level(self, painter: Painter) -> None:
        part = writer_parts(painter)["decoder2"]
        content = trace(part).SerializeToString()
        assert largest_error(part, content) < 1e-4
        (one,) = Session(content).run(part.draw(9, 7)[0][:1])  # any number of pictures
        assert one.shape == (1, 3, 18, 14)


def writer_parts(painter: Painter) -> dict[str, Part]:
    """Return the parts of a painter by their names."""
    return {part.name: part for part in parts_of_painter(painter)}


def test_lists_the_parts_of_encoder_and_decoder(painter: Painter) -> None:
    levels = ["encoder1", "encoder2", "encoder3", "encoder4", "decoder4", "decoder3", "decoder2"]
    assert list(writer_parts(painter)) == levels


def test_the_encoder_blocks_make_the_encoder(painter: Painter) -> None:
    picture, parts = torch.rand(1, 3, 32, 48), writer_parts(painter)
    maps = picture
    with torch.no_grad():
        wanted = painter.encoder(picture, ["relu1_1", "relu4_1"])
        for level in range(1, 5):
            maps = parts[f"encoder{level}"].module(maps)
            if level == 1:
                torch.testing.assert_close(maps, wanted["relu1_1"], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(maps, wanted["relu4_1"], atol=1e-4, rtol=1e-4)


class TestNothingHalfWritten:
    GRAPH = Graph("fast", ("fast", "builtin"), [])

    def parts(self, painter: Painter) -> list[writer.Exported]:
        """Return two parts with any content."""
        chosen = list(writer_parts(painter).values())[:2]
        return [writer.Exported(part, b"x" * 100, 0.0) for part in chosen]

    def test_on_a_full_disk(self, painter: Painter, tmp_path: Path) -> None:
        parts = self.parts(painter)
        with full_disk(), pytest.raises(OutputError, match="cannot be written"):
            write_parts(self.GRAPH, Precision.FLOAT32, parts, folder=tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_in_a_folder_that_is_a_file(self, painter: Painter, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("")
        with pytest.raises(OutputError):
            write_parts(
                self.GRAPH, Precision.FLOAT32, self.parts(painter), folder=tmp_path / "taken"
            )

    def test_of_a_network_that_differs_from_torch(
        self, installed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Traced:
            def SerializeToString(self) -> bytes:  # noqa: N802
                return b""

        monkeypatch.setattr(writer, "trace", lambda _part: Traced())
        for error in (0.5, float("nan")):
            monkeypatch.setattr(writer, "largest_error", lambda *_, error=error: error)
            with pytest.raises(ExportError, match="differs from torch") as caught:
                export_network(NAME, advance=lambda _: None)
            assert caught.value.code == "export_failed"
        assert not installed.exists()

    def test_of_several_parts_into_one_file(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match="7 parts"):
            export_network("fast", advance=lambda _: None, file=tmp_path / "x.onnx")

    @pytest.mark.parametrize("name", ["network-none", "fast-light", "builtin"])
    def test_of_what_is_no_network(self, installed: Path, name: str) -> None:
        with pytest.raises(ModelMissingError):
            export_network(name, advance=lambda _: None)
        assert not installed.exists()

    def test_beside_a_damaged_manifest(self, exported: Exported, tmp_path: Path) -> None:
        out, before = tmp_path / "out", sorted(exported.folder.iterdir())
        out.mkdir()
        (out / "manifest.json").write_text("{")
        with pytest.raises(ManifestError):
            export_network(NAME, Precision.FLOAT16, advance=lambda _: None, file=out / "x.onnx")
        assert [path.name for path in out.iterdir()] == ["manifest.json"]
        assert sorted(exported.folder.iterdir()) == before


def test_names_a_single_file_and_its_card(painter: Painter, tmp_path: Path) -> None:
    part = writer_parts(painter)["encoder1"]
    graph = Graph("fast", ("fast",), [part])
    paths = write_parts(
        graph, Precision.FLOAT32, [writer.Exported(part, b"graph", 0.0)], file=tmp_path / "x.onnx"
    )
    assert paths == [tmp_path / "x.onnx"]
    assert [card.file for card in read_manifest(tmp_path).values()] == ["x.onnx"]


def test_refuses_outputs_of_another_shape(
    painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Shrinks:
        def __init__(self, _content: bytes) -> None:
            pass

        def run(self, *inputs: Tensor) -> list[Tensor]:
            return [inputs[0][..., 1:, 1:]]

    monkeypatch.setattr(onnx_files, "Session", Shrinks)
    with pytest.raises(ExportError, match="another shape"):
        largest_error(writer_parts(painter)["encoder1"], b"")
