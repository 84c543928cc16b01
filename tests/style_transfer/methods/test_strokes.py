from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from style_transfer.methods import strokes
from style_transfer.methods.patch_bank import PATCH
from style_transfer.methods.patches import PatchIndex, draw_patches
from style_transfer.methods.strokes import MARGIN, STRIDE, StrokeBank, count_stroke_bands


def stripes(height: int = 40, width: int = 48) -> Tensor:
    """Make an artwork of red and blue bars, four pixels wide."""
    bars = (torch.arange(width) // 4 % 2).float().expand(height, width)
    return torch.stack([bars, torch.zeros_like(bars), 1 - bars])[None]


def bank(*artworks: Tensor) -> StrokeBank:
    generator = torch.Generator().manual_seed(0)
    return StrokeBank(
        [draw_patches(each, PATCH, 2000, generator) for each in artworks or [stripes()]]
    )


def soft(draw: torch.Generator, coarse: int, side: int) -> Tensor:
    small = torch.rand(1, 3, coarse, coarse, generator=draw)
    return torch.nn.functional.interpolate(small, (side, side), mode="bicubic").clamp(0, 1)


class TestStrokeBank:
    def test_restores_the_artwork_itself(self) -> None:
        image = stripes(30, 32)
        assert (bank().synthesize(image, 0) - image).abs().mean() < 0.05

    def test_uses_no_colors_that_the_artwork_lacks(self) -> None:
        painted = bank().synthesize(torch.rand(1, 3, 24, 24), 1)
        assert painted[:, 1].max() < 1e-5

    @settings(max_examples=15, deadline=None)
    @given(st.integers(1, 30), st.integers(1, 30), st.integers(0, STRIDE - 1))
    def test_accepts_any_size(self, height: int, width: int, offset: int) -> None:
        image = torch.rand(1, 3, height, width)
        painted = bank().synthesize(image, offset)
        assert painted.shape == image.shape
        assert painted.isfinite().all()
        assert painted.min() > -1e-5
        assert painted.max() < 1 + 1e-5

    @pytest.mark.parametrize("size", [(1, 1), (3, 40), (6, 6)])
    def test_accepts_artworks_smaller_than_a_patch(self, size: tuple[int, int]) -> None:
        art = torch.rand(1, 3, *size)
        painted = bank(art).synthesize(torch.rand(1, 3, 20, 20), 0)
        assert painted.isfinite().all()

    def test_is_the_same_each_time(self) -> None:
        image, art = torch.rand(1, 3, 20, 20), torch.rand(1, 3, 60, 60)
        first, again = (bank(art).synthesize(image, 0) for _ in range(2))
        assert torch.equal(first, again)

    def test_does_not_depend_on_the_bands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        image = torch.rand(1, 3, 50, 40)
        whole = bank().synthesize(image, 2)
        monkeypatch.setattr(strokes, "_BAND", 4)
        torch.testing.assert_close(bank().synthesize(image, 2), whole)

    def test_computes_no_gradients(self) -> None:
        image = torch.rand(1, 3, 16, 16, requires_grad=True)
        assert not bank().synthesize(image, 0).requires_grad

    @pytest.mark.parametrize("offset", range(STRIDE))
    def test_paints_a_part_as_it_paints_the_whole(self, offset: int) -> None:
        found, image = bank(), torch.rand(1, 3, 90, 40)
        factors = found.weigh(image)
        *_, whole = found.bands(image, factors, offset)
        first = 30 - MARGIN
        *_, part = found.bands(image[:, :, first:], factors, offset)
        assert whole is not None
        assert part is not None
        torch.testing.assert_close(part[:, :, MARGIN:], whole[:, :, 30:])

    @given(st.integers(1, 900), st.integers(0, STRIDE - 1))
    @settings(max_examples=15, deadline=None)
    def test_counts_its_bands(self, height: int, offset: int) -> None:
        image = torch.rand(1, 3, height, 2)
        found = bank(torch.rand(1, 3, 12, 12))
        assert len(list(found.bands(image, found.weigh(image), offset))) == count_stroke_bands(
            height, offset
        )

    def test_its_grain_is_weak_and_the_same_each_time(self) -> None:
        picture = torch.full((1, 3, 30, 40), 0.5)
        dots = torch.rand(1, 3, 60, 60)
        grainy = bank(dots).add_grain(picture)
        assert 0.01 < grainy.std() < 0.03
        assert torch.equal(bank(dots).add_grain(picture), grainy)

    def test_its_grain_runs_along_lines_if_the_artwork_has_strokes(self) -> None:
        picture = stripes(64, 64) * 0.2 + 0.4  # upright
        grain = bank().add_grain(picture) - picture
        down, across = ((grain - grain.roll(4, axis)).std() for axis in (2, 3))
        assert 0.03 < grain.std() < 0.4
        assert down < 0.8 * across

    def test_spares_what_it_is_asked_to(self) -> None:
        picture = stripes(64, 64) * 0.2 + 0.4
        spared = torch.tensor([[[[0.0, 1.0]]]])
        grain = bank().add_grain(picture, spared) - picture
        assert grain[..., 48:].std() < 0.03 < grain[..., :16].std()


class TestComparing:
    def test_matches_flat_to_flat_in_any_tone(self) -> None:
        art = torch.full((1, 3, 40, 80), 0.5)
        art[..., 40:] = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(3))
        painted = bank(art).synthesize(torch.full((1, 3, 30, 30), 0.62), 0)
        assert painted.std() < 0.05

    def test_finds_in_groups_nearly_what_a_search_of_all_finds(self) -> None:
        draw = torch.Generator().manual_seed(6)
        art, image = soft(draw, 20, 160), soft(draw, 12, 90)
        found = bank(art)
        keys, factors = found._keys_of(image, 1), found.weigh(image)
        queries = found._index.query(keys)
        grouped, whole = (
            (queries * factors[search(keys, factors)]).sum(1).mean()
            for search in (found._index.nearest, partial(PatchIndex.nearest, found._index))
        )
        assert whole <= grouped < 1.1 * whole

    def test_uses_many_patches_for_a_photo_of_low_contrast(self) -> None:
        art = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(4))
        art = torch.nn.functional.interpolate(art, (60, 60), mode="bilinear")
        found = bank(art)
        photo = art * 0.2 + 0.4
        factors = found.weigh(photo)
        used = torch.unique(found._index.nearest(found._keys_of(photo, 1), factors))
        assert len(used) > 0.15 * len(found._index.keys)

    def test_does_not_use_patches_unlike_the_photo(self) -> None:
        art = torch.rand(1, 3, 60, 60, generator=torch.Generator().manual_seed(5)) * 0.05 + 0.3
        art[..., :12, :12] = torch.tensor([0.0, 0.2, 1.0])[None, :, None, None]
        painted = bank(art).synthesize(torch.full((1, 3, 40, 40), 0.31), 0)
        assert painted[:, 2].max() < 0.5
