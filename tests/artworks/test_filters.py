"""Sampling, blur, slopes and distances."""

import numpy as np
import pytest

from artworks.filters import (
    blur,
    distance,
    nearest_seed,
    resize,
    sample,
    signed_distance,
    slope,
    smoothstep,
)
from artworks.sheet import as_plane


def ramp(shape: tuple[int, int] = (20, 30)) -> np.ndarray:
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    return as_plane(columns * 2 + rows * 3)


def test_reads_between_pixels() -> None:
    assert sample(ramp(), as_plane([4.5]), as_plane([2.25])).tolist() == pytest.approx([15.75])


def test_repeats_the_edge_outside() -> None:
    plane = ramp()
    assert sample(plane, as_plane([-9.0]), as_plane([-9.0]))[0] == plane[0, 0]
    assert sample(plane, as_plane([99.0]), as_plane([99.0]))[0] == plane[-1, -1]


def test_reads_every_channel_of_a_picture() -> None:
    picture = np.stack([ramp(), -ramp()], axis=-1)
    assert sample(picture, as_plane([1.5, 2]), as_plane([0, 0])).tolist() == [[3, -3], [4, -4]]


def test_reads_a_plane_of_one_pixel() -> None:
    assert sample(as_plane([[7]]), as_plane([0.4]), as_plane([3])).tolist() == [7]


def test_eases_between_its_ends() -> None:
    eased = smoothstep(1, 3, as_plane([0, 1, 2, 3, 9]))
    assert eased.tolist() == [0, 0, 0.5, 1, 1]


def test_eases_down_when_its_ends_are_reversed() -> None:
    assert smoothstep(3, 1, as_plane([0, 2, 9])).tolist() == [1, 0.5, 0]


@pytest.mark.parametrize("sigma", [0.5, 1.5, 4.0, 9.0])
def test_spreads_a_point_as_wide_as_sigma(sigma: float) -> None:
    plane = np.zeros((101, 101), np.float32)
    plane[50, 50] = 1
    spread = blur(plane, sigma)
    assert spread.sum() == pytest.approx(1, abs=1e-3)
    far = np.arange(101) - 50
    assert np.sqrt((spread.sum(axis=0) * far**2).sum()) == pytest.approx(sigma, rel=0.12)


def test_keeps_a_flat_plane_flat_up_to_its_edges() -> None:
    for sigma in (1.0, 6.0):
        assert blur(np.full((24, 18), 0.4, np.float32), sigma) == pytest.approx(0.4, abs=1e-5)


def test_returns_the_plane_itself_for_a_tiny_sigma() -> None:
    plane = ramp()
    assert blur(plane, 0.1) is plane


def test_blurs_each_channel_on_its_own() -> None:
    picture = np.stack([np.zeros((12, 12)), np.ones((12, 12))], axis=-1).astype(np.float32)
    assert blur(picture, 2.0)[..., 0].max() == 0
    assert blur(picture, 2.0)[..., 1] == pytest.approx(1)


def test_measures_slopes_across_and_down() -> None:
    across, down = slope(ramp())
    assert across == pytest.approx(2)
    assert down == pytest.approx(3)


def test_finds_the_nearest_seed_like_a_full_search() -> None:
    seeds = np.random.default_rng(3).uniform(0, 1, (37, 53)) < 0.01
    column, row = nearest_seed(seeds)
    rows, columns = np.mgrid[0:37, 0:53]
    at = np.argwhere(seeds)
    full = np.hypot(rows[..., None] - at[:, 0], columns[..., None] - at[:, 1]).min(axis=-1)
    assert np.hypot(rows - row, columns - column) == pytest.approx(full, abs=0.6)


def test_returns_minus_one_without_seeds() -> None:
    column, row = nearest_seed(np.zeros((6, 7), bool))
    assert (column == -1).all()
    assert (row == -1).all()


def test_does_not_search_far_beyond_the_reach() -> None:
    seeds = np.zeros((5, 200), bool)
    seeds[2, 0] = True
    column, _ = nearest_seed(seeds, reach=8)
    assert column[2, 5] == 0
    assert column[2, 150] == -1


def test_measures_the_distance_from_a_pixel_to_the_outside() -> None:
    inside = np.zeros((21, 21), bool)
    inside[5:16, 5:16] = True
    deep = distance(inside)
    assert deep[10, 10] == pytest.approx(6)
    assert deep[0, 0] == 0


def test_returns_the_longer_side_if_there_is_no_outside() -> None:
    assert distance(np.ones((4, 9), bool)).min() == 9


def test_makes_the_distance_negative_outside() -> None:
    inside = np.zeros((20, 20), bool)
    inside[:, 10:] = True
    signed = signed_distance(inside)
    assert signed[5, 15] > 0 > signed[5, 3]


def test_resizes_planes_and_pictures() -> None:
    assert resize(ramp((20, 30)), (10, 15)).shape == (10, 15)
    assert resize(np.full((8, 8, 3), 0.3, np.float32), (4, 16)) == pytest.approx(0.3, abs=1e-5)
