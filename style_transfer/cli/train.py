"""The command `train`: the trainings and their options. It loads no torch."""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from style_transfer.cli.pack import add_pack_parser
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.training.arguments import add_common_arguments, parse_count, parse_positive

if TYPE_CHECKING:
    from style_transfer.training.recipe import Prepare

TEACHERS = ("none", *(slug for slug, info in METHOD_INFOS.items() if not info.needs_own_network))


@dataclass(frozen=True)
class Kind:
    """A training on the command line.

    `load` imports the module of the recipe (which imports torch) and returns its `prepare`. With
    `artworks`, --style is a folder. Without it, the kind adds its own --style.
    """

    name: str
    help: str
    load: Callable[[], "Prepare"]
    add_arguments: Callable[[argparse.ArgumentParser], None]
    batch: int
    sizes: tuple[int, ...]
    rate: float
    artworks: bool = True


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
    """Train as the arguments say, and return the exit status.

    Raises the subclasses of EngineError that the parts of the training raise.
    """
    console = Console(stderr=True)
    if math.isinf(arguments.time_limit) and math.isinf(arguments.steps):
        console.print("Add a limit: --time-limit 30m or --steps 4000.")
        return 2
    from style_transfer.training.session import train

    kind: Kind = arguments.training
    train(kind.load(), arguments, console, artworks=kind.artworks)
    return 0


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="folder for all output files")


def _add_builtin(parser: argparse.ArgumentParser) -> None:
    _add_out(parser)
    parser.add_argument("--teacher", type=Path, required=True, help="reduced VGG-19 (safetensors)")


def _load_builtin() -> "Prepare":
    from style_transfer.training.recipes.builtin import prepare

    return prepare


def _load_decoder() -> "Prepare":
    from style_transfer.training.recipes.decoder import prepare

    return prepare


def _add_fast(parser: argparse.ArgumentParser) -> None:
    _add_out(parser)
    parser.add_argument(
        "--decoder", type=Path, required=True, help="the fast.safetensors that `train decoder` made"
    )
    parser.add_argument(
        "--teacher", type=Path, help="reduced VGG-19 (safetensors), for a second loss"
    )


def _load_fast() -> "Prepare":
    from style_transfer.training.recipes.fast import prepare

    return prepare


def _add_artwork(parser: argparse.ArgumentParser, *, content_weight: float) -> None:
    parser.add_argument("--style", type=Path, required=True, metavar="FILE", help="the artwork")
    parser.add_argument("--name", help="name of the result (default: the file name of the artwork)")
    parser.add_argument(
        "--content-weight",
        type=parse_positive,
        default=content_weight,
        help="weight of the shapes of the photo; a higher value keeps faces clear",
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
        help="longest side of the artwork in pixels, to learn its strokes",
    )
    parser.add_argument(
        "--tone-weight",
        type=parse_positive,
        default=5.0,
        help="weight of the light and colors of larger areas",
    )
    parser.add_argument("--light", action="store_true", help="a smaller and faster network")
    parser.add_argument(
        "--teacher",
        choices=TEACHERS,
        default=TEACHERS[0],
        help="a method to learn from; with none, only the artwork counts",
    )
    parser.add_argument(
        "--examples", type=parse_count, default=600, help="the most photos that the teacher paints"
    )


def _load_network() -> "Prepare":
    from style_transfer.training.recipes.network import prepare

    return prepare


def _add_code(parser: argparse.ArgumentParser) -> None:
    _add_artwork(parser, content_weight=0.1)
    _add_out(parser)


def _load_code() -> "Prepare":
    from style_transfer.training.recipes.code import prepare

    return prepare


KINDS = (
    Kind(
        name="builtin",
        help="the compact feature network, trained by distillation",
        load=_load_builtin,
        add_arguments=_add_builtin,
        batch=4,
        sizes=(112,),
        rate=0.05,
    ),
    Kind(
        name="decoder",
        help="the decoder of the method `fast`, trained by reconstruction",
        load=_load_decoder,
        add_arguments=_add_out,
        batch=4,
        sizes=(192,),
        rate=0.02,
    ),
    Kind(
        name="fast",
        help="the same decoder, trained end to end on its paintings",
        load=_load_fast,
        add_arguments=_add_fast,
        batch=4,
        sizes=(160,),
        rate=0.01,
    ),
    Kind(
        name="network",
        help="a small network that paints like one artwork",
        load=_load_network,
        add_arguments=_add_network,
        batch=4,
        sizes=(192, 256),
        rate=0.003,
        artworks=False,
    ),
    Kind(
        name="code",
        help="the style code of one artwork; no network changes",
        load=_load_code,
        add_arguments=_add_code,
        batch=2,
        sizes=(192, 256),
        rate=0.0005,
        artworks=False,
    ),
)
