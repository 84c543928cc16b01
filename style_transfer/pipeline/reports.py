"""The report of a result: how it was made."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

import torch

from style_transfer.core.budget import Plan
from style_transfer.core.manifest import find_card
from style_transfer.core.spec import Report, StyleInput, TransferSpec
from style_transfer.methods import load_method
from style_transfer.pipeline.canvas import Canvas

_LIBRARIES: Final = ("torch", "numpy", "pillow")


def report_of(
    canvas: Canvas,
    spec: TransferSpec,
    device: torch.device,
    seconds: float,
    *,
    shares: Sequence[StyleInput] = (),
    plan: Plan | None = None,
    variant: str = "",
) -> Report:
    """Make the report of a painting; its weights may depend on the styles, `shares`."""
    plan = plan or Plan()
    names = load_method(spec.method).weights(spec, shares)
    return Report(
        source_mode=canvas.picture.source_mode,
        source_size=canvas.picture.size,
        result_size=canvas.size,
        conversions=canvas.picture.conversions,
        resized=canvas.resized,
        tiles=plan.tiles,
        memory_mb=plan.mb,
        device=str(device),
        seconds=round(seconds, 3),
        variant=variant,
        weights={name: find_card(name)[1].sha256 for name in names},
        software={each: version(each) for each in _LIBRARIES},
    )
