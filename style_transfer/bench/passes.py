"""Measure the time that passes of several pictures and cached style embeddings save."""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.table import Table

from style_transfer.bench.speed import machine, noise
from style_transfer.core.spec import PaintRequest, StyleInput, TransferSpec
from style_transfer.methods.fast.embedding import EmbeddingCache
from style_transfer.pipeline.batching import stylize_batch


def time_batches(spec: TransferSpec, batches: Sequence[int], repeats: int, device: str) -> Table:
    """Measure pictures per second for each pass size; medians of runs with cached embeddings."""
    side = spec.size or 256
    artwork, cache = noise((side, side), 2), EmbeddingCache()
    table = Table(title=f"fast at {side} x {side * 3 // 4} on {machine(device)}")
    table.add_column("batch", justify="right")
    table.add_column("pictures per second", justify="right")
    for batch in batches:
        requests = [
            PaintRequest(noise((side, side * 3 // 4), seed), [StyleInput(artwork)], spec)
            for seed in range(batch)
        ]

        def paint(requests: Sequence[PaintRequest] = requests, batch: int = batch) -> None:
            for step in stylize_batch(requests, device=device, cache=cache, pass_size=batch):
                if step.error:
                    raise step.error

        paint()
        table.add_row(str(batch), f"{batch / _median(paint, repeats):.1f}")
    return table


def time_cache(side: int, repeats: int, device: str) -> Table:
    """Measure the seconds for an artwork's embedding: computed, read from a file, in memory."""
    from style_transfer.core.device import choose_device
    from style_transfer.methods.fast.network import load_painter

    painter, artwork = load_painter(choose_device(device)), noise((side, side), 2)
    table = Table(title=f"style code of a {side} x {side} picture on {machine(device)}")
    table.add_column("use")
    table.add_column("seconds", justify="right")
    with tempfile.TemporaryDirectory() as name:
        warm = EmbeddingCache(Path(name))
        EmbeddingCache().embedding_of(artwork, painter)
        first = _median(lambda: EmbeddingCache().embedding_of(artwork, painter), repeats)
        warm.embedding_of(artwork, painter)
        later = _median(lambda: EmbeddingCache(Path(name)).embedding_of(artwork, painter), repeats)
        again = _median(lambda: warm.embedding_of(artwork, painter), repeats)
    for use, seconds in (("computed", first), ("from a file", later), ("in memory", again)):
        table.add_row(use, f"{seconds:.4f}")
    return table


def _median(run: Callable[[], object], repeats: int) -> float:
    seconds = []
    for _ in range(repeats):
        begun = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)
