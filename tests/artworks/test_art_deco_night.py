"""The flat steps and the towers of the art deco poster."""

import numpy as np
import pytest

from artworks.art_deco_night import QUAY, Row, flat_steps, raise_tower, setbacks
from artworks.sheet import Sheet, as_plane


@pytest.fixture
def row() -> Row:
    return Row(*(np.zeros((128, 128), dtype=np.float32) for _ in range(4)))


def test_keeps_flat_steps_without_shading() -> None:
    steps = flat_steps(as_plane(np.linspace(0, 0.999, 200)), 5, 0.0)
    np.testing.assert_allclose(np.unique(steps), [0, 0.2, 0.4, 0.6, 0.8], atol=1e-6)


def test_shades_each_step_toward_the_next() -> None:
    steps = flat_steps(as_plane(np.linspace(0, 0.999, 200)), 5, 0.7)
    assert len(np.unique(steps)) > 100
    assert (np.abs(np.diff(steps)) > 0.05).sum() == 4


def test_clips_values_outside_the_steps() -> None:
    steps = flat_steps(as_plane([-1, 2]), 4, 0.5)
    assert steps.tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_narrows_a_tower_from_stage_to_stage(seed: int) -> None:
    stages = setbacks(120, 300, np.random.default_rng(seed))
    halves, tops, feet = (list(kind) for kind in zip(*stages, strict=True))
    assert halves == sorted(halves, reverse=True)
    assert feet[0] == QUAY
    assert tops[-1] == pytest.approx(300)
    assert tops[:-1] == feet[1:]


def test_puts_a_tower_on_the_quay(row: Row) -> None:
    raise_tower(Sheet(128, 128, 2), row, 512, wide=300, top=200, depth=0.0)
    foot = int(QUAY / 8) - 1
    assert row.cover[foot, 64] == pytest.approx(1)
    assert row.cover[foot + 4, 64] == 0
    assert row.cover[:10].max() == 0


def test_hides_the_windows_of_a_tower_behind_another(row: Row) -> None:
    sheet = Sheet(128, 128, 2)
    raise_tower(sheet, row, 300, wide=200, top=200, depth=0.0)
    before = row.panes[:, 26:48].sum()
    assert before > 0
    row.panes[:] = 1
    raise_tower(sheet, row, 300, wide=200, top=200, depth=0.0)
    assert row.panes[60:80, 30:45].mean() < 0.6


def test_outlines_a_tower_in_gold(row: Row) -> None:
    raise_tower(Sheet(128, 128, 2), row, 512, wide=300, top=200, depth=0.0)
    assert row.gold.max() > 0.2
