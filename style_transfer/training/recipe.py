"""The interface of a training, so that one command can run every training."""

import argparse
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol, Self

from PIL import Image

from style_transfer.core.errors import EngineError
from style_transfer.core.manifest import Card
from style_transfer.training.loop import Run
from style_transfer.training.material import Material
from style_transfer.training.processes import Place


class TrainingOptionsError(EngineError):
    """A training cannot run with these options."""

    code = "training_options"
    hint = "Correct the named option."


@dataclass(frozen=True)
class Options:
    """The options of any training from the command line; a recipe adds its own in a subclass.

    Each field has the name that argparse gives the argument.
    """

    out: Path
    batch: int
    sizes: tuple[int, ...]
    rate: float = 0.05
    seed: int = 0
    resume: bool = False

    @classmethod
    def read(cls, arguments: argparse.Namespace) -> Self:
        """Read the fields from parsed arguments."""
        options = cls(**{each.name: getattr(arguments, each.name) for each in fields(cls)})
        object.__setattr__(options, "sizes", tuple(options.sizes))
        return options

    def require_sizes(self, *, least: int, multiple: int = 1) -> None:
        """Raise TrainingOptionsError for a size that this training's networks do not support."""
        wrong = [size for size in self.sizes if size < least or size % multiple]
        if wrong:
            kind = f"multiples of {multiple}, " if multiple > 1 else ""
            raise TrainingOptionsError(f"--size must be {kind}{least} or more, not {wrong[0]}.")


class Recipe(Protocol):
    """A prepared training that can start or continue."""

    run: Run

    @property
    def target(self) -> Path:
        """Give the folder for the weights."""
        ...

    def draw_sheet(self) -> Image.Image:
        """Draw the sample sheet with the current weights."""
        ...

    def export(self) -> Card:
        """Evaluate the network, and write its weights with a card into the target."""
        ...


class Prepare(Protocol):
    """The function `prepare` of a recipe's module."""

    def __call__(
        self, arguments: argparse.Namespace, material: Material, place: Place, /
    ) -> Recipe:
        """Prepare a training, or restore it from its checkpoint.

        Raises a subclass of EngineError if something is missing.
        """
        ...


def name_command(kind: str, options: Options, material: Material, steps: int) -> str:
    """Write the command that repeats a training, for its card.

    It has only the names of files, because their folders on this machine are of no use elsewhere.
    """
    words = ["python -m style_transfer train", kind]
    for flag, root in zip(("--content", "--style"), material.roots, strict=False):
        words += [flag, root.name]
    common = {each.name for each in fields(Options)}
    for each in fields(options):
        value = getattr(options, each.name)
        if each.name in common or not value:  # None, False, or a weight of 0
            continue
        words.append(f"--{each.name.replace('_', '-')}")
        if value is not True:
            words.append(value.name if isinstance(value, Path) else str(value))
    words += ["--out OUT", f"--batch {options.batch}"]
    words += [f"--size {' '.join(map(str, options.sizes))}", f"--rate {options.rate:g}"]
    return " ".join([*words, f"--seed {options.seed}", f"--steps {steps}"])
