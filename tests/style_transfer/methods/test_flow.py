"""Noise along lines: how much of it suits an artwork, where lines run, and what is spared."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from style_transfer.imaging import tensors
from style_transfer.methods.flow import find_lines, noise_along, spare, stroke_contrast
from style_transfer.methods.patch_bank import PATCH
from style_transfer.methods.patches import draw_patches


def waves(angle: float, side: int = 96) -> Tensor:
    """Make a picture of soft lines that run at an angle, in degrees from the horizontal."""
    rows, columns = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    across = math.radians(angle + 90)
    place = columns * math.cos(across) + rows * math.sin(across)
    return (0.5 + 0.3 * torch.sin(place * 0.9)).expand(1, 3, side, side).contiguous()


def contrast_of(artwork: Tensor) -> float:
    drawn = draw_patches(artwork, PATCH, 1500, torch.Generator().manual_seed(0))
    return stroke_contrast(drawn, PATCH)


def draw(lines: Tensor, side: int = 96) -> Tensor:
    return noise_along(lines, side, side, torch.Generator().manual_seed(1))


def likeness(noise: Tensor, down: int, across: int) -> float:
    """Compare noise (1, 1, H, W) with itself, moved: 1 if it is the same."""
    moved = noise.roll((down, across), (2, 3))[..., 12:-12, 12:-12]
    kept = noise[..., 12:-12, 12:-12]
    return float((moved * kept).mean() / kept.square().mean())


class TestStrokeContrast:
    def test_is_high_for_strokes(self) -> None:
        assert 0.1 < contrast_of(waves(30)) < 0.4

    def test_is_zero_for_dots(self) -> None:
        dots = waves(0) + waves(90) - 0.5
        assert contrast_of(dots) == 0

    def test_is_low_for_lines_on_white_paper(self) -> None:
        paper = torch.ones(1, 3, 96, 96)
        paper[..., ::16, :] = 0
        assert contrast_of(paper) < 0.01

    def test_is_zero_for_one_color(self) -> None:
        assert contrast_of(torch.full((1, 3, 40, 40), 0.3)) == 0


class TestLines:
    @pytest.mark.parametrize("angle", [0, 30, 90, 135])
    def test_run_as_those_of_the_picture(self, angle: float) -> None:
        found = find_lines(waves(angle))[..., 10:-10, 10:-10].mean((0, 2, 3))  # (2,)
        # Twice the angle is the same for both directions of a line.
        wanted = torch.tensor(
            [math.cos(2 * math.radians(angle)), math.sin(2 * math.radians(angle))]
        )
        torch.testing.assert_close(found / found.norm(), wanted, atol=0.1, rtol=0)

    def test_fill_flat_places_from_what_is_around(self) -> None:
        picture = waves(0)
        picture[..., 32:64, 32:64] = 0.5
        middle = find_lines(picture)[0, :, 48, 48]
        assert middle[0] > 5 * middle[1].abs()

    def test_are_level_where_nothing_shows_a_direction(self) -> None:
        flat = find_lines(torch.full((1, 3, 40, 60), 0.4))
        assert torch.equal(flat[:, 1], torch.zeros_like(flat[:, 1]))
        assert (flat[:, 0] > 0).all()

    def test_are_found_in_a_very_long_picture(self) -> None:
        long = waves(90)[..., :32].repeat(1, 1, 60, 1)  # 32 x 5760 pixels
        found = find_lines(long)[..., 40:-40, 4:-4].mean((0, 2, 3))
        assert found[0] < -5 * found[1].abs()

    @settings(max_examples=12, deadline=None)
    @given(st.integers(1, 70), st.integers(1, 70))
    def test_are_found_at_any_size(self, height: int, width: int) -> None:
        lines = find_lines(torch.rand(1, 3, height, width))
        noise = noise_along(lines, height, width, torch.Generator().manual_seed(0))
        assert noise.shape == (1, 1, height, width)
        assert noise.isfinite().all()


class TestNoise:
    def test_runs_along_the_lines(self) -> None:
        level, upright = draw(find_lines(waves(0))), draw(find_lines(waves(90)))
        assert likeness(level, 0, 8) > likeness(level, 8, 0) + 0.2
        assert likeness(upright, 8, 0) > likeness(upright, 0, 8) + 0.2

    def test_has_a_contrast_near_one(self) -> None:
        assert 0.8 < draw(find_lines(torch.rand(1, 3, 96, 96))).std() < 1.2

    def test_does_not_depend_on_the_bands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lines = find_lines(waves(30))
        whole = draw(lines)
        monkeypatch.setattr(tensors, "_AT_ONCE", 200)
        torch.testing.assert_close(draw(lines), whole)


class TestSparing:
    def test_spares_busy_places_and_faces(self) -> None:
        share = torch.tensor([[[[0.1, 0.2, 0.6, 0.9]]]])
        face = torch.tensor([[[[0.0, 1.0, 0.0, 0.0]]]])
        flat, kept, busy, busiest = spare(share, face).flatten().tolist()
        assert flat == 0
        assert kept > 0.8
        assert 0 < busy < busiest < 1
        assert spare(share, None).flatten()[1] == 0
