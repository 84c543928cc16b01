import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from style_transfer.methods.optimize import strokes
from style_transfer.methods.optimize.strokes import StrokeBank
from style_transfer.methods.patch_bank import PATCH
from style_transfer.methods.patches import draw_patches


def stripes(height: int = 40, width: int = 48) -> Tensor:
    """Make an artwork of red and blue bars, four pixels wide."""
    bars = (torch.arange(width) // 4 % 2).float().expand(height, width)
    return torch.stack([bars, torch.zeros_like(bars), 1 - bars])[None]


def bank(*artworks: Tensor) -> StrokeBank:
    generator = torch.Generator().manual_seed(0)
    return StrokeBank(
        [draw_patches(each, PATCH, 2000, generator) for each in artworks or [stripes()]]
    )


class TestStrokeBank:
    def test_restores_the_artwork_itself(self) -> None:
        image = stripes(30, 32)
        assert (bank().synthesize(image, 3, 0) - image).abs().mean() < 0.05

    def test_uses_no_colors_that_the_artwork_lacks(self) -> None:
        painted = bank().synthesize(torch.rand(1, 3, 24, 24), 3, 1)
        assert painted[:, 1].max() < 1e-5

    @settings(max_examples=15, deadline=None)
    @given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 4), st.integers(0, 3))
    def test_accepts_any_size(self, height: int, width: int, stride: int, offset: int) -> None:
        image = torch.rand(1, 3, height, width)
        painted = bank().synthesize(image, stride, offset)
        assert painted.shape == image.shape
        assert painted.isfinite().all()
        assert painted.min() > -1e-5
        assert painted.max() < 1 + 1e-5

    @pytest.mark.parametrize("size", [(1, 1), (3, 40), (6, 6)])
    def test_accepts_artworks_smaller_than_a_patch(self, size: tuple[int, int]) -> None:
        art = torch.rand(1, 3, *size)
        painted = bank(art).synthesize(torch.rand(1, 3, 20, 20), 3, 0)
        assert painted.isfinite().all()

    def test_is_the_same_each_time(self) -> None:
        image, art = torch.rand(1, 3, 20, 20), torch.rand(1, 3, 60, 60)
        first, again = (bank(art).synthesize(image, 3, 0) for _ in range(2))
        assert torch.equal(first, again)

    def test_does_not_depend_on_the_bands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        image = torch.rand(1, 3, 50, 40)
        whole = bank().synthesize(image, 3, 2)
        monkeypatch.setattr(strokes, "_BAND", 4)
        torch.testing.assert_close(bank().synthesize(image, 3, 2), whole)

    def test_computes_no_gradients(self) -> None:
        image = torch.rand(1, 3, 16, 16, requires_grad=True)
        assert not bank().synthesize(image, 3, 0).requires_grad


class TestComparing:
    def test_matches_flat_to_flat_in_any_tone(self) -> None:
        art = torch.full((1, 3, 40, 80), 0.5)
        art[..., 40:] = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(3))
        painted = bank(art).synthesize(torch.full((1, 3, 30, 30), 0.62), 3, 0)
        assert painted.std() < 0.05

    def test_uses_many_patches_for_a_photo_of_low_contrast(self) -> None:
        art = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(4))
        art = torch.nn.functional.interpolate(art, (60, 60), mode="bilinear")
        found = bank(art)
        photo = art * 0.2 + 0.4
        factors = found._weighted_factors(photo, 1)
        used = torch.unique(found._index.nearest(found._keys_of(photo, 1), factors))
        assert len(used) > 0.2 * len(found._patches)

    def test_does_not_use_patches_unlike_the_photo(self) -> None:
        art = torch.rand(1, 3, 60, 60, generator=torch.Generator().manual_seed(5)) * 0.05 + 0.3
        art[..., :12, :12] = torch.tensor([0.0, 0.2, 1.0])[None, :, None, None]
        painted = bank(art).synthesize(torch.full((1, 3, 40, 40), 0.31), 3, 0)
        assert painted[:, 2].max() < 0.5
