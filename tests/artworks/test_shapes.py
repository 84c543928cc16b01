"""Masks of shapes."""

import math

import numpy as np
import pytest

from artworks.shapes import below, disk, line, lines, piece_map, polygon, ridge, smooth
from artworks.sheet import Sheet, as_plane


@pytest.mark.parametrize("size", [(128, 96), (256, 192)])
def test_fills_the_same_share_of_any_sheet(size: tuple[int, int]) -> None:
    mask = polygon(Sheet(*size, 0), [(0, 0), (512, 0), (512, 384), (0, 384)])
    assert mask.mean() == pytest.approx(0.25, abs=0.02)


def test_fills_several_polygons() -> None:
    sheet = Sheet(64, 64, 0)
    two = polygon(sheet, [(0, 0), (256, 0), (0, 256)], [(1024, 1024), (768, 1024), (1024, 768)])
    assert two[2, 2] == 1
    assert two[-3, -3] == 1
    assert two[32, 32] == 0


def test_has_smooth_edges() -> None:
    mask = polygon(Sheet(64, 64, 0), [(0, 0), (1024, 0), (0, 1024)])
    assert ((mask > 0.1) & (mask < 0.9)).any()


def test_draws_a_line_with_the_given_width() -> None:
    mask = line(Sheet(128, 128, 0), [(0, 512), (1024, 512)], 64)
    assert mask[:, 64].sum() == pytest.approx(8, abs=1)


def test_draws_a_line_that_tapers() -> None:
    mask = line(Sheet(128, 128, 0), [(0, 512), (1024, 512)], [120, 10])
    assert mask[:, 10].sum() > 3 * mask[:, 118].sum()


def test_draws_many_lines_at_once() -> None:
    sheet = Sheet(64, 64, 0)
    paths = [([(0, 100), (1024, 100)], 40.0), ([(0, 900), (1024, 900)], 40.0)]
    both = lines(sheet, paths)
    apart = np.maximum(*(line(sheet, points, width) for points, width in paths))
    assert both == pytest.approx(apart)


def test_draws_a_single_point_as_a_dot() -> None:
    mask = line(Sheet(128, 128, 0), [(512, 512)], 160)
    assert mask.sum() == pytest.approx(math.pi * 10**2, rel=0.1)


def test_passes_through_the_points_it_smooths() -> None:
    points = [(0.0, 0.0), (10.0, 20.0), (30.0, 10.0)]
    curve = smooth(points, 101)
    assert curve.shape == (101, 2)
    assert curve[0] == pytest.approx([0, 0])
    assert curve[50] == pytest.approx([10, 20], abs=0.2)
    assert curve[-1] == pytest.approx([30, 10], abs=1e-3)


def test_measures_a_disk_in_units() -> None:
    mask = disk(Sheet(128, 128, 0), 512, 512, 256)
    assert mask.mean() == pytest.approx(math.pi / 16, rel=0.03)


def test_swings_a_ridge_around_its_level() -> None:
    skyline = ridge(Sheet(256, 192, 5), 400, 50, 200)
    assert skyline.shape == (256,)
    assert abs(skyline.mean() - 400) < 50
    assert 10 < np.ptp(skyline) < 180


def test_fills_the_part_below_a_skyline() -> None:
    mask = below(Sheet(64, 64, 0), as_plane(np.full(64, 512)))
    assert mask[:30].max() == 0
    assert mask[34:].min() == 1


def test_numbers_pieces_with_the_later_on_top() -> None:
    square = np.array([(2, 2), (8, 2), (8, 8), (2, 8)])
    pieces = piece_map((12, 12), [square, square + 3])
    assert pieces[0, 0] == -1
    assert pieces[3, 3] == 0
    assert pieces[7, 7] == 1
