import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from style_transfer.methods.frame import Artwork
from style_transfer.methods.optimize.strokes import StrokeBank, detail


def stripes(height: int = 40, width: int = 48) -> Tensor:
    """Make an artwork of red and blue bars, four pixels wide."""
    bars = (torch.arange(width) // 4 % 2).float().expand(height, width)
    return torch.stack([bars, torch.zeros_like(bars), 1 - bars])[None]


def bank(*artworks: Artwork, seed: int = 0) -> StrokeBank:
    return StrokeBank(artworks or [Artwork(stripes(), 1.0)], torch.Generator().manual_seed(seed))


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
        art = Artwork(torch.rand(1, 3, *size), 1.0)
        painted = bank(art).synthesize(torch.rand(1, 3, 20, 20), 3, 0)
        assert painted.isfinite().all()

    def test_is_the_same_for_the_same_seed(self) -> None:
        image, art = torch.rand(1, 3, 20, 20), Artwork(torch.rand(1, 3, 150, 150), 1.0)
        first, again, other = (bank(art, seed=seed).synthesize(image, 3, 0) for seed in (1, 1, 2))
        assert torch.equal(first, again)
        assert not torch.equal(first, other)

    def test_computes_no_gradients(self) -> None:
        image = torch.rand(1, 3, 16, 16, requires_grad=True)
        assert not bank().synthesize(image, 3, 0).requires_grad


class TestComparing:
    def test_matches_flat_to_flat_in_any_tone(self) -> None:
        art = torch.full((1, 3, 40, 80), 0.5)
        art[..., 40:] = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(3))
        painted = bank(Artwork(art, 1.0)).synthesize(torch.full((1, 3, 30, 30), 0.62), 3, 0)
        assert painted.std() < 0.05

    def test_uses_many_patches_for_a_photo_of_low_contrast(self) -> None:
        art = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(4))
        art = torch.nn.functional.interpolate(art, (60, 60), mode="bilinear")
        found = bank(Artwork(art, 1.0))
        photo = art * 0.2 + 0.4
        seen = torch.nn.functional.unfold(photo, 7)[0].T
        used = torch.unique(found._nearest(seen))
        assert len(used) > 0.2 * len(found._patches)

    def test_does_not_use_patches_unlike_the_photo(self) -> None:
        art = torch.rand(1, 3, 60, 60, generator=torch.Generator().manual_seed(5)) * 0.05 + 0.3
        art[..., :12, :12] = torch.tensor([0.0, 0.2, 1.0])[None, :, None, None]
        painted = bank(Artwork(art, 1.0)).synthesize(torch.full((1, 3, 40, 40), 0.31), 3, 0)
        assert painted[:, 2].max() < 0.5


class TestShares:
    def test_samples_patches_of_each_artwork_by_its_share(self) -> None:
        red = Artwork(torch.tensor([1.0, 0, 0])[None, :, None, None].expand(1, 3, 200, 200), 0.25)
        blue = Artwork(torch.tensor([0, 0, 1.0])[None, :, None, None].expand(1, 3, 200, 200), 0.75)
        patches = bank(red, blue)._patches
        reds = (patches[:, 0] > 0.5).float().mean()
        assert reds == pytest.approx(0.25, abs=0.01)


class TestDetail:
    def test_is_lower_where_the_photo_is_flat(self) -> None:
        photo = torch.full((1, 3, 40, 40), 0.5)
        photo[..., 20:] = torch.rand(1, 3, 40, 20)
        found = detail(photo)
        assert found.shape == (1, 1, 40, 40)
        assert found[..., :10].mean() < 0.2 * found[..., 30:].mean()

    @pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
    def test_is_finite_and_bounded_for_flat_photos(self, value: float) -> None:
        found = detail(torch.full((1, 3, 9, 9), value))
        assert found.isfinite().all()
        assert found.min() >= 0
        assert found.max() <= 2
