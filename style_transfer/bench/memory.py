"""Measure the memory that painting needs, each time in a new process, and the estimate of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image
from rich.table import Table

from style_transfer.bench.fresh import in_fresh_process
from style_transfer.bench.speed import machine, noise
from style_transfer.core.budget import TILINGS
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.core.tiling import Tiling
from style_transfer.imaging.tensors import to_image, to_pixels
from style_transfer.methods.fast.adapter import StyleMix, paint
from style_transfer.methods.fast.embedding_cache import EmbeddingCache
from style_transfer.methods.fast.network import load_painter
from style_transfer.methods.frame import Attempt
from style_transfer.pipeline.stylize import stylize

_STATUS = Path("/proc/self/status")
_RESET_PEAK = Path("/proc/self/clear_refs")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Peak:
    """The most memory during an action, in MiB: beyond what was held before, and in all."""

    needed: int
    process: int


@dataclass(frozen=True)
class Measured:
    """The memory of one painting in MiB: expected, needed, and the peak of the whole process."""

    size: tuple[int, int]
    tiles: int
    expected: int
    needed: int
    process: int
    seconds: float


def measure(spec: TransferSpec, limit: int | None = None, repeats: int = 1) -> Measured:
    """Paint a 4:3 picture by `spec`, each time in a new process; this needs Linux for the peak.

    The memory that is in use when the networks and the photo are loaded does not count as needed.
    Two equal paintings can differ by a third, because threads overlap by chance, and freed pages
    are not always reused. So the median of `repeats` paintings is returned.
    """
    threads = torch.get_num_threads()
    return median_of([in_fresh_process(_paint, spec, limit, threads) for _ in range(repeats)])


def median_of(found: Sequence[Measured]) -> Measured:
    """Return the painting with the median of the needed memory; of two, the one with more."""
    return sorted(found, key=lambda each: each.needed)[len(found) // 2]


def table(rows: Sequence[Measured], method: str, seam: float | None) -> Table:
    """Make a table of measurements; its title names the machine."""
    result = Table(title=f"memory of {method} on {machine()}")
    for heading in ("size", "tiles", "expected MB", "needed MB", "whole process MB", "seconds"):
        result.add_column(heading, justify="right")
    for row in rows:
        figures = (row.tiles, row.expected, row.needed, row.process)
        size = f"{row.size[0]} x {row.size[1]}"
        result.add_row(size, *map(str, figures), f"{row.seconds:.1f}")
    if seam is not None:
        result.caption = f"differences at the borders of tiles, compared with no tiles: {seam:+.1%}"
    return result


def seam_of(cut: Image.Image, whole: Image.Image, tile: int) -> float:
    """Compare the differences of pixels on both sides of a border of tiles, cut and uncut.

    The result is the relative increase in the picture that was painted in tiles: 0 means that
    there is no seam.
    """
    steps = [_steps_at_borders(np.asarray(image).astype(float), tile) for image in (cut, whole)]
    return steps[0] / steps[1] - 1


def _steps_at_borders(pixels: np.ndarray, tile: int) -> float:
    # Pixels are (H, W, 3); rows and columns are the first of each tile but the first.
    rows, columns = (np.arange(tile, side, tile) for side in pixels.shape[:2])
    across = np.abs(pixels[:, columns] - pixels[:, columns - 1])  # (H, borders, 3)
    down = np.abs(pixels[rows] - pixels[rows - 1])  # (borders, W, 3)
    return float((across.sum() + down.sum()) / (across.size + down.size))


def measure_seam(size: int) -> float:
    """Paint a 4:3 picture in the smallest tiles and in one piece; see `seam_of`."""
    spec, smallest = TransferSpec(size=size), TILINGS[-1]
    photo, artwork = noise((size, size * 3 // 4), 1), noise((192, 192), 2)
    painter = load_painter(torch.device("cpu"))
    mix = StyleMix.mix([StyleInput(artwork)], spec.style_scale, painter, EmbeddingCache())
    pictures = []
    for tiling in (Tiling(0, smallest.tile), Tiling(size**2)):  # always cut, never cut
        way = Attempt(painter.device, tiling=tiling)
        *_, last = paint(to_pixels(photo, painter.device), [mix], 1.0, painter, way)
        if last.image is None:
            raise AssertionError("the last frame has the picture")
        pictures.append(to_image(last.image))
    return seam_of(pictures[0], pictures[1], smallest.tile)


def _paint(spec: TransferSpec, limit: int | None, threads: int) -> Measured:
    torch.set_num_threads(threads)
    side = spec.size or 512
    artwork = noise((192, 192), 2)
    # A small painting loads the networks, because their memory does not count as needed.
    _finish(noise((64, 48), 3), artwork, TransferSpec(method=spec.method, size=64, steps=1), None)
    photo = noise((side, side * 3 // 4), 1)
    begun = time.monotonic()
    (tiles, expected), peak = peak_of(lambda: _finish(photo, artwork, spec, limit))
    seconds = time.monotonic() - begun
    return Measured(photo.size, tiles, expected, peak.needed, peak.process, seconds)


def _finish(
    photo: Image.Image, artwork: Image.Image, spec: TransferSpec, limit: int | None
) -> tuple[int, int]:
    *_, last = stylize(photo, [StyleInput(artwork)], spec, device="cpu", memory_mb=limit)
    if last.report is None:
        raise AssertionError("the last step has a report")
    return last.report.tiles, last.report.memory_mb


def peak_of(action: Callable[[], Found]) -> tuple[Found, Peak]:
    """Do something; return what it returned, and the most memory until it was done. Needs Linux."""
    before = _read("VmRSS")
    _RESET_PEAK.write_text("5")  # the peak starts again from here; see proc(5)
    found, peak = action(), _read("VmHWM")
    return found, Peak(max(0, peak - before), peak)


def _read(name: str) -> int:
    """Read a figure of this process, such as VmRSS, in MiB."""
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) // 1024
    raise AssertionError(f"the system does not report {name}")
