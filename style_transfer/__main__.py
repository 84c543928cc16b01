"""The engine at the command line: `style-transfer stylize|methods|bench|train|...`.

`python -m style_transfer` is the same where the package is not installed.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from style_transfer.cli.bench import add_bench_parser
from style_transfer.cli.data import add_data_parser
from style_transfer.cli.export import add_export_parser
from style_transfer.cli.fetch_weights import add_fetch_weights_parser
from style_transfer.cli.stylize import add_methods_parser, add_stylize_parser
from style_transfer.cli.train import add_train_parser
from style_transfer.cli.verify import add_verify_parser
from style_transfer.cli.verify_picture import add_verify_picture_parser
from style_transfer.core.errors import EngineError

INSTALLED = "style-transfer"  # the command that pyproject.toml names
_PARSERS = (
    add_stylize_parser,
    add_methods_parser,
    add_bench_parser,
    add_train_parser,
    add_data_parser,
    add_export_parser,
    add_fetch_weights_parser,
    add_verify_parser,
    add_verify_picture_parser,
)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with all commands. Each sets `run`, which returns the exit status."""
    parser = argparse.ArgumentParser(
        prog=_called(), description="Paint photos in the style of artworks."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in _PARSERS:
        add(commands)
    return parser


def _called() -> str:
    """Return the command that the user typed to start this program, for the help text."""
    return INSTALLED if Path(sys.argv[0]).stem == INSTALLED else "python -m style_transfer"


def main(words: Sequence[str] | None = None) -> int:
    """Run one command. Return its exit status: 0, 2 after an error, 130 after Ctrl-C.

    An error is printed as one sentence that says what went wrong.
    """
    arguments = build_parser().parse_args(words)
    # Torch reads this variable when it is loaded, and no command has loaded it yet. On a busy
    # machine, threads that spin while they wait cost more time than they save.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        status: int = arguments.run(arguments)
    except EngineError as error:
        console.print(f"{error} {error.hint}", style="red", markup=False)
        return 2
    except KeyboardInterrupt:
        console.print("Stopped. Nothing was written.", style="red")
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
