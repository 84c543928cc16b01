"""Small style embeddings made by hand, for tests."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from style_transfer.methods.fast.contrast import BANDS
from style_transfer.methods.fast.decoder import LEVELS
from style_transfer.methods.fast.embedding import StyleEmbedding
from style_transfer.methods.fast.network import Painter
from style_transfer.methods.fast.textons import SIZE, Textons
from style_transfer.methods.guide import ColorGrade, grade_of
from style_transfer.methods.patch_bank import SIZE as BANK_SIZE
from style_transfer.methods.patch_bank import PatchBank


def soft(seed: int, width: int = 400, height: int = 300) -> Image.Image:
    """Make a picture of soft random colors."""
    small = np.random.default_rng(seed).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def marks(view: int) -> Textons:
    """Make a small dictionary whose entries are the number of its view."""
    return Textons(torch.zeros(SIZE), torch.eye(SIZE)[:, :2], torch.full((3, 2), float(view)))


def patches(view: int) -> PatchBank:
    """Make a small bank whose entries are the number of its view."""
    keys = torch.full((3, 2), view, dtype=torch.int8)
    return PatchBank(torch.zeros(BANK_SIZE), torch.eye(BANK_SIZE)[:, :2], keys)


def gray_grade() -> ColorGrade:
    """Make the grade of a picture whose grays are all equally frequent."""
    return grade_of(torch.linspace(0, 1, 64).expand(1, 3, 8, 64))


def plain_code(sides: Tensor) -> StyleEmbedding:
    """Make an embedding whose values are the number of their view."""
    views = torch.arange(float(len(sides)))
    return StyleEmbedding(
        sides,
        {level: views[:, None].repeat(1, 4) for level in LEVELS},
        {level: views[:, None, None].repeat(1, 4, 4) for level in LEVELS},
        views[:, None].repeat(1, BANDS),
        gray_grade(),
        [marks(view) for view in range(len(sides))],
        [patches(view) for view in range(len(sides))],
        "0" * 64,
    )


def plain_like(painter: Painter, covariance: float = 1.0) -> StyleEmbedding:
    sizes = {level: painter.live(level) for level in LEVELS}
    return StyleEmbedding(
        torch.tensor([128.0]),
        {level: torch.zeros(1, size) for level, size in sizes.items()},
        {level: covariance * torch.eye(size)[None] for level, size in sizes.items()},
        torch.full((1, BANDS), 0.1),
        gray_grade(),
        [marks(0)],
        [patches(0)],
        painter.sha256,
    )
