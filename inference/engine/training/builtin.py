"""The recipe of the `builtin` features: pictures, student and teacher in, a card out."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from inference.engine.networks.vgg import TAPS, SlimVGG, read_widths
from inference.engine.training.checkpoint import load_checkpoint
from inference.engine.training.crops import Crops, to_batch
from inference.engine.training.curve import draw_curves, read_losses
from inference.engine.training.distillation import (
    Distillation,
    describe_teacher,
    load_teacher,
)
from inference.engine.training.evaluation import evaluate
from inference.engine.training.export import describe_data, export_features
from inference.engine.training.loop import Run
from inference.engine.training.muon import Muon
from inference.engine.training.pictures import TrainingDataError, read_picture
from inference.engine.training.processes import Place
from inference.engine.training.sheet import draw_sheet
from inference.engine.training.spread import floor_spread, measure_moments
from inference.engine.weights import Card

NAME = "builtin"
HELD_OUT = 24  # pictures that are judged and never trained on
EVALUATED_SIDE = 320  # pixels
_SPREAD_BATCHES = 24
_SPREAD = "spread."


@dataclass(frozen=True)
class Material:
    """The pictures of a training: photos and artworks to learn from, and held-out ones to judge."""

    content: tuple[Path, ...]
    style: tuple[Path, ...]
    held_out: tuple[Path, ...]


@dataclass(frozen=True)
class Options:
    """What the command line decides about a run."""

    teacher: Path
    out: Path
    batch: int = 4
    size: int = 112
    seed: int = 0
    resume: bool = False


def hold_out(
    content: Sequence[Path], style: Sequence[Path], seed: int, *, count: int = HELD_OUT
) -> Material:
    """Set a few photos and artworks aside, the same ones for the same seed.

    At most one picture in four is taken, so that small folders still train. Raises
    TrainingDataError for a folder of fewer than four.
    """
    if min(len(content), len(style)) < 4:
        raise TrainingDataError(
            "Each folder needs four pictures at least.",
            hint="Add pictures, or name a folder to judge on with --held-out.",
        )
    chance = random.Random(seed)  # noqa: S311
    kept, aside = [], []
    for paths in (content, style):
        taken = set(chance.sample(range(len(paths)), min(count // 2, len(paths) // 4)))
        aside += [paths[index] for index in sorted(taken)]
        kept.append(tuple(path for index, path in enumerate(paths) if index not in taken))
    return Material(kept[0], kept[1], tuple(aside))


def prepare_run(material: Material, options: Options, place: Place) -> tuple[Run, Distillation]:
    """Build the student, or bring it back from its checkpoint, with all that teaches it.

    Raises ModelMissingError for a missing or foreign teacher or checkpoint.
    """
    torch.manual_seed(options.seed)
    teacher = _lay_out(load_teacher(options.teacher), place.device)
    student = _lay_out(SlimVGG(read_widths(teacher.state_dict())), place.device)
    optimizer = Muon(weight for weight in student.parameters() if weight.requires_grad)
    crops = Crops(
        (material.content, material.style),
        options.size,
        options.batch,
        options.seed,
        place.rank,
        place.world,
    )
    lesson = Distillation(teacher, student, {})
    run = Run(student, optimizer, lesson, crops, options.out, place.device, {})
    if options.resume:
        run.progress, run.extra = load_checkpoint(options.out, student, optimizer)
    else:
        artworks = _draw_artworks(material, options, place.device)
        run.extra = _start_from_moments_(student, measure_moments(teacher, artworks, TAPS))
    lesson.spread = {
        name.removeprefix(_SPREAD): value.to(place.device) for name, value in run.extra.items()
    }
    return run, lesson


def _lay_out(network: SlimVGG, device: torch.device) -> SlimVGG:
    # oneDNN and cuDNN are faster so; torch's stubs leave the argument out.
    return network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


@torch.no_grad()
def _start_from_moments_(
    student: SlimVGG, moments: Mapping[str, tuple[Tensor, Tensor]]
) -> dict[str, Tensor]:
    """Set the biases of the tapped layers to what the teacher shows on average; give its spread.

    Some deep channels hardly vary about a large mean: steps of a safe size would never get there.
    """
    extra = {}
    for name, (mean, deviation) in moments.items():
        spread = floor_spread(deviation)
        student.get_parameter(f"{name.replace('relu', 'conv')}.bias").copy_(mean / spread)
        extra[f"{_SPREAD}{name}"] = spread
    return extra


def _draw_artworks(material: Material, options: Options, device: torch.device) -> list[Tensor]:
    crops = Crops((material.style,), options.size, 8, options.seed + 1)
    return [crops.draw(step).to(device) for step in range(_SPREAD_BATCHES)]


def read_held_out(material: Material, device: torch.device) -> list[Tensor]:
    """Read the pictures to judge on, each (1, 3, H, W) with its long side at EVALUATED_SIDE."""
    pictures = []
    for path in material.held_out:
        picture = read_picture(path, side=EVALUATED_SIDE)
        picture.thumbnail((EVALUATED_SIDE, EVALUATED_SIDE))
        pictures.append(to_batch([np.asarray(picture)]).to(device))
    return pictures


def draw_samples(lesson: Distillation, picture: Tensor, folder: Path) -> None:
    """Write the sample sheet and the loss curve of a run as they stand: sheet.png, curve.png."""
    draw_sheet(lesson, picture).save(folder / "sheet.png")
    draw_curves(read_losses(folder)).save(folder / "curve.png")


def finish_run(
    run: Run, lesson: Distillation, material: Material, options: Options, roots: tuple[Path, Path]
) -> Card:
    """Judge the student on the held-out pictures and write builtin.safetensors with its card.

    `roots` are the folders that the photos and the artworks came from.
    """
    pictures = read_held_out(material, run.device)
    card = {
        "license": "MIT",
        "origin": f"Trained by this project from random initialization on the activations of"
        f" {describe_teacher(options.teacher)}. None of its weights were copied; the first layer,"
        " a single convolution, is determined by its activations and so agrees with the teacher's"
        " up to the scale of its channels.",
        "data": [
            describe_data(roots[0], material.content),
            describe_data(roots[1], material.style),
        ],
        "command": _name_command(options, roots, run.progress.step),
        "figures": {
            "held_out_pictures": len(pictures),
            "steps": run.progress.step,
            "training_seconds": round(run.progress.seconds),
            "layers": evaluate(lesson, pictures),
        },
    }
    artworks = _draw_artworks(material, options, run.device)
    return export_features(lesson.student, artworks, options.out, NAME, card)


def _name_command(options: Options, roots: tuple[Path, Path], steps: int) -> str:
    # Names only: where the folders lay on the machine helps nobody.
    return (
        f"python -m inference.engine train builtin --content {roots[0].name}"
        f" --style {roots[1].name} --teacher {options.teacher.name} --out OUT"
        f" --batch {options.batch} --size {options.size} --seed {options.seed} --steps {steps}"
    )
