"""The sample sheet of a distillation: the same feature maps of the teacher and of the student."""

import torch
from PIL import Image, ImageDraw
from torch import Tensor

from style_transfer.features.vgg import TAPS
from style_transfer.training.distillation import Distillation

CELL = 144
_LABEL = 16
_PAIRS = 3  # channels shown per layer


@torch.no_grad()
def draw_sheet(objective: Distillation, picture: Tensor) -> Image.Image:
    """Draw one row per layer for a picture (1, 3, H, W): teacher and student side by side.

    The channels are those that vary most on this picture; brightness shows their activation. The
    student has its current slope below zero, as at this point of the training.
    """
    targets, seen = objective.targets(picture), objective.student(picture, TAPS)
    width, height = (1 + 2 * _PAIRS) * CELL, len(TAPS) * (CELL + _LABEL)
    sheet = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(sheet)
    for row, name in enumerate(TAPS):
        top = row * (CELL + _LABEL)
        sheet.paste(_to_cell(picture[0]), (0, top + _LABEL))
        channels = targets[name][0].std((1, 2)).topk(_PAIRS).indices.tolist()
        for pair, channel in enumerate(channels):
            taught, learned = targets[name][0, channel], seen[name][0, channel]
            for side, (who, maps) in enumerate((("teacher", taught), ("student", learned))):
                left = (1 + 2 * pair + side) * CELL
                sheet.paste(_to_cell(_to_gray(maps, taught)), (left, top + _LABEL))
                draw.text((left + 4, top + 2), f"{name} {channel} {who}", fill="black")
    return sheet


def _to_gray(channel: Tensor, reference: Tensor) -> Tensor:
    bright = reference.quantile(0.99).clamp_min(1e-6)
    return (channel / bright).clamp(0, 1).expand(3, -1, -1)


def _to_cell(picture: Tensor) -> Image.Image:
    pixels = (picture * 255).round().byte().permute(1, 2, 0).contiguous().cpu().numpy()
    return Image.fromarray(pixels).resize((CELL, CELL), Image.Resampling.NEAREST)
