"""A poisoned painting is found, and a good one is left alone."""

import pytest
import torch
from torch import Tensor

from style_transfer.imaging.drawn import draw_landscape
from style_transfer.imaging.tensors import to_pixels
from style_transfer.pipeline.result_check import BrokenResultError, check_result

CPU = torch.device("cpu")
PHOTO = to_pixels(draw_landscape((320, 213)), CPU)
GOOD = (PHOTO.float() / 255).flip(1) * 0.8 + 0.1  # other colors, the same shapes


def poisoned(kind: str) -> Tensor:
    """Break a good painting."""
    broken = GOOD.clone()
    if kind == "numbers":
        broken[0, 1, 200, 300] = float("nan")
    elif kind == "color":
        broken[:] = 0.0
    elif kind == "clipped":
        broken = (broken > 0.5).float()
    elif kind == "frame":
        broken[..., :2] = 0.0
    elif kind == "lattice":
        broken[..., ::3] = (broken[..., ::3] + 0.2).clamp(0, 1)
    return broken


def test_accepts_a_good_painting() -> None:
    check_result(GOOD, PHOTO)
    check_result((GOOD * 255).byte(), PHOTO)
    check_result(GOOD[..., :9, :7], PHOTO[..., :9, :7])


@pytest.mark.parametrize("kind", ["numbers", "color", "clipped", "frame", "lattice"])
def test_finds_a_broken_painting_of_a_batch(kind: str) -> None:
    both = torch.cat([GOOD, poisoned(kind)])
    with pytest.raises(BrokenResultError, match=kind) as caught:
        check_result(both, PHOTO.expand(2, -1, -1, -1))
    assert caught.value.code == "internal"


def test_accepts_what_the_photo_has() -> None:
    black = torch.zeros_like(PHOTO)
    check_result(black.float(), black)
    framed = PHOTO.clone()
    framed[..., :2] = 0
    check_result(poisoned("frame"), framed)
