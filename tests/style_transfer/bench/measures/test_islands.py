import math

import pytest
import torch
from torch import Tensor

from style_transfer.bench.measures import islands
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


def color_islands(result: Tensor, photo: Tensor) -> float:
    return islands.color_islands(result, photo, find_flat_areas(photo))


def test_grows_with_the_patches() -> None:
    photo = scene()
    none, little, much = (
        color_islands(with_islands(photo, amount), photo) for amount in (0, 0.04, 0.12)
    )
    assert none < 0.01 < little < much
    assert much > 0.04


@pytest.mark.parametrize("change", [with_noise, with_halos, with_lattice, blurred, recolored])
def test_ignores_other_defects(change: object) -> None:
    photo = scene()
    assert callable(change)
    changed = change(photo, 4) if change is with_lattice else change(photo)
    assert color_islands(changed, photo) < 0.01


def test_ignores_dots_of_broken_color() -> None:
    photo = scene()
    dots = torch.randn(1, 3, 192, 256, generator=torch.Generator().manual_seed(3))
    assert color_islands((photo + 0.1 * dots).clamp(0, 1), photo) < 0.03


def test_allows_each_region_its_own_color() -> None:
    photo = scene()
    photo[..., :122, 120:136] = 0.1  # a mast parts the sky
    painted = photo.clone()
    painted[:, 0, :122, 136:] += 0.2
    assert color_islands(painted, photo) < 0.01
    painted[:, 0, :122, 180:] -= 0.2
    assert color_islands(painted, photo) > 0.02


def test_is_not_a_number_without_an_even_region() -> None:
    busy = scene()[..., 124:, :]
    assert math.isnan(color_islands(busy, busy))
