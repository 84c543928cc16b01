"""The report beside a result: what was done to make it."""

import torch

from inference.engine.canvas import Canvas
from inference.engine.painter import ENCODER, NAME
from inference.engine.spec import Report, TransferSpec
from inference.engine.weights import find_card


def report_of(canvas: Canvas, spec: TransferSpec, device: torch.device, seconds: float) -> Report:
    """Say what was done to paint a canvas."""
    names = (NAME, ENCODER) if spec.method == "fast" else (spec.features,)
    return Report(
        source_mode=canvas.picture.source_mode,
        source_size=canvas.picture.size,
        result_size=canvas.size,
        conversions=canvas.picture.conversions,
        resized=canvas.resized,
        device=str(device),
        seconds=round(seconds, 3),
        weights={name: find_card(name)[1].sha256 for name in names},
    )
