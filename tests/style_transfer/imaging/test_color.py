import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from style_transfer.imaging.color import (
    Palette,
    blend_palettes,
    luma_of,
    match_palette,
    move_between,
    palette_of,
    toward_colors_of,
    with_colors_of,
)


def noise(seed: int, height: int = 24, width: int = 32, spread: float = 0.1) -> Tensor:
    """Make a picture (1, 3, H, W) of correlated colors around a seeded mean."""
    generator = torch.Generator().manual_seed(seed)
    mix = torch.eye(3) + 0.5 * torch.rand(3, 3, generator=generator)
    mean = 0.35 + 0.3 * torch.rand(3, 1, generator=generator)
    pixels = mean + spread * mix @ torch.rand(3, height * width, generator=generator)
    return pixels.reshape(1, 3, height, width).clamp(0, 1)


class TestPalette:
    def test_measures_mean_and_covariance(self) -> None:
        image = noise(1)
        palette = palette_of(image)
        pixels = image[0].flatten(1).double()
        assert torch.allclose(palette.mean, pixels.mean(1))
        assert torch.allclose(palette.covariance, pixels.cov(correction=0), atol=1e-4)

    def test_measures_bytes_as_it_does_floats(self) -> None:
        pixels = (noise(1) * 255).round().byte()
        bytes_of, floats_of = palette_of(pixels), palette_of(pixels.float() / 255)
        torch.testing.assert_close(bytes_of.mean, floats_of.mean)
        torch.testing.assert_close(bytes_of.covariance, floats_of.covariance)

    def test_gives_the_same_result_in_bands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = palette_of(noise(1))
        monkeypatch.setattr("style_transfer.imaging.tensors._AT_ONCE", 100)
        parts = palette_of(noise(1))
        torch.testing.assert_close(parts.mean, whole.mean)
        torch.testing.assert_close(parts.covariance, whole.covariance)

    def test_has_a_covariance_that_can_be_inverted_even_for_a_flat_picture(self) -> None:
        palette = palette_of(torch.full((1, 3, 4, 4), 0.5))
        assert torch.linalg.eigvalsh(palette.covariance).min() > 0

    def test_blends_to_the_palette_of_the_joined_pixels(self) -> None:
        first, second = noise(1), noise(2)
        blended = blend_palettes([palette_of(first), palette_of(second)], [0.5, 0.5])
        together = palette_of(torch.cat([first, second], 3))
        assert torch.allclose(blended.mean, together.mean)
        assert torch.allclose(blended.covariance, together.covariance)

    def test_blends_one_palette_to_itself(self) -> None:
        palette = palette_of(noise(3))
        blended = blend_palettes([palette], [1.0])
        assert torch.equal(blended.mean, palette.mean)
        assert torch.equal(blended.covariance, palette.covariance)


class TestMatch:
    def test_reaches_the_mean_and_covariance_of_the_target(self) -> None:
        target = palette_of(noise(2))
        matched = palette_of(match_palette(noise(1), target))
        assert torch.allclose(matched.mean, target.mean, atol=1e-4)
        assert torch.allclose(matched.covariance, target.covariance, atol=1e-4)

    def test_does_not_change_a_picture_that_has_the_palette(self) -> None:
        image = noise(5)
        assert torch.allclose(match_palette(image, palette_of(image)), image, atol=1e-5)

    def test_does_not_amplify_the_noise_of_a_gray_picture(self) -> None:
        gray = (0.5 + 0.002 * torch.randn(1, 1, 32, 32)).expand(1, 3, 32, 32)
        matched = match_palette(gray, palette_of(noise(1, spread=0.4)))
        assert matched.std() < 0.2

    @settings(max_examples=15, deadline=None)
    @given(st.integers(0, 99), st.integers(0, 99), st.integers(1, 9), st.integers(1, 9))
    def test_stays_within_range_for_any_size(
        self, first: int, second: int, height: int, width: int
    ) -> None:
        image = noise(first, height, width, spread=0.6)
        matched = match_palette(image, palette_of(noise(second, spread=0.6)))
        assert matched.shape == image.shape
        assert matched.dtype == image.dtype
        assert matched.isfinite().all()
        assert matched.min() >= 0
        assert matched.max() <= 1

    def test_moves_a_flat_picture_to_the_mean(self) -> None:
        target = Palette(torch.tensor([0.2, 0.4, 0.6]).double(), 0.01 * torch.eye(3).double())
        matched = match_palette(torch.full((1, 3, 3, 3), 0.9), target)
        assert torch.allclose(matched[0, :, 1, 1], torch.tensor([0.2, 0.4, 0.6]), atol=1e-5)


class TestColorsOf:
    LUMA = torch.tensor([0.299, 0.587, 0.114])[:, None, None]

    def luma(self, image: Tensor) -> Tensor:
        return (image * self.LUMA).sum(1)

    def test_keeps_the_luminance_of_the_painting(self) -> None:
        painting, photo = noise(1, spread=0.5), noise(2, spread=0.5)
        shown = with_colors_of(painting, photo)
        assert torch.allclose(self.luma(shown), self.luma(painting), atol=1e-5)

    def test_returns_the_photo_if_the_luminance_is_the_same(self) -> None:
        photo = noise(4, spread=0.5)
        assert torch.allclose(with_colors_of(photo, photo), photo, atol=1e-5)

    def test_stays_gray_where_the_photo_is_gray(self) -> None:
        shown = with_colors_of(noise(1), torch.full((1, 3, 24, 32), 0.3))
        assert (shown.amax(1) - shown.amin(1)).max() < 1e-5

    @pytest.mark.parametrize("value", [0.0, 1.0])
    def test_desaturates_colors_outside_the_range(self, value: float) -> None:
        shown = with_colors_of(torch.full((1, 3, 24, 32), value), noise(2))
        assert torch.allclose(shown, torch.full_like(shown, value), atol=1e-5)


def test_maps_parts_of_a_picture_like_the_whole() -> None:
    image, target = noise(3), palette_of(noise(4))
    move = move_between(palette_of(image), target)
    whole = match_palette(image, target)
    torch.testing.assert_close(torch.cat([move(image[:, :, :9]), move(image[:, :, 9:])], 2), whole)


class TestTowardColorsOf:
    PAINTING = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(5)) * 0.3 + 0.35
    PHOTO = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(6)) * 0.3 + 0.35

    def test_goes_half_way_in_hue_and_saturation(self) -> None:
        mixed = toward_colors_of(self.PAINTING, self.PHOTO)
        chroma = [each - luma_of(each) for each in (self.PAINTING, mixed, self.PHOTO)]
        assert torch.allclose(chroma[1], (chroma[0] + chroma[2]) / 2, atol=1e-4)

    def test_keeps_the_luminance_of_the_painting(self) -> None:
        mixed = toward_colors_of(self.PAINTING, self.PHOTO)
        assert torch.allclose(luma_of(mixed), luma_of(self.PAINTING), atol=1e-4)

    def test_does_not_change_the_photo_itself(self) -> None:
        assert torch.allclose(toward_colors_of(self.PHOTO, self.PHOTO), self.PHOTO, atol=1e-5)
