"""The plan of the gouache village."""

import numpy as np
import pytest

from artworks.color import hex_color
from artworks.gouache_village import Plan, plan_painting
from artworks.sheet import Sheet

SQUARE = ((200, 200), (800, 200), (800, 800), (200, 800))


@pytest.fixture
def plan() -> Plan:
    shape = (64, 64)
    return Plan(
        Sheet(64, 64, 1),
        np.ones((*shape, 3), np.float32),
        np.zeros(shape, np.float32),
        np.full(shape, -1, np.float32),
    )


def test_adds_a_shape_with_its_color_and_direction(plan: Plan) -> None:
    plan.shape(SQUARE, "#d93d4c", 0.7, curved=False)
    np.testing.assert_allclose(plan.color[32, 32], hex_color("#d93d4c"), atol=1e-6)
    assert plan.angle[32, 32] == pytest.approx(0.7)
    np.testing.assert_allclose(plan.color[2, 2], 1)


def test_records_the_owner_of_each_pixel(plan: Plan) -> None:
    plan.shape(SQUARE, "#d93d4c", 0, curved=False)
    plan.shape([(400, 400), (600, 400), (600, 600), (400, 600)], "#1f6f8f", 0, curved=False)
    assert plan.owner[32, 32] == 1
    assert plan.owner[16, 16] == 0
    assert plan.owner[2, 2] == -1


def test_keeps_a_contour_for_each_shape_that_has_one(plan: Plan) -> None:
    plan.shape(SQUARE, "#d93d4c", 0, width=5)
    plan.shape(SQUARE, "#d93d4c", 0, width=0, curved=False)
    plan.shape(SQUARE, "#d93d4c", 0, width=3, curved=False)
    assert [width for _, width in plan.contours] == [5, 3]
    smooth, straight = (len(path) for path, _ in plan.contours)
    assert smooth > straight == 4


def test_puts_a_window_on_the_shape_drawn_last(plan: Plan) -> None:
    plan.shape(SQUARE, "#d93d4c", 0)
    plan.shape(SQUARE, "#f6efe0", 0)
    plan.pane(500, 500, 30, 10)
    assert plan.panes == [(500, 500, 30, 10, 1)]


def test_accepts_a_color_for_each_pixel(plan: Plan) -> None:
    ramp = np.zeros((64, 64, 3), np.float32)
    ramp[:, 32:] = 1
    plan.shape(SQUARE, ramp, 0, curved=False)
    assert plan.color[32, 20].max() == 0
    assert plan.color[32, 44].min() == 1


def test_plans_many_planes_for_the_whole_sheet() -> None:
    plan = plan_painting(Sheet(64, 64, 37))
    assert len(plan.contours) > 60
    assert len(plan.panes) > 15
    assert len(np.unique(plan.owner)) > 30
    assert np.isfinite(plan.color).all()
