"""Batches of random crops. The batch of a step depends only on the seed and the step."""

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
    """Square crops from several folders of pictures; within a batch the folders take turns.

    Each step draws one of `sizes` for its batch. All processes draw the same size, because those
    with smaller crops would only wait for the others.

    `rank` and `world` divide the work of one step among processes: each draws its own crops.
    """

    folders: tuple[tuple[Path, ...], ...]
    sizes: tuple[int, ...]
    batch: int
    seed: int
    rank: int = 0
    world: int = 1

    def draw(self, step: int) -> Tensor:
        """Make the batch of a step: (batch, 3, size, size), RGB in [0, 1], channels-last memory."""
        # The first generator is the same in all processes, the second belongs to this one.
        size = random.Random(f"{self.seed}/{step}").choice(self.sizes)
        chance = random.Random(f"{self.seed}/{step}/{self.rank}/{self.world}")
        crops = [
            crop_at_random(chance.choice(self.folders[place % len(self.folders)]), size, chance)
            for place in range(self.batch)
        ]
        return to_batch(crops)

    def follow(self, step: int, device: torch.device) -> Generator[Tensor, None, None]:
        """Yield the batches from a step on; later batches are decoded while earlier ones are used.

        A GPU uses batches faster than one thread decodes pictures, so several threads decode.
        """
        workers = _WORKERS if device.type == "cuda" else 1
        with ThreadPoolExecutor(workers) as pool:
            draw = self._draw_pinned if device.type == "cuda" else self.draw
            # One batch per worker is always in preparation.
            ahead = deque(pool.submit(draw, step + place) for place in range(workers))
            for following in itertools.count(step + workers):
                ready = ahead.popleft().result()
                ahead.append(pool.submit(draw, following))
                yield ready.to(device, non_blocking=True)

    def _draw_pinned(self, step: int) -> Tensor:
        """Draw into pinned memory, from which a GPU can copy while it computes."""
        return self.draw(step).pin_memory()


def crop_at_random(path: Path, size: int, chance: random.Random) -> np.ndarray:
    """Cut a square of random scale and position out of a picture, and flip half of them.

    The square is at least `size` wide if the picture is, so that crops are shrunk and not
    enlarged. Returns (size, size, 3) uint8.
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
    """Stack uint8 pictures (H, W, C) of one size: (B, C, H, W) in [0, 1], channels-last memory."""
    stacked = torch.from_numpy(np.stack(pictures))  # (B, H, W, 3)
    return stacked.permute(0, 3, 1, 2).float().div(255)
