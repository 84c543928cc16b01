"""The command `bench`: measure the speed, memory and quality of painting."""

import argparse
from pathlib import Path

from rich.console import Console

from style_transfer.cli.bench_quality import add_quality_parser
from style_transfer.cli.bench_variants import add_variants_parser
from style_transfer.core.catalog import (
    DEFAULT_METHOD,
    FINEST_METHOD,
    METHOD_INFOS,
    methods_that,
)
from style_transfer.core.spec import TransferSpec
from style_transfer.imaging.images import load_picture

METHODS = list(METHOD_INFOS)
ESTIMATED = methods_that("memory")


def add_bench_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `bench` to the command line of the engine."""
    bench = subparsers.add_parser("bench", help="measure speed, memory and quality")
    kinds = bench.add_subparsers(required=True, metavar="WHAT")
    speed = kinds.add_parser("speed", help="seconds per picture, for each size")
    speed.add_argument(
        "--sizes",
        type=parse_size,
        nargs="+",
        default=[(256, 192), (512, 384)],
        metavar="SIZE",
        help="WIDTHxHEIGHT, or only WIDTH for a 4:3 picture",
    )
    speed.add_argument("--repeats", type=int, default=3)
    speed.set_defaults(run=run_speed)
    quality = add_quality_parser(kinds)
    speed.add_argument("--method", choices=METHODS, default=DEFAULT_METHOD)
    batch = kinds.add_parser(
        "batch", help="pictures per second, for each number of pictures in a pass"
    )
    batch.add_argument("--batches", type=int, nargs="+", default=[1, 4, 16])
    batch.add_argument("--size", type=int, default=256)
    batch.set_defaults(run=run_batch)
    cache = kinds.add_parser(
        "cache", help="seconds for the first and for a later use of an artwork"
    )
    cache.add_argument("--size", type=int, default=1024)
    cache.set_defaults(run=run_cache)
    memory = kinds.add_parser("memory", help="memory that painting needs, and the estimate of it")
    memory.add_argument("--sizes", type=int, nargs="+", default=[512, 1024, 4096])
    memory.add_argument("--method", choices=ESTIMATED, default=DEFAULT_METHOD)
    memory.add_argument("--steps", type=int)
    memory.add_argument(
        "--limit", type=int, metavar="MB", help="the most memory that painting may use"
    )
    memory.add_argument("--repeats", type=int, default=3)
    memory.add_argument(
        "--seam", type=int, metavar="SIZE", help="also measure the borders of tiles, at this size"
    )
    memory.set_defaults(run=run_memory)
    convergence = kinds.add_parser(
        "convergence", help="the method optimize, compared with the method gatys"
    )
    convergence.add_argument("--content", type=Path, required=True, help="a photo")
    convergence.add_argument("--style", type=Path, required=True, help="an artwork")
    convergence.add_argument("--size", type=int, default=256)
    convergence.add_argument("--gatys-steps", type=int, default=200)
    convergence.set_defaults(run=run_convergence)
    add_variants_parser(kinds)
    for parser in (batch, cache):
        parser.add_argument("--repeats", type=int, default=5)
    for parser in (speed, quality, convergence):
        parser.add_argument("--steps", type=int)
    for parser in (speed, quality, batch, cache, convergence):
        parser.add_argument("--device", default="auto")


def run_speed(arguments: argparse.Namespace) -> int:
    """Print a table of seconds, and return the exit status.

    Raises NetworkMissingError for the method network if no network was trained.
    """
    specs = [
        TransferSpec(method=arguments.method, size=max(size), steps=arguments.steps)
        for size in arguments.sizes
    ]

    from style_transfer.bench import speed

    rows = [
        speed.measure(spec, arguments.repeats, arguments.device, size)
        for spec, size in zip(specs, arguments.sizes, strict=True)
    ]
    Console().print(speed.table(arguments.method, rows, arguments.device))
    return 0


def run_batch(arguments: argparse.Namespace) -> int:
    """Print the pictures per second for each pass size, and return the exit status."""
    spec = TransferSpec(size=arguments.size)

    from style_transfer.bench import passes

    table = passes.time_batches(spec, arguments.batches, arguments.repeats, arguments.device)
    Console().print(table)
    return 0


def run_cache(arguments: argparse.Namespace) -> int:
    """Print the seconds for the first and for a later use of an artwork; return the exit status."""
    from style_transfer.bench import passes

    Console().print(passes.time_cache(arguments.size, arguments.repeats, arguments.device))
    return 0


def run_memory(arguments: argparse.Namespace) -> int:
    """Print the expected and the measured memory of each size on the CPU; return the exit status.

    Raises EngineError.
    """
    specs = [
        TransferSpec(method=arguments.method, size=size, steps=arguments.steps)
        for size in arguments.sizes
    ]
    seam_size = TransferSpec(size=arguments.seam).size

    from style_transfer.bench import memory

    rows = [memory.measure(spec, arguments.limit, arguments.repeats) for spec in specs]
    seam = memory.measure_seam(seam_size) if seam_size else None
    Console().print(memory.table(rows, arguments.method, seam))
    return 0


def run_convergence(arguments: argparse.Namespace) -> int:
    """Print when `optimize` reaches the loss of `gatys`, and return the exit status.

    Raises EngineError.
    """
    spec = TransferSpec(method=FINEST_METHOD, size=arguments.size, steps=arguments.steps)
    photo, artwork = (
        load_picture(path).image.convert("RGB") for path in (arguments.content, arguments.style)
    )

    from style_transfer.bench import convergence

    console = Console(stderr=True)
    with console.status("Painting with each recipe…"):
        courses = convergence.compare(photo, artwork, spec, arguments.gatys_steps, arguments.device)
    Console().print(convergence.table(courses, arguments.device))
    return 0


def parse_size(word: str) -> tuple[int, int]:
    """Read WIDTHxHEIGHT, or WIDTH for a 4:3 picture; raises ValueError for other words."""
    width, cross, height = word.partition("x")
    return int(width), int(height) if cross else int(width) * 3 // 4
