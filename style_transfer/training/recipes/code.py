"""The training of a style code: its statistics are tuned to paint closer to the artwork."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torch.optim import Adam

from style_transfer.core.backbones import require_backbone
from style_transfer.core.device import knows_bfloat16
from style_transfer.core.manifest import Card, find_card
from style_transfer.features.builtin import FeatureNet, load_features
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
from style_transfer.training.evaluation import measure_losses
from style_transfer.training.export import export_bytes
from style_transfer.training.gallery import draw_rows
from style_transfer.training.layout import lay_out
from style_transfer.training.loop import Run
from style_transfer.training.material import Material, read_held_out
from style_transfer.training.processes import Place
from style_transfer.training.recipe import Options, Recipe, name_command
from style_transfer.training.style_loss import StyleLoss, look_at
from style_transfer.training.tune_embedding import STRENGTH, TunedEmbedding, TunedPainter, Tuning

_SHOWN = 3  # held-out photos on the sample sheet
_SMALLEST = 64  # side of a crop in pixels; in a smaller one the deepest features have no statistics


@dataclass(frozen=True, kw_only=True)
class CodeOptions(Options):
    """The options of a run from the command line."""

    style: Path
    name: str
    content_weight: float = 0.1
    features: str | None = None


@dataclass
class Code:
    """The prepared training of an embedding; see `prepare`. `start` is the encoder's own."""

    run: Run
    objective: Tuning
    painter: Painter
    start: StyleEmbedding
    artwork: Image.Image
    material: Material
    options: CodeOptions

    @property
    def target(self) -> Path:
        """Give the folder for the weights."""
        return self.options.out

    def draw_sheet(self) -> Image.Image:
        """Draw held-out photos and their paintings by the method fast, before and after tuning."""
        # `fold_` moves the learned maps into the moments, which the method fast reads.
        self.objective.tuned.fold_()
        embeddings = (self.start, self.objective.tuned.code())
        shown = self.artwork.copy()
        shown.thumbnail((320, 320))
        artwork = shown_at(shown, 1.0, self.run.device)  # (1, 3, H, W)
        rows = [[artwork, torch.ones_like(artwork), torch.ones_like(artwork)]]
        photos = read_held_out(self.material, self.run.device, count=_SHOWN)
        rows += [
            [photo, *(paint(photo, each, self.painter) for each in embeddings)] for photo in photos
        ]
        return draw_rows(rows, ["artwork, photos", "the encoder's code", "tuned"])

    def export(self) -> Card:
        """Evaluate both embeddings on held-out photos and write the tuned one with its card."""
        options, progress = self.options, self.run.progress
        self.objective.tuned.fold_()
        squares = self._squares()  # (1, 3, S, S) each
        artwork = {"name": options.style.name, "pictures": 1, "sources": []}
        card = {
            "license": "yours to choose, within the terms of the artwork",
            "origin": f"The style code of {options.style.name}, made by {ENCODER}"
            f" ({self.start.encoder}) and tuned with the frozen decoder {NAME}"
            f" ({find_card(NAME)[1].sha256}); the losses come from the features"
            f" {options.features or ENCODER}.",
            "data": [*self.material.describe(), artwork],
            "command": name_command("code", options, self.material, progress.step),
            "figures": {
                "held_out_pictures": len(squares),
                "steps": progress.step,
                "training_seconds": round(progress.seconds),
                "held_out_losses": measure_losses(self.objective, squares),
                "before": measure_losses(self._untuned(), squares),
            },
        }
        content = self.objective.tuned.code().to_bytes()
        return export_bytes(content, options.out, f"code-{options.name}", card)

    def _untuned(self) -> Tuning:
        """Make the same objective for the embedding as it was at the start."""
        tuned = TunedEmbedding(self.start)
        return Tuning(tuned, TunedPainter.of(self.painter, tuned), self.objective.style_losses)

    def _squares(self) -> list[Tensor]:
        size = max(self.options.sizes)
        pictures = read_held_out(self.material, self.run.device)
        return [resize(picture, (size, size)) for picture in pictures]  # (1, 3, S, S) each


@torch.no_grad()
def paint(photo: Tensor, embedding: StyleEmbedding, painter: Painter) -> Tensor:
    """Paint a photo (1, 3, H, W) in [0, 1] with an embedding, as the method fast does."""
    mix = adapter.StyleMix((embedding,), (1.0,), 1.0)

    def attempt(way: Attempt) -> Iterator[Frame]:
        return adapter.paint(photo, [mix], STRENGTH, painter, way)

    # With the fallbacks of the product, because memory or half precision can fail here too.
    attempts = attempts_of(METHOD.info, painter.device)
    *_, last = try_in_turn(METHOD.info, attempts, attempt)
    return photo if last.image is None else last.image


def prepare(arguments: argparse.Namespace, material: Material, place: Place) -> Recipe:
    """Prepare the training from the command line; see `prepare_code`."""
    name = arguments.name or name_after(arguments.style)
    filled = argparse.Namespace(**{**vars(arguments), "name": name})
    return prepare_code(CodeOptions.read(filled), material, load_painter(place.device), place)


def prepare_code(options: CodeOptions, material: Material, painter: Painter, place: Place) -> Code:
    """Begin with the painter's own embedding of the artwork, or continue from a checkpoint.

    Raises TrainingOptionsError, InputUnreadableError for the artwork, and ModelMissingError if the
    checkpoint is missing or of another network.
    """
    require_name(options.name)
    options.require_sizes(least=_SMALLEST, multiple=STRIDE)
    artwork = load_picture(options.style).rgb
    # A resumed training computes it again: the sheet and the card compare with it.
    start = StyleEmbedding.from_picture(artwork, painter)
    tuned = TunedEmbedding(start).to(place.device)
    style_losses = _make_style_losses(artwork, options, painter)
    objective = Tuning(tuned, TunedPainter.of(painter, tuned), style_losses)
    crops = material.crops(options.sizes, options.batch, options.seed, place)
    optimizer = Adam(tuned.parameters())
    run = Run(tuned, optimizer, objective, crops, options.out, place.device, {})
    if options.resume:
        run.progress, run.extra = load_checkpoint(options.out, tuned, optimizer)
    return Code(run, objective, painter, start, artwork, material, options)


def _load_judge(options: CodeOptions, painter: Painter) -> FeatureNet:
    """Load the features that the losses come from; raises FeaturesMissingError."""
    if options.features is None:
        return painter.encoder
    require_backbone(options.features)
    return lay_out(load_features(options.features, painter.device), painter.device)


def _make_style_losses(
    artwork: Image.Image, options: CodeOptions, painter: Painter
) -> dict[int, StyleLoss]:
    """Make a style loss for each size of crops, with the artwork scaled to the area of a crop."""
    own = (artwork.width * artwork.height) ** 0.5  # side of a square of the same area
    halved = knows_bfloat16(painter.device)
    features = _load_judge(options, painter)
    return {
        size: StyleLoss(
            features,
            look_at(features, shown_at(artwork, size / own, painter.device)),
            options.content_weight,
            halved,
        )
        for size in options.sizes
    }
