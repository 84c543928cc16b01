import pytest
import torch

from inference.engine.errors import InternalError
from inference.engine.soundness import check_sound

GRAY = torch.full((2, 3, 4, 4), 0.5)
COLORS = torch.full((2, 3), 0.4)


def test_lets_pictures_pass() -> None:
    check_sound(GRAY, GRAY, COLORS)
    check_sound(GRAY[:1], GRAY, COLORS)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_names_values_that_are_no_numbers(value: float) -> None:
    painted = GRAY.clone()
    painted[1, 2, 3, 3] = value
    with pytest.raises(InternalError, match="not numbers") as caught:
        check_sound(painted, GRAY, COLORS)
    assert caught.value.code == "internal"


def test_names_a_black_picture_among_others() -> None:
    painted = GRAY.clone()
    painted[1] = 0
    with pytest.raises(InternalError, match="black"):
        check_sound(painted, GRAY, COLORS)


def test_leaves_one_bright_pixel_alone() -> None:
    painted = torch.zeros_like(GRAY)
    painted[:, 1, 2, 2] = 0.02
    check_sound(painted, GRAY, COLORS)


def test_takes_a_dark_artwork_for_what_it_is() -> None:
    check_sound(torch.zeros_like(GRAY), GRAY, torch.full((2, 3), 0.05))


def test_takes_a_dark_photo_for_what_it_is() -> None:
    check_sound(torch.zeros_like(GRAY), torch.full_like(GRAY, 0.05), COLORS)
