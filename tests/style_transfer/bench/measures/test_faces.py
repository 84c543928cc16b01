import math

import pytest
import torch
from torch import Tensor

from style_transfer.bench.measures.blur import gaussian_blur
from style_transfer.bench.measures.faces import Box, face_similarity
from tests.support.defects import recolored, with_noise

BOX: Box = (0.25, 0.25, 0.75, 0.75)


@pytest.fixture
def portrait() -> Tensor:
    """Return a picture with an oval face, two eyes and a mouth in the box."""
    y, x = torch.meshgrid(torch.linspace(-2, 2, 240), torch.linspace(-2, 2, 240), indexing="ij")
    face = 0.3 + 0.4 * ((x / 0.8) ** 2 + y**2 < 1)
    for eye in (-0.35, 0.35):
        face -= 0.5 * ((x - eye) ** 2 + ((y + 0.3) / 0.6) ** 2 < 0.02)
    face -= 0.4 * ((x / 3) ** 2 + (y - 0.5) ** 2 < 0.01)
    return gaussian_blur(face.expand(1, 3, -1, -1), 1).clamp(0, 1)


def without_features(portrait: Tensor) -> Tensor:
    """Paint over the eyes and the mouth."""
    plain = portrait.clone()
    plain[..., 85:165, 85:155] = 0.7
    return plain


def test_is_one_for_the_photo(portrait: Tensor) -> None:
    assert face_similarity(portrait, portrait, [BOX]) == pytest.approx(1)


def test_falls_when_eyes_and_mouth_are_gone(portrait: Tensor) -> None:
    assert face_similarity(without_features(portrait), portrait, [BOX]) < 0.8


def test_falls_when_the_face_is_blurred(portrait: Tensor) -> None:
    assert face_similarity(gaussian_blur(portrait, 6), portrait, [BOX]) < 0.6


def test_falls_less_for_colors_and_grain(portrait: Tensor) -> None:
    lost = face_similarity(gaussian_blur(portrait, 6), portrait, [BOX])
    assert face_similarity(recolored(portrait), portrait, [BOX]) > 0.9
    assert face_similarity(with_noise(portrait, 0.02), portrait, [BOX]) > lost


def test_ignores_what_is_outside_of_faces(portrait: Tensor) -> None:
    other = torch.rand(portrait.shape, generator=torch.Generator().manual_seed(0))
    other[..., 60:180, 60:180] = portrait[..., 60:180, 60:180]
    assert face_similarity(other, portrait, [BOX]) == pytest.approx(1)


def test_is_the_mean_of_all_faces(portrait: Tensor) -> None:
    spoiled = torch.cat([without_features(portrait), portrait], 3)
    boxes: list[Box] = [(0.125, 0.25, 0.375, 0.75), (0.625, 0.25, 0.875, 0.75)]
    both = torch.cat([portrait, portrait], 3)
    first, second = (face_similarity(spoiled, both, [box]) for box in boxes)
    assert face_similarity(spoiled, both, boxes) == pytest.approx((first + second) / 2)
    assert first < second


def test_is_not_a_number_without_a_face_that_is_large_enough(portrait: Tensor) -> None:
    assert math.isnan(face_similarity(portrait, portrait, []))
    assert math.isnan(face_similarity(portrait, portrait, [(0.5, 0.5, 0.54, 0.6)]))
