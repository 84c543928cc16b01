"""What a painting will take, and how it is cut so that it fits."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inference.engine.bench.memory import measure
from inference.engine.budget import (
    TILINGS,
    Plan,
    most_pixels,
    optimize_mb,
    painting_mb,
    plan_fast,
    with_codes,
)
from inference.engine.codes import CodeCache
from inference.engine.errors import OutOfMemoryError
from inference.engine.painter import Painter
from inference.engine.spec import StyleInput, TransferSpec

LARGE = (4096, 3072)


@pytest.fixture
def painter(painter: Painter) -> Painter:
    painter.halved = True
    return painter


class TestPainting:
    def test_takes_more_the_larger_and_the_more(self, painter: Painter) -> None:
        sizes = [(64, 64), (512, 384), (1024, 768), LARGE]
        needs = [painting_mb(size, 1, TILINGS[0], painter) for size in sizes]
        assert needs == sorted(needs)
        batches = [painting_mb((512, 384), batch, TILINGS[0], painter) for batch in (1, 2, 4, 8)]
        assert batches == sorted(set(batches))

    def test_takes_less_in_smaller_tiles(self, painter: Painter) -> None:
        needs = [painting_mb(LARGE, 1, tiling, painter) for tiling in TILINGS]
        assert needs == sorted(set(needs), reverse=True)

    def test_takes_more_in_full_precision(self, painter: Painter) -> None:
        half = painting_mb(LARGE, 1, TILINGS[0], painter)
        assert painting_mb(LARGE, 1, TILINGS[0], painter.in_full()) == pytest.approx(
            1.3 * half, abs=1
        )

    def test_keeps_a_large_picture_within_two_gigabytes(self, painter: Painter) -> None:
        assert plan_fast(LARGE, painter).mb < 1400  # a process with its networks holds 400 more
        assert plan_fast(LARGE, painter.in_full()).mb < 1400


class TestPlan:
    def test_cuts_as_little_as_without_a_limit_where_it_fits(self, painter: Painter) -> None:
        free = plan_fast(LARGE, painter)
        assert free.tiling is TILINGS[0]
        assert plan_fast(LARGE, painter, limit=free.mb) == free

    @pytest.mark.parametrize("limit", [540, 600, 700, 800, 900, 4000])
    def test_keeps_within_the_limit(self, painter: Painter, limit: int) -> None:
        plan = plan_fast(LARGE, painter, limit=limit)
        assert plan.mb <= limit
        assert plan.tiling in TILINGS
        assert plan.tiles >= plan_fast(LARGE, painter).tiles

    def test_counts_the_tiles(self, painter: Painter) -> None:
        assert plan_fast((512, 384), painter).tiles == 1
        assert plan_fast((768 * 3, 768 * 2), painter).tiles == 6

    def test_refuses_what_does_not_fit_in_the_smallest_tiles(self, painter: Painter) -> None:
        with pytest.raises(OutOfMemoryError, match="and 100 MB are allowed") as got:
            plan_fast(LARGE, painter, limit=100)
        assert got.value.code == "out_of_memory"
        assert "smaller" in got.value.hint


class TestCodes:
    ARTWORK = Image.effect_noise((1600, 1600), 50).convert("RGB")

    def test_count_where_the_artwork_must_be_seen(self, painter: Painter) -> None:
        plan = with_codes(Plan(20), [StyleInput(self.ARTWORK)], painter, CodeCache())
        assert plan.mb > 400

    def test_do_not_count_where_they_are_at_hand(self, painter: Painter, tmp_path: Path) -> None:
        small = self.ARTWORK.resize((64, 64))
        cache = CodeCache(tmp_path)
        before = with_codes(Plan(), [StyleInput(small)], painter, cache)
        cache.code_of(small, painter)
        for known in (cache, CodeCache(tmp_path)):
            assert with_codes(Plan(), [StyleInput(small)], painter, known) == Plan()
        assert before.mb > 0
        assert with_codes(Plan(), [StyleInput(None, code=b"1")], painter, CodeCache()) == Plan()

    def test_do_not_shrink_what_painting_takes(self, painter: Painter) -> None:
        assert with_codes(Plan(900), [StyleInput(self.ARTWORK)], painter, CodeCache()).mb == 900

    def test_are_refused_where_the_artwork_is_too_large(self, painter: Painter) -> None:
        shares = [StyleInput(self.ARTWORK)]
        with pytest.raises(OutOfMemoryError, match="Seeing an artwork") as caught:
            with_codes(Plan(20), shares, painter, CodeCache(), limit=100)
        assert "artwork" in caught.value.hint


class TestOptimize:
    @given(st.integers(20, 8000))
    def test_paints_no_more_pixels_than_fit(self, limit: int) -> None:
        assert optimize_mb((most_pixels(limit), 1)) <= limit

    def test_paints_more_where_more_is_allowed(self) -> None:
        pixels = [most_pixels(limit) for limit in (50, 150, 400, 600, 3000)]
        assert pixels == sorted(pixels)

    def test_refuses_a_limit_below_any_picture(self) -> None:
        with pytest.raises(OutOfMemoryError):
            most_pixels(5)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "limit"), [(1024, None), (1536, None), (1536, 300)])
def test_expects_what_is_measured(size: int, limit: int | None) -> None:
    row = measure(TransferSpec(size=size), limit)
    assert row.needed == pytest.approx(row.expected, rel=0.3)
