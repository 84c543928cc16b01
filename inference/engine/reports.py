"""The report beside a result: what was done to make it."""

from collections.abc import Sequence

import torch

from inference.engine.budget import Plan
from inference.engine.canvas import Canvas
from inference.engine.methods.network import find_networks
from inference.engine.painter import ENCODER, NAME
from inference.engine.spec import Report, StyleInput, TransferSpec
from inference.engine.weights import find_card


def report_of(
    canvas: Canvas,
    spec: TransferSpec,
    device: torch.device,
    seconds: float,
    *,
    shares: Sequence[StyleInput] = (),
    plan: Plan | None = None,
) -> Report:
    """Say what was done to paint a canvas; a network is known by the styles, `shares`."""
    plan = plan or Plan()
    names: Sequence[str] = (spec.features,)
    if spec.method == "fast":
        names = (NAME, ENCODER)
    if spec.method == "network":
        names = [network.name for network in find_networks(shares)]
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
        weights={name: find_card(name)[1].sha256 for name in names},
    )
