"""The recipe of a tuned style code, from the command to a usable code file."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from style_transfer.__main__ import main
from style_transfer.core.errors import InputUnreadableError
from style_transfer.methods.fast.embedding import StyleEmbedding
from style_transfer.methods.fast.network import Painter
from style_transfer.training.material import Material
from style_transfer.training.processes import Place
from style_transfer.training.recipe import TrainingOptionsError
from style_transfer.training.recipes.code import Code, CodeOptions, paint, prepare_code
from tests.style_transfer.training.conftest import CPU, Train, draw_picture


@pytest.fixture
def artwork(tmp_path: Path) -> Path:
    path = tmp_path / "Great Wave.png"
    draw_picture(7, width=120, height=96).save(path)
    return path


@pytest.fixture
def options(artwork: Path, tmp_path: Path) -> CodeOptions:
    return CodeOptions(tmp_path / "out", 2, (64,), style=artwork, name="wave")


@pytest.fixture
def training(options: CodeOptions, material: Material, shipped: Painter) -> Code:
    return prepare_code(options, material, shipped, Place(CPU))


def test_starts_with_the_painters_own_code(training: Code, artwork: Path, shipped: Painter) -> None:
    with Image.open(artwork) as picture:
        own = StyleEmbedding.from_picture(picture, shipped)
    assert training.start.to_bytes() == own.to_bytes()
    assert training.objective.tuned.code().to_bytes() == own.to_bytes()


def test_compares_with_the_artwork_at_the_size_of_the_crops(
    options: CodeOptions, material: Material, shipped: Painter
) -> None:
    two = dataclasses.replace(options, sizes=(64, 96))
    style_losses = prepare_code(two, material, shipped, Place(CPU)).objective.style_losses
    for size in (64, 96):
        picture = style_losses[size].views[4].picture
        area = picture.shape[2] * picture.shape[3]
        assert area**0.5 == pytest.approx(size, abs=2)


def test_refuses_invalid_sizes_and_names(
    options: CodeOptions, material: Material, shipped: Painter
) -> None:
    with pytest.raises(TrainingOptionsError, match="multiples of 16, 64 or more, not 72"):
        prepare_code(dataclasses.replace(options, sizes=(72,)), material, shipped, Place(CPU))
    with pytest.raises(TrainingOptionsError, match="is no name"):
        prepare_code(dataclasses.replace(options, name="A B"), material, shipped, Place(CPU))


def test_refuses_an_artwork_that_is_not_a_picture(
    options: CodeOptions, material: Material, shipped: Painter, artwork: Path
) -> None:
    artwork.write_text("not a picture")
    with pytest.raises(InputUnreadableError):
        prepare_code(options, material, shipped, Place(CPU))


def test_shows_both_codes_side_by_side(training: Code) -> None:
    sheet = training.draw_sheet()
    assert sheet.width == 3 * 120 + 2 * 4
    assert sheet.height == 16 + (96 + 4) + 3 * (72 + 4)


def test_writes_a_code_that_paints(training: Code, shipped: Painter) -> None:
    with torch.no_grad():
        training.objective.tuned.get_parameter("shift2").add_(0.05)
    card = training.export()
    assert card.file == "code-wave.safetensors"
    assert card.figures["before"].keys() == card.figures["held_out_losses"].keys()
    assert card.figures["before"] != card.figures["held_out_losses"]
    code = StyleEmbedding.from_bytes((training.target / card.file).read_bytes(), shipped)
    photo = torch.rand(1, 3, 48, 48)
    assert not torch.equal(paint(photo, code, shipped), paint(photo, training.start, shipped))


def test_continues_from_its_checkpoint(
    training: Code, options: CodeOptions, material: Material, shipped: Painter
) -> None:
    with torch.no_grad():
        training.objective.tuned.get_parameter("shift2").add_(0.05)
    training.run.save()
    again = dataclasses.replace(options, resume=True)
    resumed = prepare_code(again, material, shipped, Place(CPU))
    for tuned in (training.objective.tuned, resumed.objective.tuned):
        tuned.fold_()
    assert resumed.objective.tuned.code().to_bytes() == training.objective.tuned.code().to_bytes()
    assert resumed.start.to_bytes() == training.start.to_bytes()


@pytest.fixture
def train_code(shipped: Painter, content: Path, artwork: Path, tmp_path: Path) -> Train:
    """Return a function that runs `train code` for the artwork with more arguments."""
    assert shipped.sha256

    def run(*more: str) -> int:
        small = "--batch 2 --size 64 --threads 1 --device cpu"
        fixed = ["--content", str(content), "--style", str(artwork), "--out", str(tmp_path / "o")]
        return main(["train", "code", *fixed, *small.split(), *more])

    return run


def test_makes_a_style_for_the_command_line(
    train_code: Train, content: Path, tmp_path: Path
) -> None:
    assert train_code("--steps", "2") == 0
    path, out = tmp_path / "o" / "code-great-wave.safetensors", tmp_path / "painted.png"
    card = json.loads((tmp_path / "o" / "manifest.json").read_text())["code-great-wave"]
    assert str(tmp_path) not in json.dumps(card)
    photo = next(content.rglob("*.jpg"))
    assert main(["stylize", str(photo), "--style", str(path), "-o", str(out)]) == 0
    with Image.open(out) as painted:
        assert painted.size == (80, 72)
    assert train_code("--steps", "3", "--resume") == 0
    assert json.loads((tmp_path / "o" / "checkpoint.json").read_text())["step"] == 3
