"""The training of a network for one artwork, which is registered when it is ready."""

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torch.optim import Adam

from style_transfer.core.backbones import DEFAULT_BACKBONE, require_backbone
from style_transfer.core.device import knows_bfloat16
from style_transfer.core.manifest import PAINTING_NET, Card, user_folder
from style_transfer.features.builtin import load_features
from style_transfer.imaging.color import palette_of
from style_transfer.imaging.images import load_picture
from style_transfer.imaging.perceptual_hash import perceptual_hash
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.network.johnson import PaintingNet, draw_noise
from style_transfer.training.adversarial import (
    PATCH,
    PatchAdversary,
    require_adversarial_weight,
)
from style_transfer.training.artwork import name_after, require_name, shown_at
from style_transfer.training.checkpoint import load_checkpoint
from style_transfer.training.copying import Copying
from style_transfer.training.crops import Crops
from style_transfer.training.evaluation import measure_losses
from style_transfer.training.examples import ROOM, Book, ExampleCrops, Teacher
from style_transfer.training.export import export_halves, to_halves_
from style_transfer.training.gallery import draw_rows
from style_transfer.training.imitation import Imitation
from style_transfer.training.layout import lay_out
from style_transfer.training.loop import Objective, Run
from style_transfer.training.material import Material, read_held_out
from style_transfer.training.processes import Place
from style_transfer.training.recipe import (
    Options,
    Recipe,
    TrainingOptionsError,
    name_command,
)
from style_transfer.training.style_loss import SCALES, StyleLoss, look_at

_SHOWN = 3  # held-out photos on the sample sheet
_SMALLEST = 64  # side of a crop in pixels; in a smaller one the deepest features have no statistics
_EVALUATED = 8  # held-out photos that a teacher paints for the card
NO_TEACHER = "none"


@dataclass(frozen=True, kw_only=True)
class NetworkOptions(Options):
    """The options of a run from the command line."""

    style: Path
    name: str
    teacher: str = NO_TEACHER
    examples: int = 600
    style_size: int = 512
    content_weight: float = 0.7
    tone_weight: float = 5.0
    adversarial_weight: float = 0.0
    light: bool = False
    features: str | None = None

    @property
    def judge(self) -> str:
        """Give the name of the feature network that the losses come from."""
        return self.features or DEFAULT_BACKBONE


@dataclass
class Network:
    """The prepared training of a network; see `prepare`.

    `book` holds the examples of its teacher, if it has one, and `target` is the folder where the
    network is registered.
    """

    run: Run
    network: PaintingNet
    objective: Objective
    book: Book | None
    material: Material
    options: NetworkOptions
    artwork: Image.Image
    target: Path

    @torch.no_grad()
    def draw_sheet(self) -> Image.Image:
        """Draw held-out photos and the network's paintings of them, below the artwork.

        Between the two is the input of the network or, if it has a teacher, the painting to copy.
        """
        shown = self.artwork.copy()
        shown.thumbnail((320, 320))
        artwork = to_tensor(shown, self.run.device)  # (1, 3, h, w)
        rows = [[artwork, torch.ones_like(artwork), torch.ones_like(artwork)]]
        for photo, recolored, beside in self._read_shown():
            # The same noise in every sheet, so that sheets can be compared.
            noise = draw_noise(photo, torch.Generator().manual_seed(0))
            rows.append([photo, beside, self.network(recolored, noise).clamp(0, 1)])
        between = "recolored" if self.book is None else f"painted by {self.options.teacher}"
        return draw_rows(rows, ["artwork, photos", between, "painted by the network"])

    def _read_shown(self) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Read photos, with the network's input for each and the picture to show beside it."""
        if self.book is not None:
            # (1, 6, S, S) each: the recolored photo and its painting, three channels each.
            examples = [each.chunk(2, dim=1) for each in self._read_evaluated(_SHOWN)]
            return [(given, given, wanted) for given, wanted in examples]
        photos = read_held_out(self.material, self.run.device, count=_SHOWN)
        recolored = [self.network.recolor(photo) for photo in photos]
        return [*zip(photos, recolored, recolored, strict=True)]

    def export(self) -> Card:
        """Evaluate the network on held-out photos, and register it with its card.

        The weights of the network are rounded to those of the file.
        """
        options, progress = self.options, self.run.progress
        # Before the evaluation, so that the figures are those of the weights in the file.
        halves = to_halves_(self.network)
        pictures = self._read_evaluated()
        artwork = {"name": options.style.name, "pictures": 1, "sources": []}
        card = {
            "license": "yours to choose, within the terms of the artwork and of the photos",
            "origin": "Trained from random initialization to paint like"
            f" {self._name_target()}; the losses come from the features {options.judge}"
            f"{', from discriminators of patches' if self.run.adversary else ''} and from bare"
            " patches.",
            "data": [*self.material.describe(), artwork],
            "command": name_command("network", options, self.material, progress.step),
            "figures": {
                "artwork": perceptual_hash(self.artwork),
                "held_out_pictures": len(pictures),
                "steps": progress.step,
                "training_seconds": round(progress.seconds),
                "held_out_losses": measure_losses(self.objective, pictures),
            },
        }
        return export_halves(halves, self.target, f"{PAINTING_NET}{options.name}", card)

    def _name_target(self) -> str:
        artwork = self.options.style.name
        if self.book is None:
            return artwork
        return f"{artwork} as this project's method {self.options.teacher} does"

    def _read_evaluated(self, count: int = _EVALUATED) -> list[Tensor]:
        if self.book is None:
            return read_held_out(self.material, self.run.device)
        paths, side = self.material.held_out[:count], max(self.options.sizes)
        return [each.to(self.run.device) for each in self.book.read(paths, side)]


def prepare(arguments: argparse.Namespace, material: Material, place: Place) -> Recipe:
    """Prepare the training from the command line; see `prepare_network`.

    Without --out, the run has its own folder beside the networks of the user.
    """
    name = arguments.name or name_after(arguments.style)
    target = arguments.out or user_folder()
    out = arguments.out or user_folder() / "training" / name
    filled = argparse.Namespace(**{**vars(arguments), "name": name, "out": out})
    return prepare_network(NetworkOptions.read(filled), material, place, target)


def prepare_network(
    options: NetworkOptions, material: Material, place: Place, target: Path
) -> Network:
    """Build a network for an artwork, or restore it from its checkpoint.

    Raises TrainingOptionsError, InputUnreadableError for the artwork, FeaturesMissingError, and
    ModelMissingError if the checkpoint is missing or of another network.
    """
    require_name(options.name)
    options.require_sizes(least=_SMALLEST)
    require_adversarial_weight(options.adversarial_weight)
    device = place.device
    artwork = load_picture(options.style).rgb
    shown = shown_at(artwork, options.style_size / max(artwork.size), device)
    require_backbone(options.judge)
    features = lay_out(load_features(options.judge, device), device)
    torch.manual_seed(options.seed)  # for the initial weights
    network = PaintingNet(light=options.light)
    network.take_palette_(palette_of(shown))  # the network recolors its input to these colors
    network = lay_out(network, device)
    halved = knows_bfloat16(device)
    crops = material.crops(options.sizes, options.batch, options.seed, place)
    adversary = _oppose(options, shown)
    objective: Objective
    if options.teacher == NO_TEACHER:
        book = None
        views = look_at(features, shown)  # the artwork's statistics, measured once
        style_loss = StyleLoss(features, views, options.content_weight, halved, options.tone_weight)
        objective = Imitation(network, style_loss, adversary)
    else:
        book = _open_book(options, artwork)
        crops = _cut_examples(crops, book, options)
        objective = Copying(network, features, halved)
    # Not Muon: its steps go equally far in all directions, fine ones too. It produced a hatch.
    optimizer = Adam(network.parameters())
    run = Run(network, optimizer, objective, crops, options.out, device, {}, adversary=adversary)
    if options.resume:
        run.progress, run.extra = load_checkpoint(options.out, network, optimizer)
    if adversary:
        adversary.restore_(run.extra)
    return Network(run, network, objective, book, material, options, artwork, target)


def _oppose(options: NetworkOptions, shown: Tensor) -> PatchAdversary | None:
    """Make the discriminators for an artwork (1, 3, H, W), if the options ask for them."""
    if not options.adversarial_weight:
        return None
    if options.teacher != NO_TEACHER:
        raise TrainingOptionsError(
            "--adversarial-weight and --teacher exclude each other.",
            hint="A teacher's paintings are copied as they are; leave one of the two out.",
        )
    if min(shown.shape[2:]) * min(SCALES) < PATCH:
        raise TrainingOptionsError(
            f"The artwork is too small for patches of {PATCH} pixels.",
            hint="Choose a larger picture, a larger --style-size, or no --adversarial-weight.",
        )
    return PatchAdversary(options.adversarial_weight, shown.device, options.seed)


def _open_book(options: NetworkOptions, artwork: Image.Image) -> Book:
    # Examples are larger than crops, so that crops can be cut at random positions.
    side = round(ROOM * max(options.sizes))
    teacher = Teacher(options.teacher, artwork, options.style_size, side)
    return Book(teacher, options.out / "examples" / teacher.identity)


def _cut_examples(crops: Crops, book: Book, options: NetworkOptions) -> ExampleCrops:
    """Choose the photos for the examples; the same seed gives the same photos."""
    photos = crops.folders[0]
    chance = random.Random(options.seed)
    chosen = tuple(chance.sample(photos, min(options.examples, len(photos))))
    return ExampleCrops(
        (chosen,), crops.sizes, crops.batch, crops.seed, crops.rank, crops.world, book=book
    )
