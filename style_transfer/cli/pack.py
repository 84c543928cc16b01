"""The command `train pack`. It loads torch only when it runs."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from style_transfer.training.arguments import parse_size


def add_pack_parser(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `pack` to the subcommands of `train`."""
    parser = kinds.add_parser("pack", help="pack reduced training pictures into one file")
    parser.add_argument("--content", type=Path, help="folder of photos")
    parser.add_argument("--style", type=Path, help="folder of artworks")
    parser.add_argument("--held-out", type=Path, help="folder of test pictures")
    parser.add_argument(
        "--budget", type=parse_size, required=True, metavar="48MB", help="largest size of the file"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the zip file to write"
    )
    parser.set_defaults(run=run_pack)


def run_pack(arguments: argparse.Namespace) -> int:
    """Pack the pictures of the folders that the arguments name, and return the exit status.

    Raises TrainingDataError for a folder without a usable picture, and for a budget that is too
    small.
    """
    from style_transfer.training.pack import PARTS, Part, pack_pictures
    from style_transfer.training.session import check_folder

    console = Console(stderr=True, highlight=False)
    named = {part: getattr(arguments, part) for part in PARTS if getattr(arguments, part)}
    if not named:
        console.print("Add --content FOLDER, --style FOLDER or both.")
        return 2
    parts = {part: Part(root, check_folder(root, console)) for part, root in named.items()}
    count = sum(len(part.paths) for part in parts.values())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Packing", total=count)
        packed = pack_pictures(
            parts, arguments.out, arguments.budget, advance=lambda: bar.advance(task)
        )
    console.print(
        f"Wrote {arguments.out}: {count} pictures, short side up to {packed.side} pixels,"
        f" {packed.size / 1e6:.1f} MB.",
        markup=False,
    )
    return 0
