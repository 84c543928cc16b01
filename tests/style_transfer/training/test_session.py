"""A training session: its checks, its ways to stop, and its output files."""

import json
import os
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from style_transfer.__main__ import build_parser
from style_transfer.training.curve import append_losses
from style_transfer.training.loop import Plan
from style_transfer.training.material import Material
from style_transfer.training.pictures import TrainingDataError
from style_transfer.training.processes import Place
from style_transfer.training.recipes.builtin import BuiltinOptions, prepare_builtin
from style_transfer.training.session import (
    check_folder,
    draw_samples,
    follow,
    gather_material,
    stop_on_interrupt,
)
from tests.style_transfer.training.conftest import CPU, draw_picture


@pytest.fixture
def console() -> Console:
    return Console(quiet=True)


@pytest.fixture
def options(teacher: Path, tmp_path: Path) -> BuiltinOptions:
    return BuiltinOptions(tmp_path / "out", 2, (32,), teacher=teacher)


def gather(console: Console, *words: object) -> Material:
    """Return the pictures that `train builtin` finds with these arguments."""
    fixed = ["train", "builtin", "--out", "out", "--teacher", "teacher"]
    arguments = build_parser().parse_args([*fixed, *map(str, words)])
    return gather_material(arguments, console, ExitStack(), artworks=True)


def test_holds_out_pictures(content: Path, style: Path, console: Console) -> None:
    material = gather(console, "--content", content, "--style", style)
    assert (len(material.content), len(material.style), len(material.held_out)) == (6, 6, 4)
    assert material.roots == (content, style)


def test_evaluates_on_a_separate_folder(content: Path, style: Path, console: Console) -> None:
    words = ("--content", content, "--style", style, "--held-out", style / "Cubism")
    material = gather(console, *words)
    assert (len(material.content), len(material.style), len(material.held_out)) == (8, 8, 4)


def test_uses_valid_pictures_and_lists_invalid_ones(content: Path) -> None:
    (content / "empty.jpg").touch()
    draw_picture(1, width=40, height=40).save(content / "small.png")
    console = Console(record=True, quiet=False, width=500)
    assert len(check_folder(content, console)) == 8
    printed = console.export_text()
    assert "empty.jpg: it cannot be decoded" in printed
    assert "small.png: it is smaller than 64 pixels" in printed


def test_refuses_a_folder_without_a_valid_picture(tmp_path: Path, console: Console) -> None:
    (tmp_path / "broken.jpg").write_text("not a picture")
    with pytest.raises(TrainingDataError, match="Not one of 1"):
        check_folder(tmp_path, console)


def test_records_losses_as_they_are_published(
    material: Material, options: BuiltinOptions, console: Console
) -> None:
    recipe = prepare_builtin(options, material, Place(CPU))
    states = list(follow(recipe.run, Plan(steps=2), console))
    lines = (options.out / "losses.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [s.progress.step for s in states]


def test_records_losses_only_in_the_first_process(
    material: Material, options: BuiltinOptions, console: Console
) -> None:
    recipe = prepare_builtin(options, material, Place(CPU, rank=1, world=2))
    assert list(follow(recipe.run, Plan(steps=2), console))
    assert not options.out.exists()


def test_writes_sheet_and_curve(material: Material, options: BuiltinOptions) -> None:
    recipe = prepare_builtin(options, material, Place(CPU))
    append_losses(options.out, 1, {"relu1_1": 0.5})
    draw_samples(recipe)
    for name in ("sheet.png", "curve.png"):
        with Image.open(options.out / name) as picture:
            picture.verify()


def test_restores_the_default_handler_for_a_second_ctrl_c() -> None:
    before = signal.getsignal(signal.SIGINT)
    asked: list[str] = []
    with stop_on_interrupt(lambda: asked.append("stop")):
        os.kill(os.getpid(), signal.SIGINT)
        assert asked == ["stop"]
        assert signal.getsignal(signal.SIGINT) is before
    assert signal.getsignal(signal.SIGINT) is before


def test_stops_on_a_terminate_signal() -> None:
    asked: list[str] = []
    with stop_on_interrupt(lambda: asked.append("stop")):
        os.kill(os.getpid(), signal.SIGTERM)
    assert asked == ["stop"]
