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
from style_transfer.cli.fetch_weights import add_fetch_weights_parser
from style_transfer.cli.stylize import add_methods_parser, add_stylize_parser
from style_transfer.cli.train import add_train_parser
from style_transfer.core.errors import EngineError

INSTALLED = "style-transfer"  # the command that pyproject.toml names
_PARSERS = (
    add_stylize_parser,
    add_methods_parser,
    add_bench_parser,
    add_train_parser,
    add_fetch_weights_parser,
)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with all its commands; each sets `run`, which returns the exit status."""
    parser = argparse.ArgumentParser(
        prog=_called(), description="Paint photos in the manner of artworks."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in _PARSERS:
        add(commands)
    return parser


def _called() -> str:
    """Give the words by which the user called this program, for its help."""
    return INSTALLED if Path(sys.argv[0]).stem == INSTALLED else "python -m style_transfer"


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns 0, or 2 after one sentence on what went wrong."""
    arguments = build_parser().parse_args(words)
    # Read when torch is loaded, which no command has done yet: on a busy machine threads that spin
    # while they wait cost more than they save.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        status: int = arguments.run(arguments)
    except EngineError as error:
        console.print(f"{error} {error.hint}", style="red", markup=False)
        return 2
    except KeyboardInterrupt:
        console.print("Stopped; nothing was written.", style="red")
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
