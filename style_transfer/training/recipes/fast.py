"""The training of `fast` end to end: the decoder paints, and the losses measure its paintings."""

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from style_transfer.core.backbones import require_backbone
from style_transfer.core.device import knows_bfloat16
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import Card, find_card
from style_transfer.features.builtin import FeatureNet, load_features
from style_transfer.features.vgg import LAYERS, SlimVGG
from style_transfer.imaging.pyramid import resize
from style_transfer.methods.fast.decoder import LEVELS, STRIDE, Decoder, read_decoder_widths
from style_transfer.methods.fast.decoder_pass import LevelBlend, paint_whole
from style_transfer.methods.fast.network import Painter
from style_transfer.training.adversarial import PatchAdversary, require_adversarial_weight
from style_transfer.training.channel_std import measure_channel_std
from style_transfer.training.checkpoint import load_checkpoint
from style_transfer.training.crops import Crops
from style_transfer.training.distillation import describe_teacher, load_teacher
from style_transfer.training.evaluation import measure_losses
from style_transfer.training.export import export_halves, to_halves_
from style_transfer.training.gallery import draw_rows
from style_transfer.training.layout import lay_out
from style_transfer.training.loop import Run
from style_transfer.training.material import Material, read_held_out
from style_transfer.training.muon import Muon
from style_transfer.training.painting import Painting
from style_transfer.training.processes import Place
from style_transfer.training.recipe import Options, Recipe, TrainingOptionsError, name_command
from style_transfer.training.recipes.decoder import ENCODER, NAME, cut_to_stride, measure_errors
from style_transfer.training.reconstruction import Reconstruction

# Of the sample sheet: full strength, with a part of the photo's features in the deeper levels.
_BLEND = LevelBlend((1.0,) * len(LEVELS), (0.0, 0.1, 0.2, 0.3, 0.3))
_SHOWN = 3  # photos and artworks on the sample sheet
_EVALUATED = 8  # pairs of a held-out photo and artwork, from which the card's figures come
_STD_BATCHES = 24  # of artworks, over which the teacher's channels are measured
_SMALLEST = 64  # side of a crop in pixels; in a smaller one the deepest level has no statistics


@dataclass(frozen=True, kw_only=True)
class FastOptions(Options):
    """The options of a run from the command line."""

    decoder: Path
    teacher: Path | None = None
    features: str | None = None
    adversarial_weight: float = 0.0


@dataclass
class Fast:
    """The prepared training of the decoder end to end; see `prepare`."""

    run: Run
    objective: Painting
    material: Material
    options: FastOptions

    @property
    def target(self) -> Path:
        """Give the folder for the weights."""
        return self.options.out

    @torch.no_grad()
    def draw_sheet(self) -> Image.Image:
        """Draw held-out photos, one per row, in the style of held-out artworks, one per column."""
        painter = self.objective.painter
        photos, artworks = self._pairs(_SHOWN)
        encoded = [painter.encode(artwork) for artwork in artworks]
        wanted = [{k: painter.measure(k, maps[k]) for k in LEVELS} for maps in encoded]
        blank = torch.ones_like(photos[0])  # the corner above the photos
        rows = [[blank, *artworks]]
        rows += [
            [photo, *(paint_whole(painter, photo, each, _BLEND).clamp(0, 1) for each in wanted)]
            for photo in photos
        ]
        return draw_rows(rows, [""] * (1 + len(artworks)))

    def export(self) -> Card:
        """Evaluate the decoder on held-out pictures and write fast.safetensors with its card.

        The weights of the decoder are rounded to those of the file.
        """
        painter, progress = self.objective.painter, self.run.progress
        # Before the evaluation, so that the figures are those of the weights in the file.
        halves = to_halves_(painter.decoder)
        pictures = read_held_out(self.material, self.run.device)
        # How well the decoder can still invert the features, after it was trained to paint.
        inversion = Reconstruction(painter.encoder, painter.decoder)
        card = {
            "license": "MIT",
            "origin": f"Trained by this project, from a decoder of the features {ENCODER}"
            f" ({find_card(ENCODER)[1].sha256}) that it had trained to invert them, on its own"
            f" paintings, with losses from {self._name_loss_features()}.",
            "data": self.material.describe(),
            "command": name_command("fast", self.options, self.material, progress.step),
            "figures": {
                "held_out_pictures": len(pictures),
                "steps": progress.step,
                "training_seconds": round(progress.seconds),
                "pixel_error": measure_errors(
                    inversion, [cut_to_stride(each) for each in pictures]
                ),
                "held_out_losses": measure_losses(self.objective, self._squares()),
            },
        }
        return export_halves(halves, self.options.out, NAME, card)

    def _name_loss_features(self) -> str:
        teacher, features = self.options.teacher, self.options.features
        patches = "discriminators of patches" if self.run.adversary else ""
        names = [ENCODER, describe_teacher(teacher) if teacher else "", features or "", patches]
        return " and ".join(filter(None, names))

    def _pairs(self, count: int) -> tuple[list[Tensor], list[Tensor]]:
        """Read `count` held-out photos and `count` artworks; if there are fewer, they repeat."""
        pictures = read_held_out(self.material, self.run.device)
        # The first half of the held-out pictures counts as photos, the second as artworks.
        middle = (len(pictures) + 1) // 2
        photos, artworks = pictures[:middle], pictures[middle:] or pictures
        return (
            [cut_to_stride(photos[index % len(photos)]) for index in range(count)],
            [cut_to_stride(artworks[index % len(artworks)]) for index in range(count)],
        )

    def _squares(self) -> list[Tensor]:
        """Make batches (2, 3, S, S), each a held-out photo and a held-out artwork as squares."""
        size = max(self.options.sizes)
        pairs = zip(*self._pairs(_EVALUATED), strict=True)
        return [torch.cat([resize(each, (size, size)) for each in pair]) for pair in pairs]


def prepare(arguments: argparse.Namespace, material: Material, place: Place) -> Recipe:
    """Prepare the training from the command line; see `prepare_fast`."""
    return prepare_fast(FastOptions.read(arguments), material, place)


def prepare_fast(options: FastOptions, material: Material, place: Place) -> Fast:
    """Start from a decoder that can invert the features, or from a checkpoint of this training.

    Raises TrainingOptionsError, and ModelMissingError if the features are missing, or if the
    decoder, the teacher or the checkpoint is missing or of another network.
    """
    options.require_sizes(least=_SMALLEST, multiple=STRIDE)
    require_adversarial_weight(options.adversarial_weight)
    if options.batch % 2:  # a batch alternates photos and artworks
        raise TrainingOptionsError(f"--batch must be an even number, not {options.batch}.")
    device = place.device
    encoder = lay_out(load_features(ENCODER, device), device)
    decoder = lay_out(load_decoder(options.decoder), device)
    loss_features = [encoder]
    if options.teacher:
        teacher = lay_out(load_teacher(options.teacher), device)
        loss_features.append(_prepare_features(teacher, options, material))
    if options.features and options.features != ENCODER:
        require_backbone(options.features)
        loss_features.append(lay_out(load_features(options.features, device), device))
    painter = Painter(encoder, decoder, halved=knows_bfloat16(device)).to(device)
    weight = options.adversarial_weight
    adversary = PatchAdversary(weight, device, options.seed) if weight else None
    objective = Painting(painter, tuple(loss_features), adversary=adversary)
    crops = material.crops(options.sizes, options.batch, options.seed, place)
    optimizer = Muon(decoder.parameters())
    run = Run(decoder, optimizer, objective, crops, options.out, device, {}, adversary=adversary)
    if options.resume:
        run.progress, run.extra = load_checkpoint(options.out, decoder, optimizer)
    if adversary:
        adversary.restore_(run.extra)
    return Fast(run, objective, material, options)


def load_decoder(path: Path) -> Decoder:
    """Load a decoder that `train decoder` wrote: an exported file or a checkpoint.

    Raises ModelMissingError if the file is missing or has another layout.
    """
    try:
        stored = load_file(path)
        # A checkpoint has prefixes and more tensors than the decoder; an export has neither.
        state = {name.removeprefix("network."): value.float() for name, value in stored.items()}
        decoder = Decoder(read_decoder_widths(state))
        decoder.load_state_dict({name: state[name] for name in decoder.state_dict()})
    except (SafetensorError, OSError, KeyError, RuntimeError) as error:
        hint = "Make one with `python -m style_transfer train decoder`."
        raise ModelMissingError(f"{path} is not a decoder.", hint=hint) from error
    return decoder


def _prepare_features(teacher: SlimVGG, options: FastOptions, material: Material) -> FeatureNet:
    """Make a feature network from a teacher; artworks give the deviation of each channel."""
    device = next(teacher.parameters()).device
    # The seed gives other crops than those of the training.
    crops = Crops((material.style,), options.sizes, 8, options.seed + 1)
    batches = [crops.draw(step).to(device) for step in range(_STD_BATCHES)]
    return FeatureNet(teacher, measure_channel_std(teacher, batches, LAYERS))
