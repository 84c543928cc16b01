"""Estimates of the memory for a painting, and the tiling that fits it into a limit."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from style_transfer.bench.memory import measure
from style_transfer.core.budget import (
    DESCENT_MEMORY,
    OPTIMIZE_MEMORY,
    TILINGS,
    GrowingMemory,
    Plan,
    painting_mb,
    plan_fast,
)
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.device import knows_bfloat16
from style_transfer.core.errors import OutOfMemoryError
from style_transfer.core.foresight import foresee
from style_transfer.core.spec import Optimizer, StyleInput, TransferSpec
from style_transfer.methods.fast.embedding_cache import EmbeddingCache
from style_transfer.methods.fast.memory import with_embeddings
from style_transfer.methods.fast.network import Painter, load_painter
from style_transfer.pipeline.stylize import stylize

LARGE = (4096, 3072)


@pytest.fixture
def painter(painter: Painter) -> Painter:
    painter.halved = True
    return painter


class TestPainting:
    def test_needs_more_for_larger_and_for_more_pictures(self) -> None:
        sizes = [(64, 64), (512, 384), (1024, 768), LARGE]
        needs = [painting_mb(size, 1, TILINGS[0], halved=True) for size in sizes]
        assert needs == sorted(needs)
        batches = [painting_mb((512, 384), n, TILINGS[0], halved=True) for n in (1, 2, 4, 8)]
        assert batches == sorted(set(batches))

    def test_needs_less_in_smaller_tiles(self) -> None:
        needs = [painting_mb(LARGE, 1, tiling, halved=True) for tiling in TILINGS]
        assert needs == sorted(set(needs), reverse=True)

    def test_needs_more_in_full_precision_where_the_network_needs_most(self) -> None:
        # With a fine brush the network paints a large part of the picture.
        half, full = (
            painting_mb((1600, 1200), 1, TILINGS[0], halved=halved, brush=0.25)
            for halved in (True, False)
        )
        assert full == pytest.approx(1.3 * half, abs=1)
        assert half > painting_mb((1600, 1200), 1, TILINGS[0], halved=True)

    def test_keeps_a_large_picture_within_two_gigabytes(self) -> None:
        assert plan_fast(LARGE, halved=True).mb < 1400  # a process with its networks holds 400 more
        assert plan_fast(LARGE, halved=False).mb < 1400


class TestPlan:
    def test_uses_the_usual_tiles_when_they_fit_the_limit(self) -> None:
        free = plan_fast(LARGE, halved=True)
        assert free.tiling is TILINGS[0]
        assert plan_fast(LARGE, halved=True, limit=free.mb) == free

    @pytest.mark.parametrize("limit", [580, 600, 700, 800, 900, 4000])
    def test_stays_within_the_limit(self, limit: int) -> None:
        plan = plan_fast(LARGE, halved=True, limit=limit)
        assert plan.mb <= limit
        assert plan.tiling in TILINGS
        assert plan.tiles >= plan_fast(LARGE, halved=True).tiles

    def test_counts_the_tiles(self) -> None:
        assert plan_fast((512, 384), halved=True).tiles == 1
        assert plan_fast((768 * 3, 768 * 2), halved=True).tiles == 6

    def test_refuses_a_limit_below_the_smallest_tiles(self) -> None:
        with pytest.raises(OutOfMemoryError, match="and 100 MB are allowed") as got:
            plan_fast(LARGE, halved=True, limit=100)
        assert got.value.code == "out_of_memory"
        assert "smaller" in got.value.hint


class TestCodes:
    ARTWORK = Image.effect_noise((1600, 1600), 50).convert("RGB")

    def test_count_when_the_artwork_must_be_encoded(self, painter: Painter) -> None:
        plan = with_embeddings(Plan(20), [StyleInput(self.ARTWORK)], painter, EmbeddingCache())
        assert plan.mb > 400

    def test_do_not_count_when_they_are_available(self, painter: Painter, tmp_path: Path) -> None:
        small = self.ARTWORK.resize((64, 64))
        cache = EmbeddingCache(tmp_path)
        before = with_embeddings(Plan(), [StyleInput(small)], painter, cache)
        cache.embedding_of(small, painter)
        for known in (cache, EmbeddingCache(tmp_path)):
            assert with_embeddings(Plan(), [StyleInput(small)], painter, known) == Plan()
        assert before.mb > 0
        assert (
            with_embeddings(Plan(), [StyleInput(None, embedding=b"1")], painter, EmbeddingCache())
            == Plan()
        )

    def test_do_not_reduce_the_memory_for_painting(self, painter: Painter) -> None:
        assert (
            with_embeddings(Plan(900), [StyleInput(self.ARTWORK)], painter, EmbeddingCache()).mb
            == 900
        )

    def test_are_refused_when_the_artwork_is_too_large(self, painter: Painter) -> None:
        shares = [StyleInput(self.ARTWORK)]
        with pytest.raises(OutOfMemoryError, match="Seeing an artwork") as caught:
            with_embeddings(Plan(20), shares, painter, EmbeddingCache(), limit=100)
        assert "artwork" in caught.value.hint


@pytest.mark.parametrize("memory", [OPTIMIZE_MEMORY, DESCENT_MEMORY], ids=["optimize", "gatys"])
class TestGrowingMemory:
    @given(limit=st.integers(25, 8000))
    def test_paints_no_more_pixels_than_fit(self, memory: GrowingMemory, limit: int) -> None:
        size = (memory.most_pixels(limit), 1)
        assert memory.plan(size, halved=False).mb <= limit

    def test_paints_more_pixels_with_a_higher_limit(self, memory: GrowingMemory) -> None:
        pixels = [memory.most_pixels(limit) for limit in (50, 150, 400, 600, 3000)]
        assert pixels == sorted(pixels)

    def test_refuses_a_limit_too_small_for_any_picture(self, memory: GrowingMemory) -> None:
        with pytest.raises(OutOfMemoryError):
            memory.most_pixels(5)


class TestForesee:
    PHOTO = Image.effect_noise((200, 150), 50).convert("RGB")
    STYLE = StyleInput(Image.effect_noise((64, 64), 50).convert("RGB"))

    @pytest.mark.parametrize("method", ["fast", "optimize"])
    @pytest.mark.parametrize("size", [None, 64, 300])
    def test_predicts_the_same_as_the_report(self, method: str, size: int | None) -> None:
        cache = EmbeddingCache()
        halved = knows_bfloat16(torch.device("cpu"))
        cache.embedding_of(self.STYLE.image or self.PHOTO, load_painter(torch.device("cpu")))
        spec = TransferSpec(method=method, size=size, steps=1)

        *_, last = stylize(self.PHOTO, [self.STYLE], spec, device="cpu", cache=cache)

        plan = foresee(self.PHOTO.size, spec, halved=halved)
        assert last.report is not None
        assert (plan.mb, plan.tiles) == (last.report.memory_mb, last.report.tiles)

    def test_gives_no_estimate_for_trained_networks(self) -> None:
        assert foresee(LARGE, TransferSpec(method="network")) == Plan()

    def test_uses_the_size_that_optimize_paints_within_a_limit(self) -> None:
        specs = (TransferSpec("optimize", size=n) for n in (2048, 4096))
        large, larger = (foresee(LARGE, spec, limit=600).mb for spec in specs)
        assert large == larger <= 600
        assert foresee(LARGE, TransferSpec("optimize")).mb > 600

    @pytest.mark.parametrize("features", ["builtin", "vgg19"])
    def test_counts_what_the_optimizer_keeps(self, features: str) -> None:
        adam, lbfgs = (
            TransferSpec("gatys", features=features, optimizer=Optimizer(name))
            for name in ("adam", "lbfgs")
        )
        assert foresee(LARGE, lbfgs).mb > 1.1 * foresee(LARGE, adam).mb
        assert foresee(LARGE, lbfgs, limit=600).mb <= 600
        info = METHOD_INFOS["gatys"]
        assert info.effort(9, features, "lbfgs") > 2 * info.effort(9, features, "adam")
        assert METHOD_INFOS["optimize"].effort(9, features, "lbfgs") == 9

    def test_refuses_a_job_that_cannot_fit(self) -> None:
        with pytest.raises(OutOfMemoryError):
            foresee(LARGE, TransferSpec(), limit=50)

    def test_loads_no_torch(self) -> None:
        lines = "import sys, style_transfer.core.foresight; sys.exit('torch' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("size", [1024, 1536], ids=["in one piece", "in tiles"])
def test_estimates_close_to_the_measured_memory(size: int) -> None:
    row = measure(TransferSpec(size=size))
    if row.needed != pytest.approx(row.expected, rel=0.3):
        # A single measurement can be off by a third; the median of several cannot.
        row = measure(TransferSpec(size=size), repeats=3)
    assert (row.tiles > 1) == (size > 1024)
    assert row.needed == pytest.approx(row.expected, rel=0.3)
