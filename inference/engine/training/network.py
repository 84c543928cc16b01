"""The recipe of a network for one artwork: photos and a picture in, a registered network out."""

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch.optim import Adam

from inference.engine.color import palette_of
from inference.engine.device import knows_bfloat16
from inference.engine.features import load_features
from inference.engine.fingerprint import fingerprint
from inference.engine.images import load_picture
from inference.engine.networks.johnson import PaintingNet, draw_noise
from inference.engine.tensors import to_tensor
from inference.engine.training.artwork import name_after, require_name, shown_at
from inference.engine.training.checkpoint import load_checkpoint
from inference.engine.training.critic import Critic, look_at
from inference.engine.training.evaluation import measure_losses
from inference.engine.training.export import export_halves, to_halves_
from inference.engine.training.gallery import draw_rows
from inference.engine.training.imitation import Imitation
from inference.engine.training.layout import lay_out
from inference.engine.training.loop import Run
from inference.engine.training.material import Material, read_held_out
from inference.engine.training.processes import Place
from inference.engine.training.recipe import Options, Recipe, name_command
from inference.engine.weights import PAINTING_NET, Card, user_folder

JUDGES = "builtin"
_SHOWN = 3  # held-out photos on the sample sheet
_SMALLEST = 64  # pixels of a crop; below, the deepest features have no statistics


@dataclass(frozen=True, kw_only=True)
class NetworkOptions(Options):
    """What the command line decides about a run."""

    style: Path
    name: str
    style_size: int = 512
    content_weight: float = 0.1
    light: bool = False


@dataclass
class Network:
    """The training of a network, laid out; see `prepare`.

    `target` is the folder where the network is registered.
    """

    run: Run
    lesson: Imitation
    material: Material
    options: NetworkOptions
    artwork: Image.Image
    target: Path

    @torch.no_grad()
    def draw_sheet(self) -> Image.Image:
        """Draw held-out photos, recolored and painted, under the artwork."""
        shown = self.artwork.copy()
        shown.thumbnail((320, 320))
        artwork = to_tensor(shown, self.run.device)
        rows = [[artwork, torch.ones_like(artwork), torch.ones_like(artwork)]]
        for photo in read_held_out(self.material, self.run.device, count=_SHOWN):
            recolored = self.lesson.network.recolor(photo)
            noise = draw_noise(photo, torch.Generator().manual_seed(0))
            painted = self.lesson.network(recolored, noise)
            rows.append([photo, recolored, painted.clamp(0, 1)])
        return draw_rows(rows, ["artwork, photos", "recolored", "painted"])

    def export(self) -> Card:
        """Judge the network on held-out photos, and register it with its card.

        The weights become those of the file.
        """
        options, progress = self.options, self.run.progress
        halves = to_halves_(self.lesson.network)
        pictures = read_held_out(self.material, self.run.device)
        artwork = {"name": options.style.name, "pictures": 1, "sources": []}
        card = {
            "license": "yours to choose, within the terms of the artwork and of the photos",
            "origin": f"Trained from random initialization to paint like {options.style.name},"
            f" judged by the features {JUDGES} and by bare patches.",
            "data": [*self.material.describe(), artwork],
            "command": name_command("network", options, self.material, progress.step),
            "figures": {
                "artwork": fingerprint(self.artwork),
                "held_out_pictures": len(pictures),
                "steps": progress.step,
                "training_seconds": round(progress.seconds),
                "held_out_losses": measure_losses(self.lesson, pictures),
            },
        }
        return export_halves(halves, self.target, f"{PAINTING_NET}{options.name}", card)


def prepare(arguments: argparse.Namespace, material: Material, place: Place) -> Recipe:
    """Lay the training out as the command line says; see `prepare_network`.

    Without --out, the run has a folder of its own beside the networks of the user.
    """
    name = arguments.name or name_after(arguments.style)
    target = arguments.out or user_folder()
    out = arguments.out or user_folder() / "training" / name
    filled = argparse.Namespace(**{**vars(arguments), "name": name, "out": out})
    return prepare_network(NetworkOptions.read(filled), material, place, target)


def prepare_network(
    options: NetworkOptions, material: Material, place: Place, target: Path
) -> Network:
    """Build a network for an artwork, or bring it back from its checkpoint.

    Raises TrainingOptionsError, InputUnreadableError for the artwork, and ModelMissingError for
    missing features and for a missing or foreign checkpoint.
    """
    require_name(options.name)
    options.require_sizes(least=_SMALLEST)
    device = place.device
    artwork = load_picture(options.style).rgb
    shown = shown_at(artwork, options.style_size / max(artwork.size), device)
    features = lay_out(load_features(JUDGES, device), device)
    torch.manual_seed(options.seed)
    network = PaintingNet(light=options.light)
    network.take_palette_(palette_of(shown))
    network = lay_out(network, device)
    views = look_at(features, shown)
    critic = Critic(features, views, options.content_weight, knows_bfloat16(device))
    lesson = Imitation(network, critic)
    crops = material.crops(options.sizes, options.batch, options.seed, place)
    # Not Muon: its steps go as far along fine directions as along others, and wove a hatch.
    optimizer = Adam(network.parameters())
    run = Run(network, optimizer, lesson, crops, options.out, device, {})
    if options.resume:
        run.progress, run.extra = load_checkpoint(options.out, network, optimizer)
    return Network(run, lesson, material, options, artwork, target)
