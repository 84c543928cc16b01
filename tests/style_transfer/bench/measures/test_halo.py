import math

import pytest
from torch import Tensor

from style_transfer.bench.measures.halo import halo
from tests.support.defects import (
    blurred,
    scene,
    with_dark_contours,
    with_halos,
    with_islands,
    with_lattice,
    with_noise,
)


@pytest.fixture
def photo() -> Tensor:
    """Return a scene whose edges are far from each other."""
    picture = scene()
    picture[..., :110, :] = 0.6
    picture[..., 110:, :] = 0.6
    picture[..., 40:150, 60:120] = 0.3
    picture[..., 60:130, 170:220] = 0.25
    return picture


def test_is_zero_for_steps_without_rims(photo: Tensor) -> None:
    assert halo(photo, photo) == pytest.approx(0, abs=0.003)


def test_grows_with_the_overshoot(photo: Tensor) -> None:
    little, much = (halo(with_halos(photo, amount), photo) for amount in (0.3, 1.0))
    assert 0.01 < little < much
    assert much > 0.03


def test_finds_a_bright_rim_on_the_dark_side_too(photo: Tensor) -> None:
    rimmed = photo.clone()
    rimmed[..., 43:147, 63:66] = 0.9
    rimmed[..., 43:147, 114:117] = 0.9
    assert halo(rimmed, photo) > 0.015


@pytest.mark.parametrize(
    "change", [with_noise, with_islands, with_lattice, blurred, with_dark_contours]
)
def test_ignores_other_defects(photo: Tensor, change: object) -> None:
    assert callable(change)
    changed = change(photo, 4) if change is with_lattice else change(photo)
    assert halo(changed, photo) == pytest.approx(0, abs=0.008)


def test_is_not_a_number_without_edges(photo: Tensor) -> None:
    assert math.isnan(halo(photo, blurred(blurred(blurred(photo))) * 0.3))
