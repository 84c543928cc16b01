"""Brushes and strokes."""

import math

import numpy as np
import pytest

from artworks.brushes import (
    Brush,
    Paint,
    Strokes,
    bristle_brush,
    draw_strokes,
    round_brush,
    scatter,
    strokes_along,
)
from artworks.flow import Flow, make_flow
from artworks.sheet import Plane, as_plane

SHAPE = (60, 80)


def rng() -> np.random.Generator:
    return np.random.default_rng(2)


def blank() -> Paint:
    return Paint(np.zeros((*SHAPE, 3), np.float32), np.zeros(SHAPE, np.float32))


def level() -> Flow:
    return make_flow(np.ones(SHAPE, np.float32), np.zeros(SHAPE, np.float32))


def strokes(
    colors: list[list[float]], *, x: float = 40, y: float = 30, angle: float = 0, bend: float = 0
) -> Strokes:
    def each(value: float) -> Plane:
        return as_plane([value] * len(colors))

    return Strokes(
        each(x), each(y), each(angle), each(40), each(10), each(bend), color=as_plane(colors)
    )


ORANGE = [[1, 0.5, 0]]


def covered(paint: Paint) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.nonzero(paint.color[..., 0] > 0.3)
    return rows, columns


@pytest.mark.parametrize("brush", [bristle_brush(rng()), round_brush(rng())])
def test_keeps_its_prints_in_range(brush: Brush) -> None:
    assert brush.cover.min() >= 0
    assert brush.cover.max() <= 1
    assert brush.cover.shape == brush.relief.shape == brush.streak.shape


def test_covers_less_when_the_brush_is_dry() -> None:
    wet, dry = (bristle_brush(rng(), dry=dry).cover.mean() for dry in (0.0, 0.9))
    assert dry < 0.8 * wet


def test_makes_prints_that_differ() -> None:
    cover = bristle_brush(rng(), prints=3).cover
    assert len(cover) == 3
    assert not np.allclose(cover[0], cover[1])


def test_paints_along_the_stroke() -> None:
    paint = blank()
    draw_strokes(paint, strokes(ORANGE), bristle_brush(rng(), dry=0), rng())
    rows, columns = covered(paint)
    assert np.ptp(columns) > 28
    assert np.ptp(rows) <= 10
    assert paint.relief.max() > 0.3


def test_turns_the_stroke() -> None:
    paint = blank()
    draw_strokes(paint, strokes(ORANGE, angle=math.pi / 2), bristle_brush(rng(), dry=0), rng())
    rows, columns = covered(paint)
    assert np.ptp(rows) > 28
    assert np.ptp(columns) <= 10


def test_bends_the_stroke() -> None:
    paint = blank()
    draw_strokes(paint, strokes(ORANGE, bend=1.4), bristle_brush(rng(), dry=0), rng())
    rows, columns = covered(paint)
    middle, end = rows[np.abs(columns - 40) < 3], rows[np.abs(columns - 40) > 12]
    assert abs(middle.mean() - end.mean()) > 3


@pytest.mark.parametrize(("x", "y"), [(0, 0), (79, 59), (-200, 30), (40, 900)])
def test_cuts_strokes_at_the_edge_of_the_sheet(x: float, y: float) -> None:
    paint = blank()
    draw_strokes(paint, strokes(ORANGE, x=x, y=y), bristle_brush(rng()), rng())
    assert paint.color.shape == (*SHAPE, 3)
    assert np.isfinite(paint.color).all()


def test_paints_nothing_without_opacity() -> None:
    paint = blank()
    draw_strokes(paint, strokes(ORANGE), bristle_brush(rng()), rng(), opacity=0)
    assert paint.color.max() == 0


def test_paints_later_strokes_over_earlier_ones() -> None:
    paint = blank()
    two = strokes([[1, 0, 0], [0, 0, 1]])
    draw_strokes(paint, two, round_brush(rng()), rng(), streak=0)
    assert paint.color[30, 40, 2] > 0.9
    assert paint.color[30, 40, 0] < 0.1


def test_follows_a_straight_flow_without_bending() -> None:
    laid = strokes_along(
        level(), as_plane([20]), as_plane([30]), length=20, width=4, color=as_plane([[1, 1, 1]])
    )
    assert laid.angle.tolist() == pytest.approx([0])
    assert laid.bend.tolist() == pytest.approx([0])
    assert laid.length.tolist() == [20]


def test_bends_with_a_flow_that_turns() -> None:
    rows, columns = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]].astype(np.float32)
    circle = make_flow(-(rows - 30), columns - 40)
    laid = strokes_along(
        circle, as_plane([60]), as_plane([30]), length=20, width=4, color=as_plane([[1, 1, 1]])
    )
    assert laid.bend[0] == pytest.approx(1.0, abs=0.25)


def test_scatters_about_one_point_per_square() -> None:
    x, y = scatter((100, 200), 10, rng())
    assert 200 <= len(x) <= 260
    assert x.min() < 20
    assert x.max() > 180
    assert y.max() > 80


def test_scatters_the_same_number_of_points_at_any_size() -> None:
    small, _ = scatter((48, 64), 4, rng())
    large, _ = scatter((96, 128), 8, rng())
    assert len(small) == len(large)


def test_scatters_points_only_where_the_density_allows() -> None:
    density = np.zeros((100, 100), np.float32)
    density[:, 50:] = 1
    x, _ = scatter((100, 100), 5, rng(), density=density)
    assert len(x) > 100
    assert x.min() > 45
