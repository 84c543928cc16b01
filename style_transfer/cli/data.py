"""The command `data prepare`: check and shrink a downloaded set of training pictures."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from style_transfer.training.arguments import parse_count

_SHOWN = 20  # refused files that are named


def add_data_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `data` to the command line of the engine."""
    data = subparsers.add_parser("data", help="prepare training pictures")
    deeds = data.add_subparsers(required=True, metavar="WHAT")
    prepare = deeds.add_parser("prepare", help="check and shrink a set that you downloaded")
    sets = prepare.add_subparsers(dest="set", required=True, metavar="SET")
    coco = sets.add_parser("coco", help="photos of COCO, with an annotation file")
    wikiart = sets.add_parser("wikiart", help="paintings of WikiArt, a folder for each manner")
    coco.add_argument(
        "--license",
        dest="licenses",
        type=parse_count,
        action="append",
        default=[],
        metavar="ID",
        help="keep only photos with this license id of COCO; can be repeated (default: all)",
    )
    for parser in (coco, wikiart):
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--out", type=Path, help="a new folder (default: DIR-SIDE)")
        parser.add_argument(
            "--side", type=parse_count, default=512, help="largest short side in pixels"
        )
        parser.set_defaults(run=run_prepare)


def run_prepare(arguments: argparse.Namespace) -> int:
    """Prepare the set that the arguments name, and return the exit status; raises EngineError."""
    from style_transfer.training.pictures import find_pictures
    from style_transfer.training.prepare import prepare_coco, prepare_wikiart

    console = Console(stderr=True, highlight=False)
    folder, side = arguments.folder.resolve(), arguments.side
    out = arguments.out or folder.with_name(f"{folder.name}-{side}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Checking", total=len(find_pictures(folder)))

        def advance() -> None:
            bar.advance(task)

        if arguments.set == "coco":
            done = prepare_coco(
                folder, out, side=side, licenses=arguments.licenses, advance=advance
            )
        else:
            done = prepare_wikiart(folder, out, side=side, advance=advance)
    for path, reason in done.refused[:_SHOWN]:
        console.print(f"{path} {reason}.", markup=False)
    more = len(done.refused) - _SHOWN
    if more > 0:
        console.print(f"and {more} more.", markup=False)
    console.print(f"Wrote {out}: {done.kept} pictures, {len(done.refused)} refused.", markup=False)
    return 0
