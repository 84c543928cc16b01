"""The command `bench`: `speed` prints seconds, `quality` writes a contact sheet."""

import argparse
from pathlib import Path

from rich.console import Console

from inference.engine.errors import InputUnreadableError
from inference.engine.saving import save_picture
from inference.engine.spec import METHOD_INFOS, TransferSpec

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def add_bench_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `bench` with its two kinds to the command line of the engine."""
    bench = subparsers.add_parser("bench", help="measure speed, or look at quality")
    kinds = bench.add_subparsers(required=True, metavar="WHAT")
    speed = kinds.add_parser("speed", help="seconds a picture, by size")
    speed.add_argument("--sizes", type=int, nargs="+", default=[256, 512])
    speed.add_argument("--repeats", type=int, default=3)
    speed.set_defaults(run=run_speed)
    quality = kinds.add_parser("quality", help="a sheet of photos x artworks")
    quality.add_argument("--content", type=Path, required=True, help="folder of photos")
    quality.add_argument("--style", type=Path, required=True, help="folder of artworks")
    quality.add_argument("-o", "--out", type=Path, required=True, metavar="SHEET.png")
    quality.add_argument("--most", type=int, default=4, help="pictures taken from each folder")
    quality.add_argument("--size", type=int, default=512)
    quality.set_defaults(run=run_quality)
    for parser in (speed, quality):
        parser.add_argument("--method", choices=list(METHOD_INFOS), default="optimize")
        parser.add_argument("--steps", type=int)
        parser.add_argument("--device", default="auto")


def run_speed(arguments: argparse.Namespace) -> int:
    """Print a table of seconds; returns the exit status."""
    specs = [
        TransferSpec(method=arguments.method, size=size, steps=arguments.steps)
        for size in arguments.sizes
    ]

    from inference.engine.bench import speed

    rows = [speed.measure(spec, arguments.repeats, arguments.device) for spec in specs]
    Console().print(speed.table(arguments.method, rows))
    return 0


def run_quality(arguments: argparse.Namespace) -> int:
    """Write a contact sheet; returns the exit status. Raises EngineError."""
    spec = TransferSpec(method=arguments.method, size=arguments.size, steps=arguments.steps)
    photos = pictures_in(arguments.content, arguments.most)
    artworks = pictures_in(arguments.style, arguments.most)

    from inference.engine.bench import quality

    console = Console(stderr=True)
    sheet = quality.contact_sheet(photos, artworks, spec, arguments.device, console)
    save_picture(sheet, arguments.out)
    return 0


def pictures_in(folder: Path, most: int) -> list[Path]:
    """List pictures of a folder by name, no more than `most`.

    Raises InputUnreadableError if there are none.
    """
    found = [path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES]
    if not found:
        raise InputUnreadableError(
            f"There are no pictures in {folder}.",
            hint="Name a folder with JPEG, PNG or WebP files.",
        )
    return sorted(found)[:most]
