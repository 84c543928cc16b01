"""Tiles that settle along a flow."""

import numpy as np
import pytest

from artworks.brushes import scatter
from artworks.flow import Flow, make_flow
from artworks.sheet import as_plane
from artworks.tiles import Numbers, Tiles, assign, edges, enlarge, place_tiles, settle, tile_frame

SHAPE = (48, 60)


def level() -> Flow:
    return make_flow(np.ones(SHAPE, np.float32), np.zeros(SHAPE, np.float32))


def one_region() -> Numbers:
    return np.zeros(SHAPE, np.int32)


def scattered(regions: Numbers, spacing: float = 8) -> Tiles:
    x, y = scatter(SHAPE, spacing, np.random.default_rng(1))
    inside = (x >= 0) & (y >= 0) & (x < SHAPE[1]) & (y < SHAPE[0])
    return place_tiles(x[inside], y[inside], level(), regions)


def test_takes_the_region_and_direction_of_its_place() -> None:
    regions = one_region()
    regions[:, 30:] = 4
    tiles = place_tiles(as_plane([10, 40]), as_plane([5, 5]), level(), regions)
    assert tiles.region.tolist() == [0, 4]
    assert tiles.cos.tolist() == [1, 1]


def test_measures_pixels_in_the_frame_of_their_tile() -> None:
    tiles = Tiles(
        as_plane([10]), as_plane([20]), as_plane([0]), as_plane([1]), np.zeros(1, np.int32)
    )
    along, across = tile_frame(tiles, one_region())
    assert along[25, 10] == pytest.approx(5)
    assert across[20, 13] == pytest.approx(-3)


def test_gives_each_pixel_the_nearest_tile() -> None:
    tiles = scattered(one_region())
    owner = assign(tiles, one_region(), reach=20, square=False)
    rows, columns = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    full = np.hypot(rows[..., None] - tiles.y, columns[..., None] - tiles.x)
    chosen = np.take_along_axis(full, owner[..., None], axis=-1)[..., 0]
    assert (chosen <= full.min(axis=-1) + 0.6).mean() > 0.99


def test_cuts_square_cells_in_square_frames() -> None:
    x, y = np.meshgrid(np.arange(6, 60, 12), np.arange(6, 48, 12))
    tiles = place_tiles(as_plane(x.ravel()), as_plane(y.ravel()), level(), one_region())
    owner = assign(tiles, one_region(), reach=20)
    assert len(np.unique(owner[2:10, 2:10])) == 1
    assert owner[6, 6] != owner[6, 18]


def test_never_crosses_the_border_of_a_region() -> None:
    regions = one_region()
    regions[:, 30:] = 1
    tiles = scattered(regions)
    owner = assign(tiles, regions, reach=20)
    assert (tiles.region[owner] == regions).all()


def test_keeps_a_good_guess_without_a_long_search() -> None:
    tiles = scattered(one_region())
    owner = assign(tiles, one_region(), reach=20)
    assert (assign(tiles, one_region(), reach=2, known=owner) == owner).mean() > 0.99


def test_settles_into_cells_of_similar_size() -> None:
    regions = one_region()
    tiles = scattered(regions)
    before = np.bincount(assign(tiles, regions, reach=16).ravel(), minlength=len(tiles.x))
    settled, owner = settle(tiles, level(), regions, spacing=8, rounds=8)
    after = np.bincount(owner.ravel(), minlength=len(settled.x))
    assert after.std() < 0.8 * before.std()


def test_keeps_the_place_on_a_larger_sheet() -> None:
    tiles = scattered(one_region())
    large = enlarge(tiles, 2)
    assert large.x == pytest.approx(tiles.x * 2 + 0.5)
    assert (large.region == tiles.region).all()


def test_marks_where_numbers_change() -> None:
    numbers = one_region()
    numbers[:, 30:] = 1
    marked = edges(numbers)
    assert marked[:, 29].all()
    assert marked.sum() == SHAPE[0]
