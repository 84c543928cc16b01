"""The shared parts of recipes: options from the command line, and the command for the card."""

import argparse
from dataclasses import dataclass
from pathlib import Path

import pytest

from style_transfer.training.material import Material
from style_transfer.training.recipe import Options, TrainingOptionsError, name_command


@dataclass(frozen=True, kw_only=True)
class TaughtOptions(Options):
    """Options of a training with a teacher."""

    teacher: Path


@pytest.fixture
def options(tmp_path: Path) -> TaughtOptions:
    return TaughtOptions(
        tmp_path / "run", 2, (32, 48), seed=7, teacher=tmp_path / "slim.safetensors"
    )


def test_reads_the_fields_of_a_recipe_and_no_others() -> None:
    arguments = argparse.Namespace(
        out=Path("out"),
        batch=2,
        sizes=[32, 48],
        rate=0.1,
        seed=7,
        resume=True,
        teacher=Path("t"),
        steps=9,
    )
    read = TaughtOptions.read(arguments)
    assert read == TaughtOptions(
        Path("out"), 2, (32, 48), rate=0.1, seed=7, resume=True, teacher=Path("t")
    )
    assert Options.read(arguments) == Options(
        Path("out"), 2, (32, 48), rate=0.1, seed=7, resume=True
    )


def test_names_the_command_without_paths(
    options: TaughtOptions, material: Material, tmp_path: Path
) -> None:
    command = name_command("thing", options, material, 90)
    assert command == (
        "python -m style_transfer train thing --content content --style style"
        " --teacher slim.safetensors --out OUT --batch 2 --size 32 48 --rate 0.05 --seed 7"
        " --steps 90"
    )
    assert str(tmp_path) not in command


@dataclass(frozen=True, kw_only=True)
class RichOptions(Options):
    """Options of every type."""

    style: Path
    style_size: int = 512
    light: bool = False
    fine: bool = False
    judge: Path | None = None


def test_names_options_of_every_type(material: Material, tmp_path: Path) -> None:
    options = RichOptions(tmp_path, 2, (32,), style=tmp_path / "a.jpg", style_size=96, light=True)
    command = name_command("thing", options, material, 5)
    assert " --style a.jpg --style-size 96 --light --out OUT" in command
    assert "fine" not in command
    assert "judge" not in command


def test_says_which_size_is_wrong(options: TaughtOptions) -> None:
    options.require_sizes(least=32, multiple=16)
    with pytest.raises(TrainingOptionsError, match="--size must be 33 or more, not 32"):
        options.require_sizes(least=33)
    with pytest.raises(TrainingOptionsError, match="multiples of 32, 16 or more, not 48"):
        options.require_sizes(least=16, multiple=32)
