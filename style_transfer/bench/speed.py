"""Measure the seconds until the first preview and the end of a painting, and their minimum."""

import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from PIL import Image
from rich.table import Table

from style_transfer.bench.floor import Floor, floor_of
from style_transfer.core.catalog import find_method
from style_transfer.core.device import choose_device
from style_transfer.core.manifest import installed_networks
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.imaging.perceptual_hash import picture_of
from style_transfer.pipeline.stylize import stylize


@dataclass(frozen=True)
class Timing:
    """The medians of several runs of one size, in seconds; `floor` is the possible minimum."""

    size: tuple[int, int]
    steps: int
    first_preview: float
    whole: float
    floor: Floor | None = None


def measure(
    spec: TransferSpec, repeats: int, device: str, size: tuple[int, int] | None = None
) -> Timing:
    """Time a picture of a size (width, height); the default is 4:3 in the size of `spec`.

    A short run first loads everything into memory. Raises NetworkMissingError if the method needs
    a network for the artwork, and none is installed.
    """
    info, side = find_method(spec.method), spec.size or 512
    photo = noise(size or (side, side * 3 // 4), 1)
    # A trained network only paints the artwork that it was trained for.
    artwork = _first_known() if info.needs_own_network else noise((side, side), 2)
    for _ in stylize(photo, [StyleInput(artwork)], replace(spec, steps=1), device=device):
        pass
    runs = [_run_once(photo, artwork, spec, device) for _ in range(repeats)]
    floor = None
    # Counting convolutions takes one more painting, so a slow method has no floor.
    if info.immediate:
        floor = floor_of(lambda: _run_once(photo, artwork, spec, device), choose_device(device))
    return Timing(
        size=photo.size,
        steps=runs[0][0],
        first_preview=statistics.median(first for _, first, _ in runs),
        whole=statistics.median(whole for _, _, whole in runs),
        floor=floor,
    )


def table(method: str, rows: Sequence[Timing], device: str = "cpu") -> Table:
    """Make a table of timings; its title names the machine.

    The floor is the time of the convolutions alone; see floor.py.
    """
    result = Table(title=f"{method} on {machine(device)}")
    headings = ["size", "steps", "first preview s", "whole s"]
    # Without a floor the table has no empty columns.
    if any(row.floor for row in rows):
        headings += ["operations", "floor s", "times the floor"]
    for heading in headings:
        result.add_column(heading, justify="right")
    for row in rows:
        size = f"{row.size[0]} x {row.size[1]}"
        figures = [f"{row.first_preview:.2f}", f"{row.whole:.2f}"]
        if row.floor:
            figures += [f"{row.floor.operations / 1e9:.1f} G", f"{row.floor.seconds:.2f}"]
            figures.append(f"{row.whole / row.floor.seconds:.1f}")  # 1.0 is the best possible
        result.add_row(size, str(row.steps), *figures)
    return result


def machine(device: str = "cpu") -> str:
    """Name the machine: the architecture and threads of the processor, or the model of the GPU."""
    place = choose_device(device)
    if place.type == "cuda":
        return f"{torch.cuda.get_device_name(place)}, torch {torch.__version__}"
    return f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}"


def _run_once(
    photo: Image.Image, artwork: Image.Image, spec: TransferSpec, device: str
) -> tuple[int, float, float]:
    """Return the steps, the seconds until the first preview, and the seconds until the end."""
    begun, first, total = time.monotonic(), 0.0, 0
    for step in stylize(photo, [StyleInput(artwork)], spec, device=device):
        if step.image and not first:  # most steps have no picture
            first = time.monotonic() - begun
        total = step.total
    return total, first, time.monotonic() - begun


def _first_known() -> Image.Image:
    """Make a picture with the hash of an installed network's artwork; noise if there is none."""
    known = installed_networks()  # name -> perceptual hash of the artwork
    # The first name, so that each run measures the same network.
    return picture_of(known[min(known)] if known else "") or noise((8, 8), 2)


def noise(size: tuple[int, int], seed: int) -> Image.Image:
    """Make soft colored noise of a size (width, height).

    It is as good as a photo: the time of a painting does not depend on the content.
    """
    generator = torch.Generator().manual_seed(seed)
    small = torch.randint(0, 256, (8, 8, 3), generator=generator, dtype=torch.uint8)
    return Image.fromarray(small.numpy()).resize(size, Image.Resampling.BICUBIC)
