import math

import pytest
import torch
from torch import Tensor

from style_transfer.bench.measures import contrast
from tests.support.defects import (
    blurred,
    recolored,
    scene,
    with_islands,
    with_lattice,
    with_noise,
)


def contrast_ratios(result: Tensor, artwork: Tensor) -> Tensor:
    own, wanted = contrast.band_contrasts(result), contrast.band_contrasts(artwork)
    return contrast.contrast_ratios(own, wanted)


def contrast_error(result: Tensor, artwork: Tensor) -> float:
    return contrast.contrast_error(contrast_ratios(result, artwork))


def test_is_one_for_the_artwork_itself_and_for_a_part_turned_over() -> None:
    artwork = with_noise(scene())
    assert contrast_ratios(artwork, artwork).tolist() == [1, 1, 1, 1]
    assert contrast_error(artwork.flip(3), artwork) == pytest.approx(0, abs=1e-4)


def test_finds_haze_in_the_finest_bands() -> None:
    artwork = with_noise(scene())
    ratios = contrast_ratios(blurred(artwork), artwork).tolist()
    assert ratios[0] < 0.2
    assert ratios == sorted(ratios)
    assert contrast_error(blurred(artwork), artwork) > 1


def test_finds_grain() -> None:
    artwork = scene()
    assert float(contrast_ratios(with_noise(artwork), artwork)[0]) > 1.5


def test_is_half_at_half_the_contrast() -> None:
    artwork = with_noise(scene())
    pale = 0.5 + (artwork - 0.5) / 2
    assert contrast_ratios(pale, artwork).tolist() == pytest.approx([0.5] * 4, rel=1e-4)
    assert contrast_error(pale, artwork) == pytest.approx(1, rel=1e-4)


def test_does_not_let_soft_pictures_make_up_for_harsh_ones() -> None:
    artwork = with_noise(scene())
    errors = [contrast_error(0.5 + (artwork - 0.5) * factor, artwork) for factor in (0.7, 1.3)]
    assert min(errors) > 0.3


def test_hardly_moves_for_broad_patches_of_color() -> None:
    artwork = with_noise(scene())
    assert contrast_error(with_islands(artwork), artwork) < 0.1


def test_is_not_a_number_for_an_artwork_of_one_color() -> None:
    flat = torch.full((1, 3, 40, 50), 0.5)
    assert contrast_ratios(scene(), flat).isnan().all()
    assert math.isnan(contrast_error(scene(), flat))


def test_is_limited_for_a_result_of_one_color() -> None:
    assert contrast_error(torch.full((1, 3, 40, 50), 0.5), scene()) == 4


def test_compares_pictures_of_different_sizes() -> None:
    artwork = with_noise(scene())
    assert contrast_error(artwork[..., :190], artwork) < 0.1


def test_moves_less_for_colors_than_for_haze() -> None:
    artwork = with_lattice(scene(), 4)
    assert contrast_error(recolored(artwork), artwork) < contrast_error(blurred(artwork), artwork)
