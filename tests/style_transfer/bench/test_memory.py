"""The memory that paintings need, measured in a separate process; the seams between tiles."""

import numpy as np
import pytest
from PIL import Image

from style_transfer.__main__ import main
from style_transfer.bench.memory import Measured, measure_seam, median_of, seam_of, table


def test_measures_in_a_separate_process(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "memory", "--sizes", "128", "--repeats", "1"]) == 0
    printed = capsys.readouterr().out
    assert "128 x 96" in printed
    assert "threads" in printed


def test_returns_the_median_of_several() -> None:
    rows = [Measured((128, 96), 1, 80, needed, 400, 0.5) for needed in (90, 10, 70, 75)]
    assert [median_of(rows[:count]).needed for count in (1, 2, 3, 4)] == [90, 90, 70, 75]


def test_names_a_limit_that_is_too_small(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "memory", "--sizes", "512", "--limit", "20"]) == 2
    assert "20 MB are allowed" in capsys.readouterr().err


def test_refuses_sizes_out_of_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "memory", "--sizes", "9"]) == 2
    assert main(["bench", "memory", "--seam", "9"]) == 2
    assert "size must be" in capsys.readouterr().err


def test_sets_expected_and_measured_side_by_side() -> None:
    row = Measured((512, 384), 3, 81, 73, 375, 0.5)
    cells = [next(iter(column.cells)) for column in table([row], "fast", 0.012).columns]
    assert cells == ["512 x 384", "3", "81", "73", "375", "0.5"]
    assert "+1.2%" in str(table([row], "fast", 0.012).caption)
    assert table([row], "fast", None).caption is None


class TestSeam:
    NOISE = np.random.default_rng(0).integers(100, 120, (96, 96, 3), dtype=np.uint8)

    def test_is_zero_between_equal_pictures(self) -> None:
        image = Image.fromarray(self.NOISE)
        assert seam_of(image, image, 32) == 0

    def test_shows_a_step_where_tiles_meet(self) -> None:
        stepped = self.NOISE.copy()
        stepped[:, 32:64] += 40
        image = Image.fromarray(self.NOISE)
        assert seam_of(Image.fromarray(stepped), image, 32) > 0.5

    def test_ignores_steps_elsewhere(self) -> None:
        stepped = self.NOISE.copy()
        stepped[:, 10:20] += 40
        image = Image.fromarray(self.NOISE)
        assert abs(seam_of(Image.fromarray(stepped), image, 32)) < 0.01

    def test_is_within_5_percent_of_an_uncut_picture(self) -> None:
        assert abs(measure_seam(560)) < 0.05
