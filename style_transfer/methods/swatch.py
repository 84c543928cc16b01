"""A swatch: an abstract picture in the colors and strokes of a style, made from its code alone.

It shows what a style looks like where its artwork cannot be shown. It begins as soft blots in the
artwork's colors. Strokes are laid over them, from coarse to fine (Kwatra et al. 2005, "Texture
Optimization for Example-Based Synthesis"). No place in the artwork can be recognized in it.
"""

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from style_transfer.core.spec import StyleInput
from style_transfer.imaging.pyramid import resize
from style_transfer.imaging.tensors import to_image
from style_transfer.methods.fast.adapter import PROCESS_CACHE, StyleMix
from style_transfer.methods.fast.contrast import match_contrast_
from style_transfer.methods.fast.network import load_painter
from style_transfer.methods.guide import ColorGrade
from style_transfer.methods.strokes import STRIDE as SHIFTS

SIDE = 480  # pixels, divisible by STRIDE
_COARSEST = 60
_STEP = 1.6  # how much larger each size is than the one before
_LAYINGS = 4  # at each size but the last
_BLOTS = 6  # in a row
_NEARER = 1.6  # the swatch shows strokes as a picture would that is so many times as large


@torch.no_grad()
def paint_swatch(code: bytes, seed: int = 0) -> Image.Image:
    """Paint the swatch of a style code: RGB, SIDE x SIDE pixels; the same seed gives the same.

    Raises StyleEmbeddingError if the bytes are no code of the shipped network.
    """
    device = torch.device("cpu")
    style = [StyleInput(None, embedding=code)]
    mix = StyleMix.mix(style, _NEARER, load_painter(device), PROCESS_CACHE, seed)
    picture = _blots(mix.grade(), seed)
    for side in _sides():
        bank = mix.strokes_at(side)
        picture = resize(picture, (side, side))
        for number in range(_LAYINGS if side < SIDE else 1):
            picture = bank.synthesize(bank.add_grain(picture), number % SHIFTS).clamp_(0, 1)
    # The mean over all shifts hides the grid.
    picture = bank.synthesize(bank.add_grain(picture), *range(SHIFTS)).clamp_(0, 1)
    return to_image(match_contrast_(picture, mix.contrast_at(SIDE)))


def _sides() -> list[int]:
    """List the sides of the picture, from coarse to fine."""
    sides = [SIDE]
    while sides[-1] / _STEP > _COARSEST:
        sides.append(round(sides[-1] / _STEP))
    return sides[::-1]


def _blots(grade: ColorGrade, seed: int) -> Tensor:
    """Make soft blots (1, 3, SIDE, SIDE) whose colors vary as those of the artwork do."""
    palette = grade.palette
    variances, axes = torch.linalg.eigh(palette.covariance.double())
    spread = axes * variances.clamp_min(0).sqrt()  # (3, 3)
    draws = torch.randn(_BLOTS**2, 3, generator=torch.Generator().manual_seed(seed)).double()
    colors = (palette.mean.double() + draws @ spread.T).float()  # (N, 3)
    grid = colors.T.reshape(1, 3, _BLOTS, _BLOTS)
    return F.interpolate(grid, (SIDE, SIDE), mode="bicubic", align_corners=False).clamp(0, 1)
