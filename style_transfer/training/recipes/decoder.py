"""The training of the decoder of `fast`: it learns to invert the `builtin` features."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.device import knows_bfloat16
from style_transfer.core.manifest import Card, find_card
from style_transfer.features.builtin import load_features
from style_transfer.features.vgg import TAPS
from style_transfer.methods.fast.decoder import LEVELS, STRIDE, Decoder, with_colors
from style_transfer.training.channel_std import measure_moments
from style_transfer.training.checkpoint import load_checkpoint
from style_transfer.training.export import export_halves, to_halves_
from style_transfer.training.gallery import draw_rows
from style_transfer.training.layout import lay_out
from style_transfer.training.loop import Run
from style_transfer.training.material import Material, read_held_out
from style_transfer.training.muon import Muon
from style_transfer.training.processes import Place
from style_transfer.training.recipe import Options, Recipe, name_command
from style_transfer.training.reconstruction import Reconstruction

NAME, ENCODER = "fast", "builtin"
LIGHT_NAME, LIGHT_ENCODER = "fast-light", "builtin-light"
_MOMENT_BATCHES = 24  # over which the channels of the encoder are measured
_SHOWN = 3  # held-out pictures on the sample sheet, the last one an artwork


@dataclass(frozen=True)
class DecoderOptions(Options):
    """The options of a run; `light` trains the decoder of the light features."""

    light: bool = False

    @property
    def name(self) -> str:
        """Give the name of the weights."""
        return LIGHT_NAME if self.light else NAME

    @property
    def encoder(self) -> str:
        """Give the name of the features that the decoder inverts."""
        return LIGHT_ENCODER if self.light else ENCODER


@dataclass
class DecoderTraining:
    """The prepared training of the decoder; see `prepare`."""

    run: Run
    objective: Reconstruction
    material: Material
    options: DecoderOptions

    @property
    def target(self) -> Path:
        """Give the folder for the weights."""
        return self.options.out

    def draw_sheet(self) -> Image.Image:
        """Draw held-out pictures beside their reconstructions from each level, shallow to deep."""
        shown = read_held_out(self.material, self.run.device, count=_SHOWN)
        pictures = [cut_to_stride(each) for each in shown]
        rows = [[each, *reconstruct(self.objective, each)] for each in pictures]
        return draw_rows(rows, ["picture", *TAPS])

    def export(self) -> Card:
        """Evaluate the decoder on the held-out pictures and write its weights with their card.

        The weights of the decoder are rounded to those of the file.
        """
        progress, encoder = self.run.progress, find_card(self.options.encoder)[1]
        pictures = [cut_to_stride(each) for each in read_held_out(self.material, self.run.device)]
        # Before the evaluation, so that the figures are those of the weights in the file.
        halves = to_halves_(self.objective.decoder)
        card = {
            "license": "MIT",
            "origin": "Trained by this project from random initialization to invert the features"
            f" {self.options.encoder} ({encoder.sha256}).",
            "data": self.material.describe(),
            "command": name_command("decoder", self.options, self.material, progress.step),
            "figures": {
                "held_out_pictures": len(pictures),
                "steps": progress.step,
                "training_seconds": round(progress.seconds),
                "pixel_error": measure_errors(self.objective, pictures),
            },
        }
        return export_halves(halves, self.options.out, self.options.name, card)


def prepare(arguments: argparse.Namespace, material: Material, place: Place) -> Recipe:
    """Prepare the training from the command line; see `prepare_decoder`."""
    return prepare_decoder(DecoderOptions.read(arguments), material, place)


def prepare_decoder(options: DecoderOptions, material: Material, place: Place) -> DecoderTraining:
    """Build the decoder with the channel statistics of its encoder, or restore a checkpoint.

    Raises TrainingOptionsError, and ModelMissingError if the features are missing, or if the
    checkpoint is missing or of another network.
    """
    options.require_sizes(least=STRIDE, multiple=STRIDE)
    encoder = lay_out(load_features(options.encoder, place.device), place.device)
    widths = [len(encoder.channel_scale[name]) for name in TAPS]
    torch.manual_seed(options.seed)  # for the initial weights
    decoder = lay_out(Decoder(widths, light=options.light), place.device)
    crops = material.crops(options.sizes, options.batch, options.seed, place)
    objective = Reconstruction(encoder, decoder, knows_bfloat16(place.device))
    optimizer = Muon(decoder.parameters())
    run = Run(decoder, optimizer, objective, crops, options.out, place.device, {})
    if options.resume:
        run.progress, run.extra = load_checkpoint(options.out, decoder, optimizer)
    else:
        # The crops of the first process, so that all processes start from the same statistics.
        apart = material.crops(options.sizes, options.batch, options.seed + 1, Place(place.device))
        batches = [apart.draw(step).to(place.device) for step in range(_MOMENT_BATCHES)]
        for level, moments in enumerate(measure_moments(encoder, batches, TAPS).values(), 1):
            decoder.standardize_(level, *moments)
    return DecoderTraining(run, objective, material, options)


def cut_to_stride(picture: Tensor) -> Tensor:
    """Cut a picture (1, 3, H, W) to sides that are multiples of STRIDE, like a reconstruction."""
    height, width = (max(side // STRIDE, 1) * STRIDE for side in picture.shape[2:])
    return picture[..., :height, :width]


@torch.no_grad()
def reconstruct(objective: Reconstruction, picture: Tensor) -> list[Tensor]:
    """Reconstruct a picture (1, 3, H, W) from each level, shallow to deep, all in [0, 1]."""
    levels = with_colors(objective.encoder(picture, TAPS), picture)  # level -> (1, C + 3, h, w)
    # LEVELS begins with the deepest.
    return [objective.decoder(levels[level], level).clamp(0, 1) for level in reversed(LEVELS)]


def measure_errors(objective: Reconstruction, pictures: Sequence[Tensor]) -> dict[str, float]:
    """Measure the mean absolute error of pixels in [0, 1] by layer, as a mean over pictures."""
    errors = torch.tensor(
        [
            [(found - picture).abs().mean().item() for found in reconstruct(objective, picture)]
            for picture in pictures
        ]
    )  # (pictures, levels)
    return {
        name: round(error, 4) for name, error in zip(TAPS, errors.mean(0).tolist(), strict=True)
    }
