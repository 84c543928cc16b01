"""Measure the memory of paintings, each in its own process, and compare it with the estimate."""

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from rich.table import Table

from style_transfer.bench.speed import machine, noise
from style_transfer.core.budget import TILINGS
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.core.tiling import Tiling
from style_transfer.imaging.tensors import to_image, to_pixels
from style_transfer.methods.fast.adapter import StyleMix, paint
from style_transfer.methods.fast.embedding import EmbeddingCache
from style_transfer.methods.fast.network import load_painter
from style_transfer.methods.frame import Attempt
from style_transfer.pipeline.stylize import stylize

_STATUS = Path("/proc/self/status")
_PEAK = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Measured:
    """One painting: MiB expected, MiB needed, and the peak of the whole process in MiB."""

    size: tuple[int, int]
    tiles: int
    expected: int
    needed: int
    process: int
    seconds: float


def measure(spec: TransferSpec, limit: int | None = None, repeats: int = 1) -> Measured:
    """Paint a picture of 4:3 by `spec`, each time in a new process; needs Linux for the peak.

    The needed memory counts from the moment when the networks and the photo are loaded. Two equal
    paintings can differ by a third, because threads overlap by chance and freed pages may be
    reused or not. So the median of `repeats` paintings is returned.
    """
    context = multiprocessing.get_context("spawn")
    found = []
    for _ in range(repeats):
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            found.append(pool.submit(_paint, spec, limit, torch.get_num_threads()).result())
    return median_of(found)


def median_of(found: Sequence[Measured]) -> Measured:
    """Pick the painting with the median of the needed memory; of two in the middle, the larger."""
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
    """Compare the steps between pixels where tiles meet, in a cut and an uncut picture.

    The result is the relative increase: 0 means that there is no seam.
    """
    steps = [_steps_at_borders(np.asarray(image).astype(float), tile) for image in (cut, whole)]
    return steps[0] / steps[1] - 1


def _steps_at_borders(pixels: np.ndarray, tile: int) -> float:
    rows, columns = (np.arange(tile, side, tile) for side in pixels.shape[:2])
    across = np.abs(pixels[:, columns] - pixels[:, columns - 1])
    down = np.abs(pixels[rows] - pixels[rows - 1])
    return float((across.sum() + down.sum()) / (across.size + down.size))


def measure_seam(size: int) -> float:
    """Paint a picture of 4:3 in the smallest tiles and in one piece; see `seam_of`."""
    spec, smallest = TransferSpec(size=size), TILINGS[-1]
    photo, artwork = noise((size, size * 3 // 4), 1), noise((192, 192), 2)
    painter = load_painter(torch.device("cpu"))
    mix = StyleMix.mix([StyleInput(artwork)], spec.style_scale, painter, EmbeddingCache())
    pictures = []
    for tiling in (Tiling(0, smallest.tile), Tiling(size**2)):
        way = Attempt(painter.device, tiling=tiling)
        *_, last = paint(to_pixels(photo, painter.device), [mix], 1.0, painter, way)
        if last.image is None:
            raise AssertionError("the last frame brings the picture")
        pictures.append(to_image(last.image))
    return seam_of(pictures[0], pictures[1], smallest.tile)


def _paint(spec: TransferSpec, limit: int | None, threads: int) -> Measured:
    torch.set_num_threads(threads)
    side = spec.size or 512
    artwork = noise((192, 192), 2)
    # A small painting first loads the networks, which do not count as needed memory.
    _finish(noise((64, 48), 3), artwork, TransferSpec(method=spec.method, size=64, steps=1), None)
    photo = noise((side, side * 3 // 4), 1)
    before = _read("VmRSS")
    _PEAK.write_text("5")  # resets the peak; see proc(5)
    begun = time.monotonic()
    tiles, expected = _finish(photo, artwork, spec, limit)
    seconds, peak = time.monotonic() - begun, _read("VmHWM")
    return Measured(photo.size, tiles, expected, peak - before, peak, seconds)


def _finish(
    photo: Image.Image, artwork: Image.Image, spec: TransferSpec, limit: int | None
) -> tuple[int, int]:
    *_, last = stylize(photo, [StyleInput(artwork)], spec, device="cpu", memory_mb=limit)
    if last.report is None:
        raise AssertionError("the last step brings a report")
    return last.report.tiles, last.report.memory_mb


def _read(name: str) -> int:
    """Read a figure of this process in MiB."""
    for line in _STATUS.read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) // 1024
    raise AssertionError(f"the system tells no {name}")
