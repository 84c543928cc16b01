import math

import pytest
import torch
from torch import Tensor

from style_transfer.bench.measures import unrest
from style_transfer.bench.measures.flat_areas import find_flat_areas
from tests.support.defects import recolored, scene, with_islands, with_lattice, with_noise


def flat_unrest(result: Tensor, photo: Tensor, artwork: Tensor) -> float:
    calm = unrest.calm_detail(artwork)
    return unrest.flat_unrest(result, find_flat_areas(photo), calm)


@pytest.mark.parametrize("restless", [with_noise(scene()), with_lattice(scene(), 4)])
def test_finds_grain_and_weaves_in_the_sky(restless: torch.Tensor) -> None:
    photo = scene()
    calm = flat_unrest(photo, photo, photo)
    assert calm == pytest.approx(1, abs=0.3)
    assert flat_unrest(restless, photo, photo) > 3 * calm


def test_allows_the_marks_that_the_artwork_has_everywhere() -> None:
    photo = scene()
    artwork = with_noise(torch.full((1, 3, 100, 120), 0.5))
    assert flat_unrest(with_noise(photo), photo, artwork) == pytest.approx(1, abs=0.15)


def test_ignores_what_happens_beside_flat_areas() -> None:
    photo = scene()
    changed = photo.clone()
    changed[..., 124:, :] = with_noise(photo, 0.2)[..., 124:, :]
    calm = flat_unrest(photo, photo, photo)
    assert flat_unrest(changed, photo, photo) == pytest.approx(calm, rel=0.05)


@pytest.mark.parametrize("change", [recolored, with_islands])
def test_ignores_colors(change: object) -> None:
    photo = scene()
    assert callable(change)
    assert flat_unrest(change(photo), photo, photo) < 1.3


def test_is_not_a_number_without_flat_areas() -> None:
    busy = scene()[..., 124:, :]
    assert math.isnan(flat_unrest(busy, busy, busy))
