import pytest
import torch

from style_transfer.core.errors import InternalError
from style_transfer.methods.fast.sanity import check_sane

VARIED = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
GRAY = torch.full((2, 3, 8, 8), 0.5)
SPREAD = torch.tensor([0.2, 0.3])


def test_accepts_normal_pictures() -> None:
    check_sane(VARIED, VARIED, SPREAD)
    check_sane(VARIED[:1], (VARIED[:1] * 255).byte(), SPREAD[:1])
    check_sane(VARIED.half(), VARIED, SPREAD)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_refuses_values_that_are_not_finite(value: float) -> None:
    painted = VARIED.clone()
    painted[1, 2, 3, 3] = value
    with pytest.raises(InternalError, match="not numbers") as caught:
        check_sane(painted, VARIED, SPREAD)
    assert caught.value.code == "internal"


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_finds_a_black_or_flat_picture_in_a_batch(value: float) -> None:
    painted = VARIED.clone()
    painted[1] = value
    with pytest.raises(InternalError, match="flat"):
        check_sane(painted, VARIED, SPREAD)


def test_accepts_a_picture_with_one_bright_pixel() -> None:
    painted = torch.zeros_like(VARIED)
    painted[:, 1, 2, 2] = 0.02
    check_sane(painted, VARIED, SPREAD)


@pytest.mark.parametrize("photo", [GRAY, (GRAY * 255).byte(), torch.zeros_like(GRAY)])
def test_accepts_a_flat_painting_of_a_flat_photo(photo: torch.Tensor) -> None:
    check_sane(GRAY, photo, SPREAD)


def test_accepts_a_flat_painting_from_a_flat_artwork() -> None:
    check_sane(torch.zeros_like(VARIED), VARIED, torch.tensor([0.0, 0.01]))
