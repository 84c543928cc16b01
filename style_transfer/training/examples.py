"""Examples for a network to copy: photos in the artwork's colors, with paintings of a teacher.

A teacher is one of the engine's other methods. It paints an example when the example is first
drawn, and the painting is stored in a file. A continued run, or a later draw of the same photo,
uses that file. Examples are larger than the crops cut out of them, so each gives many crops.
"""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from style_transfer.core.catalog import find_method
from style_transfer.core.sizes import scaled
from style_transfer.core.spec import BOUNDS, StyleInput, TransferSpec
from style_transfer.imaging.color import match_palette, palette_of
from style_transfer.imaging.pyramid import resize
from style_transfer.imaging.saving import save_picture
from style_transfer.imaging.tensors import to_image, to_tensor
from style_transfer.methods.fast.embedding_cache import digest_of
from style_transfer.pipeline.stylize import stylize
from style_transfer.training.artwork import shown_at
from style_transfer.training.crops import Crops, to_batch
from style_transfer.training.pictures import read_picture

ROOM = 1.5  # side of an example, in sides of the largest crop
# For a method that reads `steps`. Some steps synthesize strokes, and a few steps of descent blend
# them. Many more steps would only cover flat places with grain.
_STEPS = 14
_SHARP = Image.Resampling.BICUBIC
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Teacher:
    """A method that paints squares of `side` pixels in the style of an artwork.

    `style_size` is the longest side, in pixels, of the artwork at which its strokes have the
    wanted size.
    """

    method: str
    artwork: Image.Image
    style_size: int
    side: int

    @property
    def spec(self) -> TransferSpec:
        """Give the settings: strokes as large as on an artwork of `style_size`."""
        width, height = scaled(
            *self.artwork.size, min(1.0, self.style_size / max(self.artwork.size))
        )
        bound = BOUNDS["style_scale"]
        scale = min(max((width * height) ** 0.5 / self.side, bound.low), bound.high)
        steps = _STEPS if "steps" in find_method(self.method).used else None
        return TransferSpec(method=self.method, style_scale=scale, steps=steps)

    @property
    def identity(self) -> str:
        """Give a name for its paintings: two teachers with the same name paint the same."""
        spoken = json.dumps([self.spec.to_json(), self.side, digest_of(self.artwork)])
        return hashlib.sha256(spoken.encode()).hexdigest()[:16]

    def paint(self, photo: Image.Image) -> Image.Image:
        """Paint an RGB photo; raises the same subclasses of EngineError as `stylize`."""
        *_, last = stylize(photo, [StyleInput(self.artwork)], self.spec, device="cpu")
        if last.image is None:
            raise AssertionError("the last step brings the result")
        return last.image

    def recolor(self, photo: Image.Image) -> Image.Image:
        """Give an RGB photo the colors of the artwork, as the trained network does."""
        shown = shown_at(self.artwork, self.style_size / max(self.artwork.size), _CPU)
        return to_image(match_palette(to_tensor(photo, _CPU), palette_of(shown)))


@dataclass(frozen=True)
class Book:
    """The examples of a teacher, in a folder; each is painted at its first use."""

    teacher: Teacher
    folder: Path

    def look_up(self, path: Path) -> np.ndarray:
        """Give the example of a photo: (side, side, 6) uint8, recolored photo and painting."""
        side = self.teacher.side
        kept = self.folder / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.png"
        if not kept.is_file():
            # As much of the photo as a square can hold, so that palette and statistics are those
            # of a whole picture.
            photo = ImageOps.fit(read_picture(path, side=side), (side, side), _SHARP)
            pair = Image.new("RGB", (2 * side, side))
            pair.paste(self.teacher.recolor(photo), (0, 0))
            pair.paste(self.teacher.paint(photo), (side, 0))
            self.folder.mkdir(parents=True, exist_ok=True)
            save_picture(pair, kept)
        with Image.open(kept) as opened:
            both = np.asarray(opened.convert("RGB"))
        return np.concatenate([both[:, :side], both[:, side:]], axis=2)

    def read(self, paths: Sequence[Path], side: int) -> list[Tensor]:
        """Give the examples of photos, each (1, 6, side, side) in [0, 1]."""
        whole = [to_batch([self.look_up(path)]) for path in paths]
        return [resize(each, (side, side)) for each in whole]


@dataclass(frozen=True)
class ExampleCrops(Crops):
    """Random crops of the examples of the photos in `folders`."""

    book: Book | None = None

    def draw(self, step: int) -> Tensor:
        """Make the batch of a step: (batch, 6, size, size) in [0, 1], recolored photo, painting."""
        if self.book is None:
            raise AssertionError("examples come from a book")
        size = random.Random(f"{self.seed}/{step}").choice(self.sizes)
        chance = random.Random(f"{self.seed}/{step}/{self.rank}/{self.world}")
        crops = []
        for _ in range(self.batch):
            example = self.book.look_up(chance.choice(self.folders[0]))
            left, top = (chance.randint(0, len(example) - size) for _ in range(2))
            crops.append(example[top : top + size, left : left + size])
        return to_batch(crops)
