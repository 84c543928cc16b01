"""Measure how much time is saved by passes of several pictures, and by cached embeddings."""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.table import Table

from style_transfer.bench.speed import machine, noise
from style_transfer.core.spec import PaintRequest, StyleInput, TransferSpec
from style_transfer.methods.fast.embedding_cache import EmbeddingCache
from style_transfer.pipeline.batching import stylize_batch


def time_batches(spec: TransferSpec, batches: Sequence[int], repeats: int, device: str) -> Table:
    """Make a table of pictures per second for each pass size; the embeddings are cached.

    Each figure is the median of `repeats` runs.
    """
    side = spec.size or 256
    artwork, cache = noise((side, side), 2), EmbeddingCache()
    table = Table(title=f"fast at {side} x {side * 3 // 4} on {machine(device)}")
    table.add_column("pictures per pass", justify="right")
    table.add_column("pictures per second", justify="right")
    for batch in batches:
        requests = [
            PaintRequest(noise((side, side * 3 // 4), seed), [StyleInput(artwork)], spec)
            for seed in range(batch)
        ]

        # The defaults bind the values of this round of the loop.
        def paint(requests: Sequence[PaintRequest] = requests, batch: int = batch) -> None:
            for step in stylize_batch(requests, device=device, cache=cache, pass_size=batch):
                if step.error:
                    raise step.error

        paint()  # without timing: it loads the networks and fills the cache
        table.add_row(str(batch), f"{batch / _median(paint, repeats):.1f}")
    return table


def time_cache(side: int, repeats: int, device: str) -> Table:
    """Make a table of the seconds for an embedding: computed, read from a file, and in memory.

    Each figure is the median of `repeats` runs.
    """
    from style_transfer.core.device import choose_device
    from style_transfer.methods.fast.network import load_painter

    painter, artwork = load_painter(choose_device(device)), noise((side, side), 2)
    table = Table(title=f"embedding of a {side} x {side} picture on {machine(device)}")
    table.add_column("use")
    table.add_column("seconds", justify="right")
    with tempfile.TemporaryDirectory() as name:
        warm = EmbeddingCache(Path(name))
        EmbeddingCache().embedding_of(artwork, painter)  # without timing: it warms up the network
        first = _median(lambda: EmbeddingCache().embedding_of(artwork, painter), repeats)
        warm.embedding_of(artwork, painter)
        # A new cache has nothing in memory, so it reads the file.
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
