"""The loss curve of a run: its numbers as JSON lines, and a picture of them."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

LOSSES = "losses.jsonl"
_SIZE = (960, 480)
_MARGIN = 56
_INKS = ("#1b4965", "#bc4749", "#6a994e", "#e09f3e", "#7b2d8b", "#3a3a3a")


def append_losses(folder: Path, step: int, losses: Mapping[str, float]) -> None:
    """Add one line with the losses of a step to the record in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOSSES).open("a", encoding="utf-8") as file:
        file.write(line_of(step, losses))


def line_of(step: int, losses: Mapping[str, float]) -> str:
    """Write the losses of a step as one line of JSON, which knows null but no infinity."""
    finite = {name: math.isfinite(value) for name, value in losses.items()}
    values = {name: round(losses[name], 6) if known else None for name, known in finite.items()}
    return json.dumps({"step": step, **values}) + "\n"


def read_losses(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Read the record of a folder: name -> (step, loss) in order; empty if there is none.

    A run that continues from a checkpoint repeats some steps; for those the later lines count.
    """
    path = folder / LOSSES
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    by_step: dict[int, dict[str, float | None]] = {}
    for line in lines:
        values = json.loads(line)
        by_step[values.pop("step")] = values  # a later line replaces an earlier one of its step
    curves: dict[str, list[tuple[int, float]]] = {}
    for step in sorted(by_step):
        for name, value in by_step[step].items():
            if value is not None:
                curves.setdefault(name, []).append((step, value))
    return curves


def draw_curves(curves: Mapping[str, Sequence[tuple[int, float]]]) -> Image.Image:
    """Draw losses over steps on a logarithmic scale, one color per name, as an RGB picture.

    Losses that have no place on such a scale are left out.
    """
    image = Image.new("RGB", _SIZE, "white")
    draw = ImageDraw.Draw(image)
    shown = {
        name: [point for point in curve if 0 < point[1] < math.inf]
        for name, curve in curves.items()
    }
    points = [point for curve in shown.values() for point in curve]
    if not points:
        return image
    last = max(step for step, _ in points) or 1
    # The powers of ten below and above all losses.
    low = math.floor(math.log10(min(value for _, value in points)))
    high = math.floor(math.log10(max(value for _, value in points))) + 1

    def place(step: float, power: float) -> tuple[float, float]:
        x = _MARGIN + step / last * (_SIZE[0] - 2 * _MARGIN)
        return x, _MARGIN + (high - power) / (high - low) * (_SIZE[1] - 2 * _MARGIN)

    for power in range(low, high + 1):
        draw.line([place(0, power), place(last, power)], fill="#dddddd")
        draw.text((8, place(0, power)[1] - 6), f"{10.0**power:g}", fill="#555555")
    draw.text(place(last, low), f"{last} steps", fill="#555555", anchor="rt")
    for index, (name, curve) in enumerate(shown.items()):
        ink = _INKS[index % len(_INKS)]
        draw.text((_MARGIN + 120 * index, 16), name, fill=ink)
        line = [place(step, math.log10(value)) for step, value in curve]
        draw.line(line, fill=ink, width=2)
    return image
