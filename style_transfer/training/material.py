"""The pictures of a training: those it learns from, and those it is evaluated on."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from style_transfer.training.crops import Crops, to_batch
from style_transfer.training.export import describe_data
from style_transfer.training.pictures import TrainingDataError, read_picture
from style_transfer.training.processes import Place

HELD_OUT = 24  # pictures for evaluation, never used to train
EVALUATED_SIDE = 320  # pixels


@dataclass(frozen=True)
class Material:
    """The pictures of a training: photos and artworks to learn from, and held-out ones.

    Held-out pictures are used only for evaluation. `roots` are the folders of the photos and of
    the artworks. A training for one artwork has no `style` and only one root.
    """

    content: tuple[Path, ...]
    style: tuple[Path, ...]
    held_out: tuple[Path, ...]
    roots: tuple[Path, ...]

    @property
    def folders(self) -> tuple[tuple[Path, ...], ...]:
        """Give the photos, and the artworks if there are any; Crops takes them in turn."""
        return (self.content, self.style) if self.style else (self.content,)

    def crops(self, sizes: Sequence[int], batch: int, seed: int, place: Place) -> Crops:
        """Make the random crops of one process: photo, artwork, photo, artwork, ..."""
        return Crops(self.folders, tuple(sizes), batch, seed, place.rank, place.world)

    def describe(self) -> list[dict[str, Any]]:
        """Count the pictures of each folder by source and license, for a card."""
        pairs = zip(self.roots, self.folders, strict=True)
        return [describe_data(root, paths) for root, paths in pairs]


def hold_out(
    folders: Sequence[Sequence[Path]], roots: Sequence[Path], seed: int, *, count: int = HELD_OUT
) -> Material:
    """Hold out a few pictures of each folder; the same seed gives the same ones.

    At most one picture in four is held out, so that small folders can still train. Raises
    TrainingDataError for a folder with fewer than four pictures.
    """
    if min(map(len, folders)) < 4:
        raise TrainingDataError(
            "Each folder needs four pictures at least.",
            hint="Add pictures, or name a folder to judge on with --held-out.",
        )
    chance = random.Random(seed)
    kept, aside = [], []
    for paths in folders:
        taken = set(chance.sample(range(len(paths)), min(count // len(folders), len(paths) // 4)))
        aside += [paths[index] for index in sorted(taken)]
        kept.append(tuple(path for index, path in enumerate(paths) if index not in taken))
    return build_material(kept, aside, roots)


def build_material(
    folders: Sequence[Sequence[Path]], held_out: Sequence[Path], roots: Sequence[Path]
) -> Material:
    """Combine photos, artworks if there are any, and held-out pictures."""
    content, style = (tuple(paths) for paths in (*folders, ())[:2])
    return Material(content, style, tuple(held_out), tuple(roots))


def read_held_out(
    material: Material, device: torch.device, *, count: int | None = None
) -> list[Tensor]:
    """Read the held-out pictures, each (1, 3, H, W) in [0, 1], long side EVALUATED_SIDE.

    With `count`, read at most that many, spread evenly from the first to the last.
    """
    paths = material.held_out
    if count is not None and count < len(paths):
        last = (len(paths) - 1) / max(1, count - 1)  # the distance between two chosen pictures
        paths = tuple(paths[round(index * last)] for index in range(count))
    pictures = []
    for path in paths:
        picture = read_picture(path, side=EVALUATED_SIDE)
        picture.thumbnail((EVALUATED_SIDE, EVALUATED_SIDE))
        pictures.append(to_batch([np.asarray(picture)]).to(device))
    return pictures
