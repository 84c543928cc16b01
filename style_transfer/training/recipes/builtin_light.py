"""The training of the `builtin-light` features: a light network copies those of `builtin`.

Only channels that vary at all are copied. The teacher is shipped, so everybody can repeat this.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image

from style_transfer.core.device import knows_bfloat16
from style_transfer.core.manifest import Card, find_card
from style_transfer.features.builtin import SCALE, load_features
from style_transfer.features.light import LightVGG
from style_transfer.features.vgg import TAPS
from style_transfer.training.channel_std import measure_moments
from style_transfer.training.checkpoint import load_checkpoint
from style_transfer.training.distillation import Distillation, LiveFeatures
from style_transfer.training.evaluation import evaluate
from style_transfer.training.export import export_halves, to_halves_
from style_transfer.training.layout import lay_out
from style_transfer.training.loop import Run
from style_transfer.training.material import Material, read_held_out
from style_transfer.training.muon import Muon
from style_transfer.training.processes import Place
from style_transfer.training.recipe import Options, Recipe, name_command
from style_transfer.training.recipes.builtin import draw_artworks, start_from_moments_
from style_transfer.training.sheet import draw_sheet

NAME, TEACHER = "builtin-light", "builtin"


@dataclass
class BuiltinLight:
    """The prepared training; see `prepare`."""

    run: Run
    objective: Distillation
    material: Material
    options: Options

    @property
    def target(self) -> Path:
        """Give the folder for the weights."""
        return self.options.out

    def draw_sheet(self) -> Image.Image:
        """Draw the feature maps of a held-out picture, of the teacher and of the student."""
        return draw_sheet(self.objective, *read_held_out(self.material, self.run.device, count=1))

    def export(self) -> Card:
        """Evaluate the student on held-out pictures and write its weights with their card.

        The weights of the student are rounded to those of the file.
        """
        halves = to_halves_(self.objective.student)
        pictures = read_held_out(self.material, self.run.device)
        progress = self.run.progress
        card = {
            "license": "MIT",
            "origin": "Trained by this project from random initialization on the activations of"
            f" {TEACHER} ({find_card(TEACHER)[1].sha256}).",
            "data": self.material.describe(),
            "command": name_command(NAME, self.options, self.material, progress.step),
            "figures": {
                "held_out_pictures": len(pictures),
                "steps": progress.step,
                "training_seconds": round(progress.seconds),
                "layers": evaluate(self.objective, pictures),
            },
        }
        # Each channel is the teacher's divided by its scale. With scales of exactly one, the
        # statistics of a style have the same meaning for both networks.
        scales = {
            f"{SCALE}{layer}": torch.ones_like(std).half()
            for layer, std in self.objective.channel_std.items()
        }
        return export_halves(halves | scales, self.options.out, NAME, card)


def prepare(arguments: argparse.Namespace, material: Material, place: Place) -> Recipe:
    """Prepare the training from the command line; see `prepare_builtin_light`."""
    return prepare_builtin_light(Options.read(arguments), material, place)


def prepare_builtin_light(options: Options, material: Material, place: Place) -> BuiltinLight:
    """Build the student, or restore it from its checkpoint, and the objective with its teacher.

    Raises ModelMissingError if the checkpoint is missing or of another network.
    """
    teacher = LiveFeatures(lay_out(load_features(TEACHER, place.device), place.device))
    torch.manual_seed(options.seed)  # for the initial weights
    student = lay_out(LightVGG(teacher.widths), place.device)
    # The input convolution is the fixed ImageNet normalization.
    optimizer = Muon(weight for weight in student.parameters() if weight.requires_grad)
    crops = material.crops(options.sizes, options.batch, options.seed, place)
    objective = Distillation(teacher, student, teacher.channel_std, knows_bfloat16(place.device))
    run = Run(student, optimizer, objective, crops, options.out, place.device, {})
    if options.resume:
        run.progress, run.extra = load_checkpoint(options.out, student, optimizer)
    else:
        moments = measure_moments(teacher, draw_artworks(material, options, place.device), TAPS)
        known = {name: (mean, teacher.channel_std[name]) for name, (mean, _) in moments.items()}
        run.extra = start_from_moments_(student, known)
    return BuiltinLight(run, objective, material, options)
