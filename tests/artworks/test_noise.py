"""Noise fields."""

import numpy as np
import pytest

from artworks.filters import resize
from artworks.noise import gradient_noise, line_noise, noise, ridges, warp
from artworks.sheet import as_plane


def rng() -> np.random.Generator:
    return np.random.default_rng(12)


@pytest.mark.parametrize("shape", [(48, 64), (1, 50), (50, 1)])
def test_has_the_requested_shape(shape: tuple[int, int]) -> None:
    assert noise(shape, 12, 3, rng()).shape == shape


def test_stays_small_and_is_near_zero_on_average() -> None:
    field = noise((128, 128), 16, 4, rng())
    assert np.abs(field).max() < 1.8
    assert abs(field.mean()) < 0.15
    assert field.std() > 0.15


def test_is_the_same_field_at_twice_the_size() -> None:
    small = gradient_noise((48, 64), (16, 16), rng())
    large = gradient_noise((96, 128), (32, 32), rng())
    assert resize(large, small.shape) == pytest.approx(small, abs=0.06)


def test_draws_the_same_count_of_numbers_at_any_size() -> None:
    small, large = rng(), rng()
    noise((48, 64), 16, 3, small)
    noise((96, 128), 32, 3, large)
    assert small.uniform() == large.uniform()


def test_is_smooth_with_large_cells_and_rough_with_small_ones() -> None:
    smooth = np.abs(np.diff(noise((64, 64), 32, 1, rng()))).mean()
    rough = np.abs(np.diff(noise((64, 64), 4, 1, rng()))).mean()
    assert rough > 3 * smooth


def test_stretches_along_the_rows() -> None:
    field = noise((96, 96), 6, 1, rng(), stretch=6)
    assert np.abs(np.diff(field, axis=0)).mean() > 2.5 * np.abs(np.diff(field, axis=1)).mean()


def test_keeps_ridges_between_zero_and_one() -> None:
    field = ridges((64, 64), 20, 3, rng())
    assert field.min() >= 0
    assert field.max() == pytest.approx(1, abs=0.02)


def test_runs_along_a_line() -> None:
    assert line_noise(70, 10, 3, rng()).shape == (70,)


def test_warps_within_the_range_of_the_plane() -> None:
    plane = as_plane(np.random.default_rng(1).uniform(0, 1, (40, 40)))
    warped = warp(plane, 3, 12, rng())
    assert warped.min() >= plane.min()
    assert warped.max() <= plane.max()
    assert not np.allclose(warped, plane)


def test_does_not_change_the_plane_if_the_amount_is_zero() -> None:
    plane = as_plane(np.random.default_rng(1).uniform(0, 1, (20, 20)))
    assert warp(plane, 0, 12, rng()) == pytest.approx(plane)
