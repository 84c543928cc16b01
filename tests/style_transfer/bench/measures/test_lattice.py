import math

import pytest
from torch import Tensor

from style_transfer.bench.measures import lattice
from style_transfer.bench.measures.flat_areas import find_flat_areas
from tests.support.defects import (
    blurred,
    recolored,
    scene,
    with_halos,
    with_islands,
    with_lattice,
    with_noise,
)


def flat_lattice_share(result: Tensor, photo: Tensor) -> float:
    return lattice.flat_lattice_share(result, find_flat_areas(photo))


@pytest.mark.parametrize("period", [2, 3, 4])
def test_finds_a_lattice_in_the_sky(period: int) -> None:
    photo = scene()
    assert flat_lattice_share(with_lattice(photo, period), photo) > 0.9


def test_is_the_share_of_a_lattice_under_noise() -> None:
    photo = scene()
    share = flat_lattice_share(with_noise(with_lattice(photo, 4)), photo)
    assert 0.3 < share < 0.7


@pytest.mark.parametrize("change", [with_noise, with_halos, with_islands, blurred, recolored])
def test_ignores_other_defects(change: object) -> None:
    photo = scene()
    assert callable(change)
    assert flat_lattice_share(change(photo), photo) < 0.02


def test_ignores_a_pattern_of_the_photo_outside_of_flat_areas() -> None:
    photo = scene()
    patterned = photo.clone()
    patterned[..., 124:, :] = with_lattice(photo, 4, 0.2)[..., 124:, :]
    assert flat_lattice_share(patterned, photo) < 0.02


def test_ignores_other_periods() -> None:
    photo = scene()
    assert flat_lattice_share(with_lattice(photo, 5), photo) < 0.02


def test_is_not_a_number_without_a_flat_window() -> None:
    photo = scene()
    assert math.isnan(flat_lattice_share(photo[..., 124:, :], photo[..., 124:, :]))
    assert math.isnan(flat_lattice_share(photo[..., :20, :], photo[..., :20, :]))
