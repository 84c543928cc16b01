"""The brush of the gouache: it paints only visible contours and windows."""

import numpy as np
import pytest

from artworks.brushes import Brush, Paint, bristle_brush
from artworks.gouache_blocks import draw_contours, draw_panes
from artworks.gouache_village import Plan
from artworks.sheet import Sheet

SHAPE = (128, 128)
BACK = ((200, 200), (800, 200), (800, 800), (200, 800))
FRONT = ((100, 100), (900, 100), (900, 900), (100, 900))


@pytest.fixture
def plan() -> Plan:
    return Plan(
        Sheet(128, 128, 1),
        np.ones((*SHAPE, 3), np.float32),
        np.zeros(SHAPE, np.float32),
        np.full(SHAPE, -1, np.float32),
    )


@pytest.fixture
def paint() -> Paint:
    return Paint(np.ones((*SHAPE, 3), np.float32), np.zeros(SHAPE, np.float32))


@pytest.fixture
def brush() -> Brush:
    return bristle_brush(np.random.default_rng(0), dry=0.1)


def test_draws_dark_contours_around_a_shape(plan: Plan, paint: Paint, brush: Brush) -> None:
    plan.shape(BACK, "#f6efe0", 0, width=40, curved=False)
    draw_contours(plan.sheet, paint, plan, brush)
    light = paint.color.mean(axis=-1)
    assert light[25, 30:95].mean() < 0.6
    assert light[60:70, 60:70].min() == 1


def test_hides_the_contour_behind_another_shape(plan: Plan, paint: Paint, brush: Brush) -> None:
    plan.shape(BACK, "#f6efe0", 0, width=40, curved=False)
    plan.shape(FRONT, "#d93d4c", 0, width=40, curved=False)
    draw_contours(plan.sheet, paint, plan, brush)
    assert paint.color[25, 30:95].mean() > 0.95


def test_paints_a_window_in_front_but_not_behind(plan: Plan, paint: Paint, brush: Brush) -> None:
    plan.shape(BACK, "#f6efe0", 0, curved=False)
    plan.pane(300, 300, 120, 80)
    plan.shape([(150, 150), (450, 150), (450, 450), (150, 450)], "#17624e", 0, curved=False)
    plan.pane(600, 600, 120, 80)
    plan.owner[70:80, 70:80] = 1
    draw_panes(plan.sheet, paint, plan, brush)
    assert paint.color[75, 75].mean() < 0.6
    assert paint.color[37, 37].mean() == 1
