import pytest
import torch
from torch import Tensor

from style_transfer.imaging.color import luma_of, match_palette, palette_of
from style_transfer.methods.guide import (
    Recoloring,
    blend_grades,
    detail,
    faith,
    grade_of,
)


def ramp(low: float = 0.2, high: float = 0.8, height: int = 24, width: int = 40) -> Tensor:
    """Make a gray photo that brightens from left to right."""
    return torch.linspace(low, high, width).expand(1, 3, height, width)


def paper(ink: float = 0.1) -> Tensor:
    """Make an artwork of nearly white paper with a share of dark blue ink."""
    art = torch.full((1, 3, 40, 40), 0.95)
    art[..., : round(40 * ink)] = torch.tensor([0.1, 0.15, 0.4])[None, :, None, None]
    return art


def in_colors_of(photo: Tensor, *artworks: tuple[Tensor, float]) -> Tensor:
    """Return a photo in the colors of artworks, each with its share."""
    grade = blend_grades([grade_of(art) for art, _ in artworks], [share for _, share in artworks])
    return Recoloring(grade_of(photo), grade).apply(photo)


class TestColors:
    def test_takes_the_hue_of_the_artwork(self) -> None:
        photo = torch.rand(1, 3, 30, 30) * 0.3 + 0.3
        art = torch.rand(1, 3, 30, 30) * torch.tensor([0.9, 0.5, 0.2])[None, :, None, None]
        moved = in_colors_of(photo, (art, 1.0))
        means = moved.mean((0, 2, 3))
        assert means[0] > means[1] > means[2]

    def test_makes_no_islands_of_white(self) -> None:
        photo, art = ramp(), paper()
        plain = luma_of(match_palette(photo, palette_of(art)))[0, 0, 0]
        toned = luma_of(in_colors_of(photo, (art, 1.0)))[0, 0, 0]
        assert (plain.diff() < 0.002).sum() > 8
        assert (toned.diff() > 0.002).all()

    def test_keeps_the_photo_legible_in_a_dark_artwork(self) -> None:
        night = paper(0.9) * 0.3
        toned = luma_of(in_colors_of(ramp(), (night, 1.0)))
        assert toned.mean() > luma_of(night).mean() + 0.05

    def test_does_not_depend_on_the_order_of_artworks(self) -> None:
        photo = torch.rand(1, 3, 20, 20)
        one, two = (paper(), 0.4), (torch.rand(1, 3, 30, 20), 0.6)
        assert torch.allclose(
            in_colors_of(photo, one, two), in_colors_of(photo, two, one), atol=1e-6
        )

    @pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
    def test_accepts_flat_pictures(self, value: float) -> None:
        flat = torch.full((1, 3, 9, 9), value)
        for photo, art in ((flat, paper()), (ramp(), flat), (flat, flat)):
            moved = in_colors_of(photo, (art, 1.0))
            assert moved.shape == photo.shape
            assert moved.isfinite().all()
            assert moved.min() >= 0
            assert moved.max() <= 1


class TestRecoloring:
    def test_recolors_a_part_as_it_recolors_the_whole(self) -> None:
        photo, art = torch.rand(1, 3, 24, 20), paper()
        recolor = Recoloring(grade_of(photo), grade_of(art)).apply
        assert torch.allclose(recolor(photo)[..., 6:18, :], recolor(photo[..., 6:18, :]), atol=1e-6)

    def test_blends_grades_by_their_shares(self) -> None:
        dark, light = grade_of(ramp(0.0, 0.2)), grade_of(ramp(0.8, 1.0))
        blended = blend_grades([dark, light], [0.25, 0.75])
        assert blended.palette.mean.mean() == pytest.approx(0.7, abs=0.01)
        assert blended.tones.mean() == pytest.approx(0.7, abs=0.01)


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


def test_reduces_faith_to_the_photo_with_strength() -> None:
    values = [faith(strength / 10) for strength in range(11)]
    assert values == sorted(values, reverse=True)
    assert min(values) > 0
