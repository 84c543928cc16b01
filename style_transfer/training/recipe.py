"""What a training brings, so that one command can run them all."""

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
    """Options with which a training cannot run."""

    code = "training_options"
    hint = "Correct the named option."


@dataclass(frozen=True)
class Options:
    """What the command line decides about any training; a recipe adds its own by inheriting.

    A field has the name that argparse gives the argument.
    """

    out: Path
    batch: int
    sizes: tuple[int, ...]
    rate: float = 0.05
    seed: int = 0
    resume: bool = False

    @classmethod
    def read(cls, arguments: argparse.Namespace) -> Self:
        """Take the fields from parsed arguments."""
        options = cls(**{each.name: getattr(arguments, each.name) for each in fields(cls)})
        object.__setattr__(options, "sizes", tuple(options.sizes))
        return options

    def require_sizes(self, *, least: int, multiple: int = 1) -> None:
        """Raise TrainingOptionsError for a size that this training's networks cannot take."""
        wrong = [size for size in self.sizes if size < least or size % multiple]
        if wrong:
            kind = f"multiples of {multiple}, " if multiple > 1 else ""
            raise TrainingOptionsError(f"--size must be {kind}{least} or more, not {wrong[0]}.")


class Recipe(Protocol):
    """A training that is laid out and ready to run, or to go on."""

    run: Run

    @property
    def target(self) -> Path:
        """The folder that the weights go to."""
        ...

    def draw_sheet(self) -> Image.Image:
        """Draw the sample sheet as the network stands."""
        ...

    def export(self) -> Card:
        """Evaluate the network, and write its weights with a card into the target."""
        ...


class Prepare(Protocol):
    """The door of a recipe's module: `prepare`."""

    def __call__(
        self, arguments: argparse.Namespace, material: Material, place: Place, /
    ) -> Recipe:
        """Lay a training out, or bring it back from its checkpoint.

        Raises EngineError subclasses for whatever is missing.
        """
        ...


def name_command(kind: str, options: Options, material: Material, steps: int) -> str:
    """Write down the command that repeats a training, for its card.

    Names only: where the files lay on the machine helps nobody.
    """
    words = ["python -m style_transfer train", kind]
    for flag, root in zip(("--content", "--style"), material.roots, strict=False):
        words += [flag, root.name]
    common = {each.name for each in fields(Options)}
    for each in fields(options):
        value = getattr(options, each.name)
        if each.name in common or value is None or value is False:
            continue
        words.append(f"--{each.name.replace('_', '-')}")
        if value is not True:
            words.append(value.name if isinstance(value, Path) else str(value))
    words += ["--out OUT", f"--batch {options.batch}"]
    words += [f"--size {' '.join(map(str, options.sizes))}", f"--rate {options.rate:g}"]
    return " ".join([*words, f"--seed {options.seed}", f"--steps {steps}"])
