"""The recipe of a tuned style code: photos and an artwork in, a code out that paints it nearer."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torch.optim import Adam

from style_transfer.core.device import knows_bfloat16
from style_transfer.core.manifest import Card, find_card
from style_transfer.imaging.images import load_picture
from style_transfer.imaging.pyramid import resize
from style_transfer.methods.fast import METHOD, adapter
from style_transfer.methods.fast.decoder import STRIDE
from style_transfer.methods.fast.embedding import StyleEmbedding
from style_transfer.methods.fast.network import ENCODER, NAME, Painter, load_painter
from style_transfer.methods.frame import Attempt, Frame
from style_transfer.pipeline.fallbacks import attempts_of, try_in_turn
from style_transfer.training.artwork import name_after, require_name, shown_at
from style_transfer.training.checkpoint import load_checkpoint
from style_transfer.training.critic import Critic, look_at
from style_transfer.training.evaluation import measure_losses
from style_transfer.training.export import export_bytes
from style_transfer.training.gallery import draw_rows
from style_transfer.training.loop import Run
from style_transfer.training.material import Material, read_held_out
from style_transfer.training.processes import Place
from style_transfer.training.recipe import Options, Recipe, name_command
from style_transfer.training.tune_embedding import STRENGTH, Touch, TouchedPainter, Tuning

_SHOWN = 3  # held-out photos on the sample sheet
_SMALLEST = 64  # pixels of a crop; below, the deepest features have no statistics


@dataclass(frozen=True, kw_only=True)
class CodeOptions(Options):
    """What the command line decides about a run."""

    style: Path
    name: str
    content_weight: float = 0.1


@dataclass
class Code:
    """The training of a code, laid out; see `prepare`. `start` is the encoder's own code."""

    run: Run
    lesson: Tuning
    painter: Painter
    start: StyleEmbedding
    artwork: Image.Image
    material: Material
    options: CodeOptions

    @property
    def target(self) -> Path:
        """The folder that the weights go to."""
        return self.options.out

    def draw_sheet(self) -> Image.Image:
        """Draw held-out photos as the method fast paints them, from the old code and the new."""
        self.lesson.touch.fold_()
        codes = (self.start, self.lesson.touch.code())
        shown = self.artwork.copy()
        shown.thumbnail((320, 320))
        artwork = shown_at(shown, 1.0, self.run.device)
        rows = [[artwork, torch.ones_like(artwork), torch.ones_like(artwork)]]
        photos = read_held_out(self.material, self.run.device, count=_SHOWN)
        rows += [[each, *(paint(each, code, self.painter) for code in codes)] for each in photos]
        return draw_rows(rows, ["artwork, photos", "the encoder's code", "tuned"])

    def export(self) -> Card:
        """Judge both codes on held-out photos and write the tuned one with its card."""
        options, progress = self.options, self.run.progress
        self.lesson.touch.fold_()
        squares = self._squares()
        artwork = {"name": options.style.name, "pictures": 1, "sources": []}
        card = {
            "license": "yours to choose, within the terms of the artwork",
            "origin": f"The style code of {options.style.name}, made by {ENCODER}"
            f" ({self.start.encoder}) and tuned with the frozen decoder {NAME}"
            f" ({find_card(NAME)[1].sha256}).",
            "data": [*self.material.describe(), artwork],
            "command": name_command("code", options, self.material, progress.step),
            "figures": {
                "held_out_pictures": len(squares),
                "steps": progress.step,
                "training_seconds": round(progress.seconds),
                "held_out_losses": measure_losses(self.lesson, squares),
                "before": measure_losses(self._untouched(), squares),
            },
        }
        content = self.lesson.touch.code().to_bytes()
        return export_bytes(content, options.out, f"code-{options.name}", card)

    def _untouched(self) -> Tuning:
        touch = Touch(self.start)
        return Tuning(touch, TouchedPainter.of(self.painter, touch), self.lesson.critics)

    def _squares(self) -> list[Tensor]:
        size = max(self.options.sizes)
        pictures = read_held_out(self.material, self.run.device)
        return [resize(picture, (size, size)) for picture in pictures]


@torch.no_grad()
def paint(photo: Tensor, code: StyleEmbedding, painter: Painter) -> Tensor:
    """Paint a photo (1, 3, H, W) from a code as the method fast does."""
    recipe = adapter.StyleMix((code,), (1.0,), 1.0)

    def attempt(way: Attempt) -> Iterator[Frame]:
        return adapter.paint(photo, [recipe], STRENGTH, painter, way)

    attempts = attempts_of(METHOD.info, painter.device)
    *_, last = try_in_turn(METHOD.info, attempts, attempt)
    return photo if last.image is None else last.image


def prepare(arguments: argparse.Namespace, material: Material, place: Place) -> Recipe:
    """Lay the training out as the command line says; see `prepare_code`."""
    name = arguments.name or name_after(arguments.style)
    filled = argparse.Namespace(**{**vars(arguments), "name": name})
    return prepare_code(CodeOptions.read(filled), material, load_painter(place.device), place)


def prepare_code(options: CodeOptions, material: Material, painter: Painter, place: Place) -> Code:
    """Begin with the painter's own code of the artwork, or with a checkpoint.

    Raises TrainingOptionsError, InputUnreadableError for the artwork, and ModelMissingError for a
    missing or foreign checkpoint.
    """
    require_name(options.name)
    options.require_sizes(least=_SMALLEST, multiple=STRIDE)
    artwork = load_picture(options.style).rgb
    start = StyleEmbedding.from_picture(artwork, painter)
    touch = Touch(start).to(place.device)
    critics = _hear_critics(artwork, options, painter)
    lesson = Tuning(touch, TouchedPainter.of(painter, touch), critics)
    crops = material.crops(options.sizes, options.batch, options.seed, place)
    optimizer = Adam(touch.parameters())
    run = Run(touch, optimizer, lesson, crops, options.out, place.device, {})
    if options.resume:
        run.progress, run.extra = load_checkpoint(options.out, touch, optimizer)
    return Code(run, lesson, painter, start, artwork, material, options)


def _hear_critics(
    artwork: Image.Image, options: CodeOptions, painter: Painter
) -> dict[int, Critic]:
    """Make a critic for each size of crops, who sees the artwork at the same area."""
    own = (artwork.width * artwork.height) ** 0.5
    halved = knows_bfloat16(painter.device)
    return {
        size: Critic(
            painter.encoder,
            look_at(painter.encoder, shown_at(artwork, size / own, painter.device)),
            options.content_weight,
            halved,
        )
        for size in options.sizes
    }
