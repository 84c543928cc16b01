"""The command `train`: the trainings and their options. It loads no torch."""

import argparse
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rich.console import Console

from style_transfer.cli.features import add_features_arguments, install_weights
from style_transfer.cli.pack import add_pack_parser
from style_transfer.core.backbones import DEFAULT_BACKBONE
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.training.arguments import (
    add_common_arguments,
    parse_count,
    parse_positive,
    parse_weight,
)

if TYPE_CHECKING:
    from style_transfer.training.recipe import Prepare

TEACHERS = ("none", *(slug for slug, info in METHOD_INFOS.items() if not info.needs_own_network))


@dataclass(frozen=True)
class Kind:
    """A training on the command line; its recipe is the module of the same name in recipes/.

    `add_arguments` adds the options that only this kind has; the numbers are defaults. With
    `artworks`, --style is a folder. Without it, the kind adds its own --style.
    """

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    batch: int
    sizes: tuple[int, ...]
    rate: float
    artworks: bool = True

    def load(self) -> "Prepare":
        """Import the recipe, and with it torch, and return its function `prepare`."""
        recipe = import_module(f"style_transfer.training.recipes.{self.name.replace('-', '_')}")
        return cast("Prepare", recipe.prepare)


def add_train_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `train` with all trainings to the command line of the engine."""
    train = subparsers.add_parser("train", help="train the networks that the engine ships")
    kinds = train.add_subparsers(dest="kind", required=True, metavar="WHAT")
    for kind in KINDS:
        parser = kinds.add_parser(kind.name, help=kind.help)
        add_common_arguments(
            parser,
            batch=kind.batch,
            sizes=kind.sizes,
            rate=kind.rate,
            artworks=kind.artworks,
        )
        kind.add_arguments(parser)
        parser.set_defaults(run=run_train, training=kind)
    add_pack_parser(kinds)


def run_train(arguments: argparse.Namespace) -> int:
    """Run the training that the arguments name, and return the exit status.

    Raises the errors of the training, which are subclasses of EngineError.
    """
    console = Console(stderr=True)
    if math.isinf(arguments.time_limit) and math.isinf(arguments.steps):
        console.print("Add a limit: --time-limit 30m or --steps 4000.")
        return 2
    # OpenMP reads this when torch is loaded. By default, threads that wait for another one keep
    # their core busy: on two cores that other programs used too, a step took five times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from style_transfer.training.session import train

    if "weights" in arguments:
        install_weights(arguments)
    kind: Kind = arguments.training
    train(kind.load(), arguments, console, artworks=kind.artworks)
    return 0


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="folder for all output files")


def _add_builtin(parser: argparse.ArgumentParser) -> None:
    _add_out(parser)
    parser.add_argument("--teacher", type=Path, required=True, help="reduced VGG-19 (safetensors)")


def _add_decoder(parser: argparse.ArgumentParser) -> None:
    _add_out(parser)
    parser.add_argument(
        "--light", action="store_true", help="a light decoder of the features `builtin-light`"
    )


def _add_fast(parser: argparse.ArgumentParser) -> None:
    _add_out(parser)
    parser.add_argument(
        "--decoder", type=Path, required=True, help="the fast.safetensors that `train decoder` made"
    )
    parser.add_argument(
        "--teacher", type=Path, help="reduced VGG-19 (safetensors), for a second loss"
    )
    add_features_arguments(parser, default="none; those of the encoder are always compared")
    _add_adversary(parser)


def _add_adversary(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--adversarial-weight",
        type=parse_weight,
        default=0.0,
        help="weight of discriminators that tell patches of paintings from artworks (default: 0)",
    )


def _add_artwork(parser: argparse.ArgumentParser, *, content_weight: float) -> None:
    parser.add_argument("--style", type=Path, required=True, metavar="FILE", help="the artwork")
    parser.add_argument("--name", help="name of the result (default: the file name of the artwork)")
    parser.add_argument(
        "--content-weight",
        type=parse_positive,
        default=content_weight,
        help="weight of the shapes of the photo; with a higher value, faces stay clear",
    )


def _add_network(parser: argparse.ArgumentParser) -> None:
    _add_artwork(parser, content_weight=0.7)
    parser.add_argument(
        "--out",
        type=Path,
        help="folder for all output files (default: the weights folder of the user)",
    )
    parser.add_argument(
        "--style-size",
        type=parse_count,
        default=512,
        help="longest side of the artwork in pixels; it sets the size of the strokes",
    )
    parser.add_argument(
        "--tone-weight",
        type=parse_positive,
        default=5.0,
        help="weight of the brightness and colors of larger areas",
    )
    parser.add_argument("--light", action="store_true", help="a smaller and faster network")
    _add_adversary(parser)
    add_features_arguments(parser, default=DEFAULT_BACKBONE)
    parser.add_argument(
        "--teacher",
        choices=TEACHERS,
        default=TEACHERS[0],
        help="a method whose paintings are copied; with none, only the artwork is used",
    )
    parser.add_argument(
        "--examples",
        type=parse_count,
        default=600,
        help="how many photos the teacher paints at most",
    )


def _add_code(parser: argparse.ArgumentParser) -> None:
    _add_artwork(parser, content_weight=0.1)
    _add_out(parser)
    add_features_arguments(parser, default="those of the method fast")


KINDS = (
    Kind(
        name="builtin",
        help="the compact feature network, trained by distillation",
        add_arguments=_add_builtin,
        batch=4,
        sizes=(112,),
        rate=0.05,
    ),
    Kind(
        name="builtin-light",
        help="a light network with the features of the shipped `builtin`",
        add_arguments=_add_out,
        batch=4,
        sizes=(112,),
        rate=0.05,
    ),
    Kind(
        name="decoder",
        help="the decoder of the method `fast`, trained by reconstruction",
        add_arguments=_add_decoder,
        batch=4,
        sizes=(192,),
        rate=0.02,
    ),
    Kind(
        name="fast",
        help="the same decoder, then trained on its own paintings",
        add_arguments=_add_fast,
        batch=4,
        sizes=(160,),
        rate=0.01,
    ),
    Kind(
        name="network",
        help="a small network that paints like one artwork",
        add_arguments=_add_network,
        batch=4,
        sizes=(192, 256),
        rate=0.003,
        artworks=False,
    ),
    Kind(
        name="code",
        help="the style code of one artwork; the networks stay as they are",
        add_arguments=_add_code,
        batch=2,
        sizes=(192, 256),
        rate=0.0005,
        artworks=False,
    ),
)
