"""The command `train`: arguments in, progress on the terminal, weights with a card out."""

import argparse
import math
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from inference.engine.training.pictures import check_pictures, find_pictures

if TYPE_CHECKING:
    from inference.engine.training.builtin import Material
    from inference.engine.training.loop import Plan, Run, TrainingState

_UNITS = {"s": 1, "m": 60, "h": 3600}


def parse_duration(text: str) -> float:
    """Turn 90s, 30m, 1.5h or plain seconds into seconds.

    Raises argparse.ArgumentTypeError for anything else.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if not found or not float(found[1]):
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration such as 90s, 30m or 1.5h")
    return float(found[1]) * _UNITS[found[2] or "s"]


def parse_count(text: str) -> int:
    """Turn a positive whole number into an int; raises argparse.ArgumentTypeError otherwise."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def add_train_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `train` with its trainings to the command line of the engine."""
    train = subparsers.add_parser("train", help="train the networks that the engine ships")
    kinds = train.add_subparsers(dest="kind", required=True, metavar="WHAT")
    parser = kinds.add_parser("builtin", help="the compact feature network, by distillation")
    parser.add_argument("--content", type=Path, required=True, help="folder of photos")
    parser.add_argument("--style", type=Path, required=True, help="folder of artworks")
    parser.add_argument("--teacher", type=Path, required=True, help="slimmed VGG-19, safetensors")
    parser.add_argument("--out", type=Path, required=True, help="folder for everything it writes")
    parser.add_argument(
        "--held-out", type=Path, help="folder to judge on; else a few are set aside"
    )
    parser.add_argument("--time-limit", type=parse_duration, default=math.inf, metavar="30m")
    parser.add_argument("--steps", type=parse_count, default=math.inf, help="steps in all")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--batch", type=parse_count, default=4)
    parser.add_argument("--size", type=parse_count, default=112, help="side of a crop in pixels")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=parse_count, help="CPU threads; torch's choice if absent")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.set_defaults(run=run_train)


def run_train(arguments: argparse.Namespace) -> int:
    """Train `builtin` as the arguments say; returns the exit status.

    Raises EngineError subclasses of the parts.
    """
    console = Console(stderr=True)
    if math.isinf(arguments.time_limit) and math.isinf(arguments.steps):
        console.print("Say how long: --time-limit 30m, or --steps 4000.")
        return 2
    train_builtin(arguments, console)
    return 0


def train_builtin(arguments: argparse.Namespace, console: Console) -> None:
    """Check the pictures, train, and write weights, card, loss curve and sample sheet.

    A run that is interrupted leaves its checkpoint and no weights: its learning rate has not come
    down and its units still leak, so what it would export is worse than what it knows.

    Raises EngineError subclasses of the parts.
    """
    import torch

    from inference.engine.training import builtin
    from inference.engine.training.loop import Plan
    from inference.engine.training.processes import take_place

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    options = builtin.Options(
        teacher=arguments.teacher,
        out=arguments.out,
        batch=arguments.batch,
        size=arguments.size,
        seed=arguments.seed,
        resume=arguments.resume,
    )
    roots = (arguments.content, arguments.style)
    with take_place(arguments.device) as place:
        console.quiet = place.rank > 0
        material = gather_material(arguments, console)
        run, lesson = builtin.prepare_run(material, options, place)
        sample = builtin.read_held_out(material, place.device)[0]
        plan = Plan(seconds=arguments.time_limit, steps=arguments.steps)
        for state in follow(run, plan, console):
            if place.rank == 0 and state.saved:
                builtin.draw_samples(lesson, sample, options.out)
        if run.stopping:
            console.print(f"Stopped after step {run.progress.step}; go on with --resume.")
        elif place.rank == 0:
            builtin.draw_samples(lesson, sample, options.out)
            card = builtin.finish_run(run, lesson, material, options, roots)
            console.print(f"Wrote {options.out / card.file} after {run.progress.step} steps.")


def gather_material(arguments: argparse.Namespace, console: Console) -> "Material":
    """Find and check the pictures, naming each refused one, and set some aside for judging.

    Raises TrainingDataError for a folder without a usable picture.
    """
    from inference.engine.training import builtin

    folders = [arguments.content, arguments.style]
    folders += [arguments.held_out] if arguments.held_out else []
    content, style, *held_out = [check_folder(folder, console) for folder in folders]
    if held_out:
        return builtin.Material(content, style, held_out[0])
    return builtin.hold_out(content, style, arguments.seed)


def check_folder(folder: Path, console: Console) -> tuple[Path, ...]:
    """Check the pictures of a folder with a progress bar and name the ones that are skipped.

    Raises TrainingDataError if none is usable.
    """
    paths = find_pictures(folder)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"Checking {folder.name}", total=len(paths))
        checked = check_pictures(paths, advance=lambda: bar.advance(task))
    for path, reason in checked.refused:
        console.print(f"Skipped {path}: it {reason}.", style="yellow", markup=False)
    console.print(f"{folder.name}: {len(checked.usable)} pictures.", markup=False)
    return checked.usable


def follow(run: "Run", plan: "Plan", console: Console) -> "Iterator[TrainingState]":
    """Train with a progress bar and a record of the losses, passing every published state on.

    Ctrl-C lets the step at hand end and leaves a checkpoint; a second one ends the process.
    """
    from inference.engine.training.curve import append_losses

    columns = (
        TextColumn("step {task.fields[step]}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[losses]}"),
    )
    with stop_on_interrupt(run.stop), Progress(*columns, console=console) as bar:
        task = bar.add_task("Training", total=1.0, step=run.progress.step, losses="")
        for state in run.train_(plan):
            losses = " ".join(f"{value:.4f}" for value in state.losses.values())
            bar.update(task, completed=state.fraction, step=state.progress.step, losses=losses)
            if run.crops.rank == 0:
                append_losses(run.folder, state.progress.step, state.losses)
            yield state


@contextmanager
def stop_on_interrupt(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` at the first Ctrl-C or SIGTERM; the second does what it always did."""
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.getsignal(each) for each in signals}

    def handle(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        stop()

    for each in signals:
        signal.signal(each, handle)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
