"""The plain recipe, the baseline for the method optimize."""

import pytest
import torch
from torch import Tensor

from style_transfer.bench.plain import PlainRecipe, descend
from style_transfer.features.builtin import load_features

PHOTO = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(1))
ARTWORK = torch.rand(1, 3, 64, 48, generator=torch.Generator().manual_seed(2))


@pytest.fixture(scope="module")
def recipe() -> PlainRecipe:
    return PlainRecipe(load_features("builtin", torch.device("cpu")), PHOTO, ARTWORK, 0.75)


def run(recipe: PlainRecipe, start: str, steps: int, seed: int = 0) -> list[Tensor]:
    return [picture.clone() for picture in descend(recipe.loss, recipe.start(start, seed), steps)]


@pytest.mark.parametrize("start", ["noise", "photo"])
def test_lowers_its_loss(recipe: PlainRecipe, start: str) -> None:
    pictures = run(recipe, start, 12)
    assert len(pictures) == 12
    assert recipe.loss(pictures[-1]) < recipe.loss(pictures[0])


def test_keeps_pictures_in_range(recipe: PlainRecipe) -> None:
    for picture in run(recipe, "noise", 3):
        assert picture.shape == PHOTO.shape
        assert picture.min() >= 0
        assert picture.max() <= 1


def test_starts_from_the_photo_or_from_seeded_noise(recipe: PlainRecipe) -> None:
    from_photo, from_noise = run(recipe, "photo", 1)[0], run(recipe, "noise", 1)[0]
    assert (from_photo - PHOTO).abs().max() < 0.05
    assert (from_noise - PHOTO).abs().mean() > 0.1
    assert torch.equal(from_noise, run(recipe, "noise", 1)[0])
    assert not torch.equal(from_noise, run(recipe, "noise", 1, seed=1)[0])


def test_does_not_change_the_photo(recipe: PlainRecipe) -> None:
    before = PHOTO.clone()
    run(recipe, "photo", 2)
    assert torch.equal(before, PHOTO)


def test_has_zero_loss_for_the_photo_only_if_it_is_also_the_artwork(recipe: PlainRecipe) -> None:
    features = load_features("builtin", torch.device("cpu"))
    nothing_left = PlainRecipe(features, PHOTO, PHOTO, 0.75)
    assert float(nothing_left.loss(PHOTO)) == pytest.approx(0, abs=1e-6)
    assert recipe.loss(PHOTO) > 0.001
