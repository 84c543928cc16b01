"""Flow fields."""

import math

import numpy as np
import pytest

from artworks.flow import (
    Flow,
    Vortex,
    contour_flow,
    curl,
    flow_from_angle,
    make_flow,
    trace,
    vortices,
)
from artworks.sheet import as_plane

SHAPE = (40, 60)


def level() -> Flow:
    return make_flow(np.ones(SHAPE, np.float32), np.zeros(SHAPE, np.float32))


def test_makes_every_direction_a_unit_vector() -> None:
    rng = np.random.default_rng(0)
    flow = make_flow(as_plane(rng.normal(0, 5, SHAPE)), as_plane(rng.normal(0, 5, SHAPE)))
    assert np.hypot(flow.x, flow.y) == pytest.approx(1, abs=1e-5)


def test_points_right_where_nothing_moves() -> None:
    still = make_flow(np.zeros(SHAPE, np.float32), np.zeros(SHAPE, np.float32))
    assert (still.x == 1).all()
    assert (still.y == 0).all()


def test_keeps_the_angle_it_was_made_from() -> None:
    flow = flow_from_angle(np.full(SHAPE, 0.7, np.float32))
    assert flow.angle == pytest.approx(0.7, abs=1e-6)


def test_turns_by_a_right_angle() -> None:
    turned = level().across()
    assert turned.y == pytest.approx(1)
    assert turned.x == pytest.approx(0)


@pytest.mark.parametrize(("share", "angle"), [(0.0, 0.0), (0.5, math.pi / 4), (1.0, math.pi / 2)])
def test_mixes_with_another_flow(share: float, angle: float) -> None:
    mixed = level().mixed(level().across(), share)
    assert mixed.angle == pytest.approx(angle, abs=1e-6)


def test_reverses_an_opposite_flow_before_it_mixes() -> None:
    back = make_flow(-np.ones(SHAPE, np.float32), np.zeros(SHAPE, np.float32))
    assert level().mixed(back, 0.5).x == pytest.approx(1)


def test_runs_along_the_contours_of_a_potential() -> None:
    rows, columns = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]].astype(np.float32)
    flow = curl(as_plane(np.hypot(columns - 30, rows - 20)))
    outward = (flow.x * (columns - 30) + flow.y * (rows - 20)) / 20
    assert np.abs(outward[5:15, 5:25]).max() < 0.1


def test_runs_along_the_edges_of_a_picture() -> None:
    tone = np.zeros(SHAPE, np.float32)
    tone[:, 30:] = 1
    flow = contour_flow(tone, 4)
    assert np.abs(flow.y[20, 26:34]) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("turn", [1.0, -1.0])
def test_turns_around_a_vortex(turn: float) -> None:
    x, y = vortices(SHAPE, [Vortex(30, 20, 8, turn)])
    assert y[20, 36] * turn > 0
    assert x[26, 30] * turn < 0
    assert np.hypot(x, y)[0, 0] < 0.05


def test_traces_a_straight_path_through_a_level_flow() -> None:
    paths = trace(level(), as_plane([5]), as_plane([10]), step=2, count=6)
    assert paths.shape == (1, 6, 2)
    assert paths[0, :, 0].tolist() == pytest.approx([5, 7, 9, 11, 13, 15])
    assert paths[0, :, 1] == pytest.approx(10)


def test_does_not_turn_back_where_the_flow_changes_its_sense() -> None:
    x = np.ones(SHAPE, np.float32)
    x[:, 30:] = -1
    paths = trace(
        make_flow(x, np.zeros(SHAPE, np.float32)), as_plane([20]), as_plane([9]), step=2, count=15
    )
    assert (np.diff(paths[0, :, 0]) > 0).all()


def test_stays_on_a_circle() -> None:
    rows, columns = np.mgrid[0:80, 0:80].astype(np.float32)
    flow = make_flow(-(rows - 40), columns - 40)
    paths = trace(flow, as_plane([60]), as_plane([40]), step=1.5, count=60)
    assert np.hypot(paths[0, :, 0] - 40, paths[0, :, 1] - 40) == pytest.approx(20, abs=0.7)
