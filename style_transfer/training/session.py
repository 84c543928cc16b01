"""One session of a training: checks, progress in the terminal, a clean stop, weights at the end."""

import argparse
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from style_transfer.training.curve import append_losses, draw_curves, read_losses
from style_transfer.training.loop import Plan, Run, TrainingState
from style_transfer.training.material import Material, build_material, hold_out
from style_transfer.training.pack import open_pictures
from style_transfer.training.pictures import check_pictures, find_pictures
from style_transfer.training.processes import take_place
from style_transfer.training.recipe import Prepare, Recipe


def train(
    prepare: Prepare, arguments: argparse.Namespace, console: Console, *, artworks: bool
) -> Recipe:
    """Check the pictures, train, and write weights, card, loss curve and sample sheet.

    An interrupted run writes its checkpoint but no weights: its learning rate is still high, so
    the weights are worse than they could be after the remaining steps.

    Raises the subclasses of EngineError that its parts raise.
    """
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    with take_place(arguments.device) as place, ExitStack() as packs:
        console.quiet = place.rank > 0
        material = gather_material(arguments, console, packs, artworks=artworks)
        recipe = prepare(arguments, material, place)
        run = recipe.run
        plan = Plan(arguments.time_limit, arguments.steps, arguments.rate)
        # Only the first process draws, prints and exports.
        for state in follow(run, plan, console):
            if place.rank == 0 and state.saved:
                draw_samples(recipe)
        if run.stopping:
            console.print(f"Stopped after step {run.progress.step}; go on with --resume.")
        elif place.rank == 0:
            draw_samples(recipe)
            card = recipe.export()
            console.print(f"Wrote {recipe.target / card.file} after {run.progress.step} steps.")
    return recipe


def draw_samples(recipe: Recipe) -> None:
    """Write the current sample sheet and loss curve of a run: sheet.png and curve.png."""
    folder = recipe.run.folder
    folder.mkdir(parents=True, exist_ok=True)
    recipe.draw_sheet().save(folder / "sheet.png")
    draw_curves(read_losses(folder)).save(folder / "curve.png")


def gather_material(
    arguments: argparse.Namespace, console: Console, packs: ExitStack, *, artworks: bool
) -> Material:
    """Find and check the pictures, print each refused one, and hold out some for evaluation.

    Unpacked pictures exist until `packs` is closed. Raises TrainingDataError for a folder or pack
    without a usable picture.
    """
    names = ("content", "style") if artworks else ("content",)
    roots = [packs.enter_context(open_pictures(getattr(arguments, n), n)) for n in names]
    folders = [check_folder(root, console) for root in roots]
    if arguments.held_out:
        held_out = packs.enter_context(open_pictures(arguments.held_out, "held_out"))
        return build_material(folders, check_folder(held_out, console), roots)
    return hold_out(folders, roots, arguments.seed)


def check_folder(folder: Path, console: Console) -> tuple[Path, ...]:
    """Check the pictures of a folder with a progress bar, and print the ones that are skipped.

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


def follow(run: Run, plan: Plan, console: Console) -> Iterator[TrainingState]:
    """Train with a progress bar and a record of the losses; yield every published state.

    After Ctrl-C the current step ends and a checkpoint is saved. A second Ctrl-C ends the process.
    """
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
    """Call `stop` at the first Ctrl-C or SIGTERM; a second one has its normal effect."""
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
