"""Batches of random crops: what a network sees at step n depends on the seed and n alone."""

import itertools
import random
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from style_transfer.training.pictures import read_picture

_WORKERS = 8


@dataclass(frozen=True)
class Crops:
    """Square crops from several folders of pictures, the folders taking turns within a batch.

    Each step draws one of `sizes` for its batch, all processes the same one: those with smaller
    crops would only wait for the others.

    `rank` and `world` divide the work of one step among processes: each draws its own crops.
    """

    folders: tuple[tuple[Path, ...], ...]
    sizes: tuple[int, ...]
    batch: int
    seed: int
    rank: int = 0
    world: int = 1

    def draw(self, step: int) -> Tensor:
        """Make the batch of a step: (batch, 3, size, size), RGB in [0, 1], channels last."""
        size = random.Random(f"{self.seed}/{step}").choice(self.sizes)
        chance = random.Random(f"{self.seed}/{step}/{self.rank}/{self.world}")
        crops = [
            crop_at_random(chance.choice(self.folders[place % len(self.folders)]), size, chance)
            for place in range(self.batch)
        ]
        return to_batch(crops)

    def follow(self, step: int, device: torch.device) -> Generator[Tensor, None, None]:
        """Yield the batches from a step on, decoded while those before them are in use.

        A GPU eats batches faster than one thread decodes pictures, so it is served by several.
        """
        workers = _WORKERS if device.type == "cuda" else 1
        with ThreadPoolExecutor(workers) as pool:
            draw = self._draw_pinned if device.type == "cuda" else self.draw
            ahead = deque(pool.submit(draw, step + place) for place in range(workers))
            for following in itertools.count(step + workers):
                ready = ahead.popleft().result()
                ahead.append(pool.submit(draw, following))
                yield ready.to(device, non_blocking=True)

    def _draw_pinned(self, step: int) -> Tensor:
        """Draw into memory that a GPU fetches from while it computes."""
        return self.draw(step).pin_memory()


def crop_at_random(path: Path, size: int, chance: random.Random) -> np.ndarray:
    """Cut a square of random scale and place out of a picture and flip every other one.

    The square is at least `size` wide where the picture is, so that crops are shrunk, not blown
    up. Returns (size, size, 3) uint8.
    """
    picture = read_picture(path, side=2 * size)
    short = min(picture.size)
    side = chance.uniform(min(size, short), min(short, 2 * size))
    left = chance.uniform(0, picture.width - side)
    top = chance.uniform(0, picture.height - side)
    box = (left, top, left + side, top + side)
    crop = picture.resize((size, size), Image.Resampling.BICUBIC, box=box)
    pixels = np.asarray(crop)
    return pixels[:, ::-1] if chance.random() < 0.5 else pixels


def to_batch(pictures: Sequence[np.ndarray]) -> Tensor:
    """Stack (H, W, 3) uint8 pictures of one size into (B, 3, H, W) in [0, 1], channels last."""
    stacked = torch.from_numpy(np.stack(pictures))  # (B, H, W, 3)
    return stacked.permute(0, 3, 1, 2).float().div(255)
