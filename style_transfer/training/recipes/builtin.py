"""The training of the `builtin` features: a student network copies a teacher's activations."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.device import knows_bfloat16
from style_transfer.core.manifest import Card
from style_transfer.features.light import LightVGG
from style_transfer.features.vgg import TAPS, SlimVGG, read_widths
from style_transfer.training.channel_std import floor_channel_std, measure_moments
from style_transfer.training.checkpoint import load_checkpoint
from style_transfer.training.crops import Crops
from style_transfer.training.distillation import Distillation, describe_teacher, load_teacher
from style_transfer.training.evaluation import evaluate
from style_transfer.training.export import export_features
from style_transfer.training.layout import lay_out
from style_transfer.training.loop import Run
from style_transfer.training.material import Material, read_held_out
from style_transfer.training.muon import Muon
from style_transfer.training.processes import Place
from style_transfer.training.recipe import Options, Recipe, name_command
from style_transfer.training.sheet import draw_sheet

NAME = "builtin"
_STD_BATCHES = 24  # of artworks, over which the teacher's channels are measured
STD = "spread."  # prefix of the standard deviations in a checkpoint


@dataclass(frozen=True, kw_only=True)
class BuiltinOptions(Options):
    """The options of a run from the command line."""

    teacher: Path


@dataclass
class Builtin:
    """The prepared training of the features; see `prepare`."""

    run: Run
    objective: Distillation
    material: Material
    options: BuiltinOptions

    @property
    def target(self) -> Path:
        """Give the folder for the weights."""
        return self.options.out

    def draw_sheet(self) -> Image.Image:
        """Draw the feature maps of a held-out picture, of the teacher and of the student."""
        return draw_sheet(self.objective, *read_held_out(self.material, self.run.device, count=1))

    def export(self) -> Card:
        """Evaluate the student on held-out pictures and write builtin.safetensors with its card.

        The weights of the student are rounded to those of the file.
        """
        pictures = read_held_out(self.material, self.run.device)
        progress = self.run.progress
        card = {
            "license": "MIT",
            "origin": f"Trained by this project from random initialization on the activations of"
            f" {describe_teacher(self.options.teacher)}. None of its weights were copied; the"
            " first layer, a single convolution, is determined by its activations and so agrees"
            " with the teacher's up to the scale of its channels.",
            "data": self.material.describe(),
            "command": name_command(NAME, self.options, self.material, progress.step),
            "figures": {
                "held_out_pictures": len(pictures),
                "steps": progress.step,
                "training_seconds": round(progress.seconds),
                "layers": evaluate(self.objective, pictures),
            },
        }
        artworks = draw_artworks(self.material, self.options, self.run.device)
        return export_features(self.objective.student, artworks, self.options.out, NAME, card)


def prepare(arguments: argparse.Namespace, material: Material, place: Place) -> Recipe:
    """Prepare the training from the command line; see `prepare_builtin`."""
    return prepare_builtin(BuiltinOptions.read(arguments), material, place)


def prepare_builtin(options: BuiltinOptions, material: Material, place: Place) -> Builtin:
    """Build the student, or restore it from its checkpoint, and the objective with its teacher.

    Raises ModelMissingError if the teacher or the checkpoint is missing or of another network.
    """
    torch.manual_seed(options.seed)  # for the initial weights
    teacher = lay_out(load_teacher(options.teacher), place.device)
    student = lay_out(SlimVGG(read_widths(teacher.state_dict())), place.device)
    # The input convolution is the fixed ImageNet normalization.
    optimizer = Muon(weight for weight in student.parameters() if weight.requires_grad)
    crops = material.crops(options.sizes, options.batch, options.seed, place)
    objective = Distillation(teacher, student, {}, knows_bfloat16(place.device))
    run = Run(student, optimizer, objective, crops, options.out, place.device, {})
    if options.resume:
        run.progress, run.extra = load_checkpoint(options.out, student, optimizer)
    else:
        # A checkpoint has these biases and deviations; only a new training measures them.
        artworks = draw_artworks(material, options, place.device)
        run.extra = start_from_moments_(student, measure_moments(teacher, artworks, TAPS))
    objective.channel_std = {
        name.removeprefix(STD): value.to(place.device) for name, value in run.extra.items()
    }
    return Builtin(run, objective, material, options)


@torch.no_grad()
def start_from_moments_(
    student: SlimVGG | LightVGG, moments: Mapping[str, tuple[Tensor, Tensor]]
) -> dict[str, Tensor]:
    """Set the biases of the tapped layers to the teacher's means, and return its deviations.

    Some deep channels vary little around a large mean. Training would not reach such a mean with
    steps of a safe size.
    """
    extra = {}
    for name, (mean, deviation) in moments.items():  # both (C,)
        channel_std = floor_channel_std(deviation)
        # The student learns activations that are divided by the deviation, so its means are too.
        student.tap_bias(name).copy_(mean / channel_std)
        extra[f"{STD}{name}"] = channel_std
    return extra


def draw_artworks(material: Material, options: Options, device: torch.device) -> list[Tensor]:
    """Draw batches of artworks (8, 3, S, S) on which channels are measured."""
    # The seed gives other crops than those of the training.
    crops = Crops((material.style,), options.sizes, 8, options.seed + 1)  # (8, 3, S, S) a step
    return [crops.draw(step).to(device) for step in range(_STD_BATCHES)]
