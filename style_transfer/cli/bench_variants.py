"""The command `bench variants`: all methods, networks and variants beside each other."""

import argparse
from itertools import chain
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from style_transfer.gate.figures import Bench, Effort, Report

_WIDTH = 260  # the table is wider than most terminals, and the documentation quotes it


def add_variants_parser(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `variants` to the command `bench`."""
    parser = kinds.add_parser("variants", help="size, speed, memory and distances of each variant")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a method, or a network for one artwork (default: all that are installed)",
    )
    parser.add_argument("--repeats", type=int, help="runs of each size; the best one counts")
    parser.add_argument(
        "--steps", type=int, help="the most steps of a method that takes them (default: 12)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="two sizes, one run, three steps, one golden picture"
    )
    parser.add_argument("--device", default="auto")
    parser.set_defaults(run=run_variants)


def run_variants(arguments: argparse.Namespace) -> int:
    """Print the table, and return the exit status.

    Raises ModelMissingError, DeviceMissingError and SpecError. After Ctrl-C it prints what was
    measured, and raises KeyboardInterrupt.
    """
    from style_transfer.core.device import choose_device
    from style_transfer.gate.candidates import absent_methods, default_names
    from style_transfer.gate.figures import Bench, Report

    device, effort, report = choose_device(arguments.device), _effort(arguments), Report()
    names = dict.fromkeys(arguments.names or default_names())
    if not arguments.names:
        report.absent += absent_methods()
    benches = [Bench.prepare(name, device, effort) for name in names]
    try:
        _measure(benches, report)
    except KeyboardInterrupt:
        if report.rows:
            _print(report, effort, arguments.device, benches[0].gate.metric.title)
        raise
    _print(report, effort, arguments.device, benches[0].gate.metric.title)
    return 0


def _effort(arguments: argparse.Namespace) -> "Effort":
    from dataclasses import replace

    from style_transfer.core.spec import TransferSpec
    from style_transfer.gate.figures import QUICK, Effort

    effort = QUICK if arguments.quick else Effort()
    if arguments.repeats is not None:
        effort = replace(effort, repeats=max(1, arguments.repeats))
    if arguments.steps is not None:
        effort = replace(effort, steps=TransferSpec(steps=arguments.steps).steps or 1)
    return effort


def _measure(benches: "list[Bench]", report: "Report") -> None:
    """Measure into the report, with a progress bar on the error stream."""
    console = Console(stderr=True, highlight=False)
    total = sum(bench.effort.pieces(len(bench.candidates)) for bench in benches)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        # A piece of work is named before it begins, so those before it are done.
        titles = chain.from_iterable(bench.run(report) for bench in benches)
        for done, title in enumerate(titles):
            bar.update(task, description=title, completed=done)


def _print(report: "Report", effort: "Effort", device: str, judge: str) -> None:
    from style_transfer.bench.speed import machine
    from style_transfer.gate.table import remarks, table

    console = Console(width=_WIDTH, highlight=False)
    console.print(table(report, f"variants on {machine(device)}", judge, effort.sizes))
    for remark in remarks(report):
        console.print(remark, markup=False)
