"""Scores of a variant: what is the same passes, and each kind of damage is named."""

import math

import pytest
import torch
from torch import Tensor

from style_transfer.backends.standard import GOLDEN_SET, LIMITS, SEAM
from style_transfer.bench.distances import Metric
from style_transfer.features.builtin import FeatureNet
from style_transfer.gate.golden import golden_digest, golden_pairs
from style_transfer.gate.scores import (
    compare,
    psnr,
    reasons_against,
    seam_of,
    worst_of,
)
from style_transfer.imaging.drawn import draw_landscape
from style_transfer.imaging.tensors import to_tensor

PHOTO = to_tensor(draw_landscape((160, 128)), torch.device("cpu"))
WANTED = PHOTO.flip(1) * 0.7 + 0.1
ARTWORK = PHOTO.flip(3)


@pytest.fixture
def metric(features: FeatureNet) -> Metric:
    return Metric(features, "tiny")


def damaged(kind: str) -> Tensor:
    """Damage a painting so that the score of this name shows it."""
    found = WANTED.clone()
    if kind == "color":
        found[:, 0] += 0.05
    elif kind == "lattice":
        found[..., :64, ::3] += 0.1
    elif kind == "border":
        found[..., :3] = 0
    elif kind == "psnr":
        found += 0.1 * torch.randn(found.shape, generator=torch.Generator().manual_seed(1))
    return found


def test_passes_what_is_the_same(metric: Metric) -> None:
    scores = compare(WANTED, WANTED, PHOTO, ARTWORK, metric)
    assert reasons_against({**scores, SEAM: 0.0}) == []
    assert scores["psnr"] == 99


@pytest.mark.parametrize("kind", ["color", "lattice", "border", "psnr"])
def test_names_what_is_damaged(metric: Metric, kind: str) -> None:
    scores = {**compare(damaged(kind), WANTED, PHOTO, ARTWORK, metric), SEAM: 0.0}
    assert any(reason.startswith(kind) for reason in reasons_against(scores))


def test_refuses_numbers_that_are_not_finite(metric: Metric) -> None:
    broken = WANTED.clone()
    broken[0, 0, 5, 5] = float("nan")
    scores = worst_of(
        [{**compare(each, WANTED, PHOTO, ARTWORK, metric), SEAM: 0.0} for each in (WANTED, broken)]
    )
    assert math.isnan(scores["psnr"])
    assert len(reasons_against(scores)) >= len(LIMITS) - 1


def test_measures_noise_and_seams() -> None:
    assert psnr(torch.zeros(4), torch.full((4,), 0.1)) == pytest.approx(20, abs=1e-4)
    assert math.isnan(psnr(torch.tensor([0.5, math.nan]), torch.zeros(2)))
    assert seam_of(WANTED, WANTED, 64) == 0
    assert seam_of(WANTED + 0.1, WANTED, 64) == pytest.approx(0, abs=1e-6)
    cut = WANTED.clone()
    cut[..., 64:, :] += 0.1
    assert seam_of(cut, WANTED, 64) == pytest.approx(0.1, abs=2e-3)


def test_the_golden_set_has_odd_sides() -> None:
    assert any(side % 2 for pair in golden_pairs() for side in pair.photo.size)


def test_verdicts_name_the_golden_set() -> None:
    # After a change of the set, this digest must change too, so that old verdicts no longer hold.
    assert golden_digest(golden_pairs()) == GOLDEN_SET
