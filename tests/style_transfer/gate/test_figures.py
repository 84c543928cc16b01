"""Every candidate is judged, timed and weighed; what fails is listed, and a stop keeps the rest."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import torch

from style_transfer.__main__ import main
from style_transfer.backends.variants import Precision, part_name, variants_folder
from style_transfer.core.errors import OutOfMemoryError
from style_transfer.core.manifest import Card, write_card
from style_transfer.gate import figures
from style_transfer.gate.figures import STANDARD, Bench, Effort, Report
from style_transfer.gate.verify import Verification
from style_transfer.imaging.drawn import PALETTES, draw_strokes
from style_transfer.imaging.perceptual_hash import perceptual_hash
from style_transfer.methods.network.johnson import PaintingNet
from style_transfer.training.export import export_halves, to_halves_
from tests.style_transfer.export.conftest import CARD, NAME

CPU = torch.device("cpu")
SMALL = Effort(sizes=((96, 64), STANDARD), repeats=2, pairs=1)


@pytest.fixture(autouse=True)
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a network for one artwork that is a few kilobytes large."""
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    torch.manual_seed(0)
    card = CARD | {"figures": {"artwork": perceptual_hash(draw_strokes(1, PALETTES[0]))}}
    export_halves(to_halves_(PaintingNet(4, light=True)), tmp_path, NAME, card)
    return tmp_path


def export_nothing() -> None:
    """Write the card of an export whose file is gone."""
    variants_folder().mkdir()
    name = part_name(NAME, "paint", Precision.INT8)
    write_card(variants_folder(), name, Card(f"{name}.onnx", "0" * 64, "MIT", "a test"))


def without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the processes of their own, which are tested once below."""
    monkeypatch.setattr(figures, "in_fresh_process", lambda *_: 77)


def test_measures_each_candidate(monkeypatch: pytest.MonkeyPatch, weights: Path) -> None:
    without_memory(monkeypatch)
    report, bench = Report(), Bench.prepare(NAME, CPU, Effort(sizes=((96, 64),), pairs=1))
    titles = list(bench.run(report))
    assert len(titles) == bench.effort.pieces(len(bench.candidates)) == 5
    assert titles[-1] == f"network, {NAME}, torch-float32: memory"
    (row,) = report.rows
    assert row.seconds[96, 64] > 0
    assert row.kilobytes == (weights / f"{NAME}.safetensors").stat().st_size / 1e3
    assert row.content > 0
    assert row.style > 0
    assert row.psnr is None
    assert row.memory == 77


def test_lists_what_cannot_paint(monkeypatch: pytest.MonkeyPatch) -> None:
    export_nothing()
    without_memory(monkeypatch)
    report = Report()
    list(Bench.prepare(NAME, CPU, Effort(sizes=(), pairs=1)).run(report))
    assert [row.candidate.variant.name for row in report.rows] == ["torch-float32"]
    reasons = {each.title: each.reason for each in report.absent}
    assert "cannot be read" in reasons[f"network, {NAME}, onnx-int8"]


def test_lists_a_size_that_does_not_fit_once(monkeypatch: pytest.MonkeyPatch) -> None:
    without_memory(monkeypatch)
    paint = Verification.paint

    def narrow(self: Verification, photo, *rest):  # type: ignore[no-untyped-def]
        if photo.width > 700:
            raise OutOfMemoryError("There is too little memory for this size.")
        return paint(self, photo, *rest)

    monkeypatch.setattr(Verification, "paint", narrow)
    report = Report()
    list(Bench.prepare(NAME, CPU, SMALL).run(report))
    (row,) = report.rows
    assert list(row.seconds) == [(96, 64)]
    (reason,) = (each for each in report.absent if "768 x 512" in each.title)
    assert "too little memory" in reason.reason


def test_a_stop_keeps_what_was_measured() -> None:
    report = Report()
    steps = Bench.prepare(NAME, CPU, SMALL).run(report)
    assert len(list(islice(steps, 3))) == 3
    (row,) = report.rows
    assert list(row.seconds) == [(96, 64)]
    assert row.memory is None


def test_a_stop_keeps_the_distances_that_were_measured() -> None:
    bench = Bench.prepare(NAME, CPU, SMALL)
    report = Report()
    steps = replace(bench, candidates=[*bench.candidates] * 2).run(report)
    assert [title.endswith(": distances") for title in islice(steps, 2)] == [True, True]
    (row,) = report.rows
    assert row.content > 0
    assert row.seconds == {}


class TestCommand:
    WORDS = ("bench", "variants", NAME, "--quick", "--device", "cpu")

    @pytest.mark.slow
    def test_prints_one_table_and_its_remarks(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([*self.WORDS, "--repeats", "1"]) == 0
        printed = capsys.readouterr().out
        cells = next(line for line in printed.splitlines() if NAME in line).split("│")
        assert int(cells[10]) > 100  # MiB of a new process that holds torch
        assert cells[-2].strip() == "reference"
        assert "threads" in printed
        assert f"network, {NAME}, onnx-float32: not measured. It was not exported." in printed

    def test_prints_what_it_has_after_ctrl_c(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def interrupt(*_: object) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr(figures, "in_fresh_process", interrupt)
        assert main([*self.WORDS]) == 130
        printed = capsys.readouterr()
        assert NAME in printed.out
        assert "Stopped." in printed.err

    def test_refuses_what_it_cannot_measure(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["bench", "variants", "nothing", "--device", "cpu"]) == 2
        assert main([*self.WORDS, "--steps", "0"]) == 2
        printed = capsys.readouterr().err
        assert "not installed" in printed
        assert "steps must be" in printed
