"""The recorder of losses: bounded, evenly thinned, and never of two runs at once."""

import math
from itertools import pairwise

import pytest

from style_transfer.core.losses import LOSS_NAMES, MAX_POINTS, CurveRecorder


def losses(total: float) -> dict[str, float]:
    return {**dict.fromkeys(LOSS_NAMES, total / 3), "total": total}


def recorded(*steps: int) -> CurveRecorder:
    recorder = CurveRecorder()
    for step in steps:
        recorder.add(step, losses(1 / step))
    return recorder


def steps_of(recorder: CurveRecorder) -> list[float]:
    return [point[0] for point in recorder.points]


def test_has_no_points_before_the_first_step() -> None:
    recorder = CurveRecorder()
    recorder.add(0, None)
    assert recorder.points == []
    assert recorder.latest == []


def test_keeps_every_step_of_a_short_run() -> None:
    assert steps_of(recorded(*range(1, 101))) == [*range(1, 101)]


@pytest.mark.parametrize("count", [199, 200, 201, 399, 1000, 2000])
def test_spaces_at_most_two_hundred_points_evenly(count: int) -> None:
    steps = steps_of(recorded(*range(1, count + 1)))
    assert MAX_POINTS / 2 <= len(steps) <= MAX_POINTS
    assert (steps[0], steps[-1]) == (1, count)
    gaps = {after - before for before, after in pairwise(steps[:-1])}
    assert len(gaps) == 1
    assert steps[-1] - steps[-2] <= gaps.pop()


def test_spaces_the_points_of_a_continued_painting_from_its_first_step() -> None:
    steps = steps_of(recorded(*range(301, 802)))
    assert steps[:3] == [301, 305, 309]


def test_starts_over_when_painting_begins_again() -> None:
    recorder = recorded(*range(1, 300))
    for step in (1, 2, 3):
        recorder.add(step, losses(7))
    assert steps_of(recorder) == [1, 2, 3]
    assert {point[-1] for point in recorder.points} == {7}


def test_counts_a_step_that_comes_twice_once() -> None:
    assert steps_of(recorded(1, 2, 2)) == [1, 2]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_leaves_out_what_no_json_can_hold(bad: float) -> None:
    recorder = recorded(1)
    recorder.add(2, {**losses(1), "style": bad})
    assert steps_of(recorder) == [1]


def test_leaves_out_a_step_that_lacks_a_loss() -> None:
    recorder = recorded(1)
    recorder.add(2, {"total": 1.0})
    assert steps_of(recorder) == [1]


def test_orders_the_losses_and_rounds_them() -> None:
    recorder = CurveRecorder()
    recorder.add(1, {"total": 4.0, "variation": 3.0, "style": 2.0, "content": 1.23456})
    assert recorder.latest == [1, 1.235, 2.0, 3.0, 4.0]
