"""Contrast by band: it is measured, matched and blended."""

import pytest
import torch

from style_transfer.imaging import tensors
from style_transfer.methods.fast.contrast import (
    BANDS,
    band_contrast,
    blend_contrasts,
    match_contrast_,
)


def textured(seed: int, height: int = 96, width: int = 128, contrast: float = 0.1) -> torch.Tensor:
    """Make a picture with details of all scales around mid gray."""
    draw = torch.Generator().manual_seed(seed)
    picture = torch.full((1, 3, height, width), 0.5)
    for octave in range(BANDS):
        noise = torch.randn(1, 3, height >> octave, width >> octave, generator=draw)
        picture += contrast / BANDS * torch.nn.functional.interpolate(noise, (height, width))
    return picture.clamp(0, 1)


class TestBandContrast:
    def test_is_zero_for_a_picture_of_one_color(self) -> None:
        assert band_contrast(torch.full((1, 3, 32, 48), 0.4)).max() < 1e-6

    def test_finds_a_pattern_in_the_band_of_its_size(self) -> None:
        for band, period in ((0, 2), (1, 8), (2, 16)):
            columns = (torch.arange(128) // (period // 2) % 2).float()
            found = band_contrast(columns.expand(1, 3, 96, 128))
            assert int(found.argmax()) == band

    def test_measures_the_smallest_picture(self) -> None:
        assert band_contrast(textured(0, 16, 16)).shape == (BANDS,)


class TestMatchContrast:
    def test_gives_a_soft_picture_the_contrast_of_a_sharp_one(self) -> None:
        soft, crisp = textured(1, contrast=0.08), band_contrast(textured(2, contrast=0.14))
        matched = band_contrast(match_contrast_(soft.clone(), crisp))
        assert ((matched - crisp).abs() < (band_contrast(soft) - crisp).abs()).all()
        assert (matched / crisp).min() > 0.8

    def test_does_not_change_a_picture_with_that_contrast(self) -> None:
        picture = textured(3)
        same = match_contrast_(picture.clone(), band_contrast(picture))
        torch.testing.assert_close(same, picture, rtol=0, atol=1e-5)

    def test_changes_a_picture_by_the_given_share(self) -> None:
        soft, crisp = textured(4, contrast=0.08), band_contrast(textured(5, contrast=0.14))
        ways = [match_contrast_(soft.clone(), crisp, share) for share in (0.0, 0.5, 1.0)]
        torch.testing.assert_close(ways[0], soft, rtol=0, atol=1e-5)
        torch.testing.assert_close(ways[1], (ways[0] + ways[2]) / 2, rtol=0, atol=0.03)

    def test_keeps_the_mean_color(self) -> None:
        picture = textured(6, contrast=0.06)
        matched = match_contrast_(picture.clone(), 2 * band_contrast(picture))
        torch.testing.assert_close(matched.mean((2, 3)), picture.mean((2, 3)), rtol=0, atol=0.01)

    def test_adds_no_texture_to_a_flat_picture(self) -> None:
        flat = torch.full((1, 3, 32, 32), 0.6)
        matched = match_contrast_(flat.clone(), torch.full((BANDS,), 0.2))
        torch.testing.assert_close(matched, flat, rtol=0, atol=1e-5)

    def test_amplifies_a_hard_edge_less_than_a_faint_one(self) -> None:
        picture = torch.full((1, 3, 64, 128), 0.4)
        picture[..., 32:] += 0.03
        picture[..., 96:] += 0.3
        wanted = 2.5 * band_contrast(picture)
        matched = match_contrast_(picture.clone(), wanted)
        overshoot = [(matched - picture)[..., at - 8 : at + 8].abs().max() for at in (32, 96)]
        assert overshoot[1] / 0.3 < 0.6 * overshoot[0] / 0.03

    def test_makes_a_soft_edge_steeper_without_a_rim(self) -> None:
        soft = torch.linspace(-24, 24, 96).sigmoid().mul(0.6).add(0.2).expand(1, 3, 64, 96).clone()
        crisp = torch.full((1, 3, 64, 96), 0.2)
        crisp[..., 48:] = 0.8
        matched = match_contrast_(soft.clone(), band_contrast(crisp))
        assert matched.diff(dim=-1).max() > 1.3 * soft.diff(dim=-1).max()
        rim = max(soft.min() - matched.min(), matched.max() - soft.max())
        assert rim < 0.08 * (soft.max() - soft.min())

    def test_gives_the_same_picture_in_any_bands_of_rows(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        soft, crisp = textured(8, contrast=0.05), band_contrast(textured(9, contrast=0.14))
        whole = match_contrast_(soft.clone(), crisp)
        monkeypatch.setattr(tensors, "_AT_ONCE", 7 * soft.shape[3])
        torch.testing.assert_close(match_contrast_(soft.clone(), crisp), whole, rtol=0, atol=0)

    def test_stays_within_bounds(self) -> None:
        picture = textured(7, contrast=0.9)
        matched = match_contrast_(picture, torch.full((BANDS,), 5.0))
        assert matched.isfinite().all()
        assert 0 <= matched.min() <= matched.max() <= 1

    def test_adds_no_lattice(self) -> None:
        """A slope that is amplified shows no period of 2, 4 or 8 pixels."""
        slope = torch.linspace(0.2, 0.8, 256).expand(1, 3, 64, 256).clone()
        slope += 0.02 * torch.sin(torch.arange(256) / 9.0)
        matched = match_contrast_(slope.clone(), 2.5 * band_contrast(slope))
        row = (matched - slope)[0, 0, 32, 32:224]
        spectrum = torch.fft.rfft(row - row.mean()).abs()
        assert spectrum[24:].max() < 0.05 * spectrum.max()


@pytest.mark.parametrize("weights", [(0.25, 0.75), (1.0, 0.0)])
def test_blends_by_weight(weights: tuple[float, float]) -> None:
    one, other = torch.full((BANDS,), 0.1), torch.full((BANDS,), 0.3)
    expected = 0.1 * weights[0] + 0.3 * weights[1]
    torch.testing.assert_close(blend_contrasts([one, other], weights)[0].item(), expected)
