import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from style_transfer.imaging.tones import curve_between, tones_of


def ramp(low: float = 0.2, high: float = 0.8, height: int = 24, width: int = 40) -> Tensor:
    """Make a gray photo that brightens from left to right."""
    return torch.linspace(low, high, width).expand(1, 3, height, width)


class TestTones:
    def test_lists_lightness_from_dark_to_light(self) -> None:
        tones = tones_of(ramp())
        assert tones[0] == pytest.approx(0.2, abs=0.02)
        assert tones[-1] == pytest.approx(0.8, abs=0.02)
        assert (tones.diff() >= 0).all()

    @pytest.mark.parametrize("size", [(1, 1), (1, 30), (3, 2), (700, 5)])
    def test_measures_pictures_of_any_size(self, size: tuple[int, int]) -> None:
        assert tones_of(torch.rand(1, 3, *size)).isfinite().all()


class TestCurve:
    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 999), st.floats(0, 0.5), st.floats(0.5, 1))
    def test_rises_within_range_and_is_never_too_flat(
        self, seed: int, low: float, high: float
    ) -> None:
        generator = torch.Generator().manual_seed(seed)
        own = torch.rand(256, generator=generator).sort().values
        wanted = (low + (high - low) * torch.rand(256, generator=generator)).sort().values
        curve = curve_between(own, wanted)
        assert curve.moved.min() >= -1e-6
        assert curve.moved.max() <= 1 + 1e-6
        assert (curve.moved.diff() >= -1e-6).all()
        span = (curve.moved[-1] - curve.moved[0]) / (own[-1] - own[0])
        assert span > 0.3

    def test_moves_toward_the_wanted_tones(self) -> None:
        own, wanted = torch.linspace(0.4, 0.6, 256), torch.linspace(0.1, 0.5, 256)
        moved = curve_between(own, wanted).moved
        assert moved.mean() == pytest.approx(0.75 * 0.3 + 0.25 * 0.5, abs=0.02)
        assert moved[-1] - moved[0] > 0.25

    def test_changes_nothing_between_equal_tones(self) -> None:
        tones = torch.linspace(0.1, 0.9, 256)
        luma = torch.tensor([0.2, 0.55, 0.8])
        assert torch.allclose(curve_between(tones, tones).apply(luma), luma, atol=0.01)
