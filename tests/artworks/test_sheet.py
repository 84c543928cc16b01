"""The sheet: pixels, units and random numbers."""

import numpy as np
import pytest

from artworks.sheet import Sheet, as_plane


def test_returns_the_shape_with_rows_first() -> None:
    assert Sheet(40, 30, 0).shape == (30, 40)


@pytest.mark.parametrize(("width", "height"), [(512, 384), (384, 512)])
def test_measures_units_on_the_longer_side(width: int, height: int) -> None:
    assert Sheet(width, height, 0).px(1024) == pytest.approx(512)


def test_puts_the_grid_on_the_centers_of_pixels() -> None:
    x, y = Sheet(4, 2, 0).grid()
    assert x[0].tolist() == [0.125, 0.375, 0.625, 0.875]
    assert y[:, 0].tolist() == [0.25, 0.75]


def test_gives_the_same_units_at_any_size() -> None:
    small_x, small_y = Sheet(64, 48, 0).units()
    large_x, large_y = Sheet(128, 96, 0).units()
    assert small_x.mean() == pytest.approx(large_x.mean())
    assert small_y.mean() == pytest.approx(large_y.mean())
    assert small_y.max() < 768


def test_draws_the_same_numbers_from_the_same_seed() -> None:
    assert Sheet(4, 4, 9).rng.uniform() == Sheet(4, 4, 9).rng.uniform()
    assert Sheet(4, 4, 9).rng.uniform() != Sheet(4, 4, 8).rng.uniform()


def test_converts_arrays_to_single_precision() -> None:
    assert as_plane([1, 2]).dtype == np.float32
    assert as_plane(np.array([True, False])).tolist() == [1.0, 0.0]
