"""One table of all variants: size of weights, seconds at several sizes, memory, distances."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean

import torch
from rich.table import Table
from torch import Tensor

from style_transfer.backends.variants import REFERENCE, Backend, Variant, files_of, variants_folder
from style_transfer.bench.distances import content_distance, style_distance
from style_transfer.bench.memory import peak_of
from style_transfer.core.errors import EngineError
from style_transfer.core.manifest import find_card
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.gate.scores import psnr
from style_transfer.gate.verify import Verification, variants_to_verify
from style_transfer.imaging.drawn import draw_landscape
from style_transfer.imaging.tensors import to_tensor

SIZES = ((256, 256), (512, 512), (768, 512), (1024, 1024))  # (width, height)
STANDARD = (768, 512)  # the size of the column that compares speeds, and of the memory
_CPU = torch.device("cpu")


@dataclass
class Row:
    """The figures of a variant. Seconds are the best of several runs, by size (width, height)."""

    network: str
    method: str
    variant: Variant
    kilobytes: float
    content: float
    style: float
    psnr: float
    memory: int = 0
    seconds: dict[tuple[int, int], float] = field(default_factory=dict)


def measure(
    gate: Verification, sizes: Sequence[tuple[int, int]] = SIZES, repeats: int = 3
) -> list[Row]:
    """Measure every variant of a network. A variant that cannot paint has no row.

    The variants take turns, so that a busy machine slows down all of them.
    """
    rows = []
    for variant in variants_to_verify(gate):
        try:
            rows.append(_row(gate, variant))
        except EngineError:
            continue
    artwork = gate.pairs[0].artwork
    for size in sizes:
        photo = draw_landscape(size)
        for _ in range(repeats):
            for row in rows:
                begun = time.perf_counter()
                gate.paint(photo, artwork, gate.attempt(row.variant))
                taken = time.perf_counter() - begun
                row.seconds[size] = min(taken, row.seconds.get(size, taken))
    for row in rows:
        attempt = gate.attempt(row.variant)
        photo = draw_landscape(STANDARD)
        row.memory = peak_of(lambda: gate.paint(photo, artwork, attempt))  # noqa: B023
    return rows


def _row(gate: Verification, variant: Variant) -> Row:
    """Paint the golden set with a variant, and judge it."""
    content, style, noise = [], [], []
    for pair in gate.pairs:
        painted = gate.paint(pair.photo, pair.artwork, gate.attempt(variant))
        wanted = gate.paint(pair.photo, pair.artwork, gate.attempt(REFERENCE))
        encoded = gate.metric.encode(painted)
        content.append(content_distance(encoded, _encode(gate, to_tensor(pair.photo, _CPU))))
        seen = to_tensor(pair.artwork.resize(pair.photo.size), _CPU)
        style.append(style_distance(encoded, _encode(gate, seen)))
        noise.append(psnr(painted, wanted))
    return Row(
        gate.network,
        gate.method.info.slug,
        variant,
        kilobytes(gate, variant),
        mean(content),
        mean(style),
        min(noise),
    )


def _encode(gate: Verification, picture: Tensor) -> dict[str, Tensor]:
    return gate.metric.encode(picture)


def kilobytes(gate: Verification, variant: Variant) -> float:
    """Add up the files of a variant, or the weights that torch loads."""
    if variant.backend is Backend.TORCH:
        spec = TransferSpec(method=gate.method.info.slug)
        names = gate.method.weights(spec, [StyleInput(gate.pairs[0].artwork)])
        return sum(find_card(name)[0].stat().st_size for name in names) / 1e3
    names = tuple(files_of(gate.network, variant))
    return sum((variants_folder() / f"{name}.onnx").stat().st_size for name in names) / 1e3


def table(rows: Sequence[Row], title: str, sizes: Sequence[tuple[int, int]] = SIZES) -> Table:
    """Make the table; `times` is the speed compared with the reference of the same network."""
    result = Table(title=title)
    for heading in ("method", "network", "backend", "precision"):
        result.add_column(heading)
    timed = [f"s at {width} x {height}" for width, height in sizes]
    for heading in ("kB", *timed, "times", "MB", "content", "style", "PSNR"):
        result.add_column(heading, justify="right")
    compared = STANDARD if STANDARD in sizes else sizes[-1]
    standard = {row.network: row.seconds[compared] for row in rows if row.variant == REFERENCE}
    for row in rows:
        figures = [f"{row.seconds[size]:.3f}" for size in sizes]
        result.add_row(
            row.method,
            row.network,
            row.variant.backend,
            row.variant.precision,
            f"{row.kilobytes:.0f}",
            *figures,
            f"{standard[row.network] / row.seconds[compared]:.2f}",
            str(row.memory),
            f"{row.content:.3f}",
            f"{row.style:.3f}",
            f"{row.psnr:.1f}",
        )
    return result
