"""Style embeddings: their views and blends, their bytes, and the bytes that are refused."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from style_transfer.features.losses import Moments
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.fast import embedding as embedding_module
from style_transfer.methods.fast.contrast import BANDS, band_contrast
from style_transfer.methods.fast.decoder import LEVELS
from style_transfer.methods.fast.embedding import (
    LARGEST,
    SMALLEST,
    StyleEmbedding,
    blend_embeddings,
)
from style_transfer.methods.fast.network import Painter
from style_transfer.methods.guide import grade_of
from tests.support.embeddings import plain_code, soft


def assert_same(one: dict[int, Moments], other: dict[int, Moments], tolerance: float = 0) -> None:
    for level in LEVELS:
        for name in ("mean", "covariance"):
            values = (getattr(each[level], name) for each in (one, other))
            torch.testing.assert_close(*values, rtol=tolerance, atol=tolerance)


class TestViews:
    def test_halves_the_side_from_view_to_view(self, code: StyleEmbedding) -> None:
        own = (400 * 300) ** 0.5
        torch.testing.assert_close(code.sides, torch.tensor([own / 2, own]))
        assert code.sides[0] >= SMALLEST

    @pytest.mark.parametrize("size", [(1, 1), (1, 300), (64, 64), (191, 191)])
    def test_has_one_view_of_a_small_picture(self, painter: Painter, size: tuple[int, int]) -> None:
        code = StyleEmbedding.from_picture(soft(1, *size), painter)
        assert len(code.sides) == 1
        assert all(code.means[level].isfinite().all() for level in LEVELS)

    def test_has_no_view_above_the_largest_side(
        self, painter: Painter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(embedding_module, "LARGEST", 200.0)
        code = StyleEmbedding.from_picture(soft(1, 800, 600), painter)
        assert code.sides.tolist() == [100, 200]
        assert LARGEST > 1024

    @pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "P", "1"])
    def test_accepts_pictures_of_any_mode(self, painter: Painter, mode: str) -> None:
        StyleEmbedding.from_picture(soft(1, 40, 30).convert(mode), painter)

    def test_holds_the_moments_of_each_level(self, code: StyleEmbedding, painter: Painter) -> None:
        for level in LEVELS:
            size = painter.live(level)
            assert code.means[level].shape == (2, size)
            assert code.covariances[level].shape == (2, size, size)


class TestSize:
    def test_gives_a_view_at_its_own_size(self, code: StyleEmbedding) -> None:
        for view, side in enumerate(code.sides.tolist()):
            seen = code.at(side)
            expected = {
                level: Moments(code.means[level][view], code.covariances[level][view])
                for level in LEVELS
            }
            assert_same(seen, expected, 1e-5)

    def test_gives_the_nearest_view_beyond_the_ends(self, code: StyleEmbedding) -> None:
        low, high = code.sides.tolist()
        assert_same(code.at(low / 8), code.at(low))
        assert_same(code.at(high * 8), code.at(high))

    def test_mixes_two_views_by_the_logarithm_of_the_size(self, code: StyleEmbedding) -> None:
        low, high = code.sides.tolist()
        between = code.at((low * high) ** 0.5)
        ends = code.at(low), code.at(high)
        mean = (ends[0][3].mean + ends[1][3].mean) / 2
        torch.testing.assert_close(between[3].mean, mean, rtol=1e-4, atol=1e-5)

    @settings(max_examples=20, deadline=None)
    @given(st.floats(1, 8000))
    def test_lies_between_two_views_at_any_size(self, side: float) -> None:
        code = plain_code(torch.tensor([100.0, 200.0, 400.0]))
        assert 0 <= code.at(side)[1].mean[0] <= 2

    def test_uses_the_marks_of_the_nearest_view(self) -> None:
        code = plain_code(torch.tensor([100.0, 200.0, 400.0]))
        sides = (0, 1, 100, 135, 145, 280, 290, 9000)
        views = [code.textons_at(side).keys[0, 0].item() for side in sides]
        assert views == [0, 0, 0, 0, 1, 1, 2, 2]

    def test_uses_all_views_in_turn(self) -> None:
        code = plain_code(torch.tensor([100.0, 200.0, 400.0]))
        sides = (50, 100, 150, 200, 300, 400, 800)
        values = [float(code.at(side)[1].mean[0]) for side in sides]
        assert values == sorted(values)
        assert values[1::2] == [0, 1, 2]


class TestContrast:
    def test_is_that_of_the_artwork_at_its_own_size(self, painter: Painter) -> None:
        code = StyleEmbedding.from_picture(soft(0, 256, 256), painter)
        whole = band_contrast(to_tensor(soft(0, 256, 256), painter.device))
        torch.testing.assert_close(code.contrast_at(256.0), whole, rtol=0, atol=1e-3)

    def test_lies_between_the_views(self) -> None:
        code = plain_code(torch.tensor([100.0, 200.0, 400.0]))
        assert code.contrast_at(50.0).tolist() == [0.0] * BANDS
        assert code.contrast_at(200.0 * 2**0.5)[0].item() == pytest.approx(1.5)
        assert code.contrast_at(900.0).tolist() == [2.0] * BANDS

    def test_is_kept_in_bytes(self, code: StyleEmbedding, painter: Painter) -> None:
        again = StyleEmbedding.from_bytes(code.to_bytes(), painter)
        assert torch.equal(again.contrasts, code.contrasts)


class TestGrade:
    def test_is_that_of_the_artwork(self, painter: Painter) -> None:
        artwork = soft(0, 256, 256)
        found = StyleEmbedding.from_picture(artwork, painter).grade
        wanted = grade_of(to_tensor(artwork, painter.device))
        torch.testing.assert_close(found.palette.mean, wanted.palette.mean, rtol=0, atol=1e-3)
        torch.testing.assert_close(found.tones, wanted.tones, rtol=0, atol=0.02)

    def test_is_kept_in_bytes(self, code: StyleEmbedding, painter: Painter) -> None:
        again = StyleEmbedding.from_bytes(code.to_bytes(), painter).grade
        assert torch.equal(again.tones, code.grade.tones)
        torch.testing.assert_close(again.palette.covariance, code.grade.palette.covariance)


class TestBlend:
    def test_is_that_style_for_one_style(self, code: StyleEmbedding) -> None:
        assert_same(blend_embeddings([code], [1.0], 250.0), code.at(250.0))

    def test_is_the_weighted_mean(self, code: StyleEmbedding, painter: Painter) -> None:
        other = StyleEmbedding.from_picture(soft(5), painter)
        mixed = blend_embeddings([code, other], [0.25, 0.75], 300.0)
        expected = 0.25 * code.at(300.0)[2].mean + 0.75 * other.at(300.0)[2].mean
        torch.testing.assert_close(mixed[2].mean, expected)

    def test_does_not_depend_on_the_order(self, code: StyleEmbedding, painter: Painter) -> None:
        other = StyleEmbedding.from_picture(soft(5), painter)
        one = blend_embeddings([code, other], [0.25, 0.75], 300.0)
        assert_same(one, blend_embeddings([other, code], [0.75, 0.25], 300.0), 1e-6)
