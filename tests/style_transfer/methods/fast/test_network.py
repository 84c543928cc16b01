"""The any-style network: units, affine maps, precision, and gradients."""

import copy
import hashlib
import shutil
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from torch import Tensor

from style_transfer.core import manifest
from style_transfer.core.errors import ModelMissingError
from style_transfer.core.manifest import Card, write_card
from style_transfer.features.builtin import FeatureNet
from style_transfer.features.losses import Moments
from style_transfer.features.vgg import TAPS
from style_transfer.methods.fast.decoder import COLORS, LEVELS, STRIDE, Decoder, with_colors
from style_transfer.methods.fast.decoder_pass import LevelBlend, paint_whole, run_stages
from style_transfer.methods.fast.network import Painter, apply_map, load_painter

WHOLE = LevelBlend((1.0,) * 5, (0.0,) * 5)
SHAPES = LevelBlend((1.0,) * 4, (0.0,) * 4)
CPU = torch.device("cpu")
TINY = Decoder((4, 4, 6, 6, 6)).state_dict()


@pytest.fixture
def photo() -> Tensor:
    return soft(3, 4, 6)


@pytest.fixture
def wanted(painter: Painter) -> dict[int, Moments]:
    return moments(painter, soft(4, 4, 4))


def soft(seed: int, height: int, width: int) -> Tensor:
    """Make soft random colors (1, 3, 16 * height, 16 * width)."""
    small = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))
    size = (STRIDE * height, STRIDE * width)
    return torch.nn.functional.interpolate(small, size, mode="bicubic").clamp(0, 1)


@torch.no_grad()
def moments(painter: Painter, picture: Tensor) -> dict[int, Moments]:
    levels = painter.encode(picture)
    return {level: painter.measure(level, levels[level]) for level in LEVELS}


def test_starts_a_blend_at_the_level_of_its_last_values() -> None:
    assert WHOLE.deepest == 5
    assert SHAPES.deepest == 4
    assert LevelBlend((1.0,), (0.5,)).deepest == 1


class TestEncode:
    def test_encodes_levels_with_colors_down_to_a_depth(
        self, painter: Painter, photo: Tensor
    ) -> None:
        whole = painter.encode(photo)
        expected = with_colors(painter.encoder(photo, TAPS), photo)
        assert list(whole) == [1, 2, 3, 4, 5]
        assert all(torch.equal(whole[level], expected[level]) for level in whole)
        assert list(painter.encode(photo, 2)) == [1, 2]
        some = painter.encode(photo, 4, above=2)
        assert list(some) == [3, 4]
        assert all(torch.equal(maps, whole[level]) for level, maps in some.items())

    def test_keeps_colors_in_full_precision(self, painter: Painter, photo: Tensor) -> None:
        exact = painter.encode(photo)
        painter.halved = True
        for level, maps in painter.encode(photo).items():
            assert maps.dtype == torch.float32
            assert torch.equal(maps[:, -COLORS:], exact[level][:, -COLORS:])


class TestMeasure:
    def test_measures_in_units_of_the_channel_scale(self, painter: Painter, photo: Tensor) -> None:
        maps = painter.encode(photo)[2]
        found = painter.measure(2, maps)
        spread = torch.cat([painter.encoder.channel_scale["relu2_1"], torch.full((3,), 0.25)])
        scaled = maps[0].flatten(1) / spread[:, None]
        live = painter.get_buffer("live2")
        torch.testing.assert_close(found.mean[0], scaled.mean(1)[live])
        expected = torch.cov(scaled, correction=0)[live][:, live]
        torch.testing.assert_close(found.covariance[0], expected, rtol=1e-4, atol=1e-5)

    def test_omits_channels_that_never_vary(self, features: FeatureNet) -> None:
        features.channel_scale["relu3_1"] = torch.tensor([1.0, 0.0, 1.0, 1.0, 1e-3, 1.0])
        painter = Painter(features, Decoder((4, 4, 6, 6, 6)))
        assert painter.live(3) == 4 + COLORS
        assert painter.live(2) <= 4 + COLORS
        assert painter.measure(3, torch.rand(1, 9, 8, 8)).mean.shape == (1, 4 + COLORS)

    def test_returns_the_standard_deviation_of_the_measured_colors(self, painter: Painter) -> None:
        pictures = torch.cat([soft(3, 4, 4), soft(4, 4, 4)])
        spread = painter.color_std(painter.measure(1, painter.encode(pictures, 1)[1]))
        expected = pictures.flatten(2).var(2, correction=0).sum(1).sqrt()
        torch.testing.assert_close(spread, expected, rtol=1e-3, atol=1e-4)


class TestAffineMap:
    @pytest.mark.parametrize("level", LEVELS)
    def test_moves_a_level_to_the_wanted_moments(self, painter: Painter, level: int) -> None:
        torch.manual_seed(5)
        # Enough positions to make the channels independent, so that no gain exceeds the limit.
        maps = torch.rand(1, painter.decoder.width(level), 24, 24)
        scale = painter.encoder.channel_scale[TAPS[level - 1]].clamp_min(0.05)
        maps[:, :-COLORS] *= 4 * scale[:, None, None]
        own = painter.measure(level, maps)
        goal = Moments(own.mean + 0.3, 1.5 * own.covariance)
        moved = apply_map(maps, painter.affine_map(level, own, goal, 1.0))
        found = painter.measure(level, moved)
        torch.testing.assert_close(found.mean, goal.mean, atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(found.covariance, goal.covariance, atol=2e-2, rtol=2e-2)

    def test_interpolates_by_the_pull(
        self, painter: Painter, photo: Tensor, wanted: dict[int, Moments]
    ) -> None:
        maps = painter.encode(photo)[3]
        own = painter.measure(3, maps)
        still, half, whole = (
            apply_map(maps, painter.affine_map(3, own, wanted[3], pull)) for pull in (0.0, 0.5, 1.0)
        )
        torch.testing.assert_close(still, maps, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(half, (maps + whole) / 2, atol=1e-4, rtol=1e-4)

    def test_is_exactly_the_same_in_any_batch(
        self, painter: Painter, wanted: dict[int, Moments]
    ) -> None:
        torch.manual_seed(6)
        maps = torch.rand(3, painter.decoder.width(3), 16, 16)
        together = painter.affine_map(3, painter.measure(3, maps), wanted[3], 1.0)
        for index, each in enumerate(torch.split(maps, 1)):
            alone = painter.affine_map(3, painter.measure(3, each), wanted[3], 1.0)
            assert torch.equal(together[0][index], alone[0][0])
            assert torch.equal(together[1][index], alone[1][0])

    def test_does_not_change_dead_channels(self, features: FeatureNet) -> None:
        features.channel_scale["relu3_1"] = torch.tensor([1.0, 0.0, 1.0, 1.0, 1.0, 1.0])
        painter = Painter(features, Decoder((4, 4, 6, 6, 6)))
        maps, other = torch.rand(2, 1, 9, 8, 8)
        affine_map = painter.affine_map(3, painter.measure(3, maps), painter.measure(3, other), 1.0)
        moved = apply_map(maps, affine_map)
        torch.testing.assert_close(moved[:, 1], maps[:, 1])
        assert not torch.allclose(moved[:, 0], maps[:, 0])

    def test_applies_maps_to_channels(self) -> None:
        maps = torch.rand(2, 3, 4, 5)
        matrix, shift = torch.rand(2, 3, 3), torch.rand(2, 3)
        moved = apply_map(maps, (matrix, shift))
        assert moved.shape == maps.shape
        pixel = matrix[1] @ maps[1, :, 2, 3] + shift[1]
        torch.testing.assert_close(moved[1, :, 2, 3], pixel)

    def test_gives_a_picture_the_colors_of_an_artwork(
        self, painter: Painter, photo: Tensor, wanted: dict[int, Moments]
    ) -> None:
        moved = apply_map(photo, painter.color_map(photo, wanted[1], 1.0))
        mean = moved.mean((0, 2, 3)) / 0.25
        torch.testing.assert_close(mean, wanted[1].mean[0, -COLORS:], atol=0.02, rtol=0.02)
        still = apply_map(photo, painter.color_map(photo, wanted[1], 0.0))
        torch.testing.assert_close(still, photo, atol=1e-5, rtol=0)

    @pytest.mark.parametrize("level", LEVELS)
    def test_applies_the_map_while_it_decodes(
        self, painter: Painter, photo: Tensor, wanted: dict[int, Moments], level: int
    ) -> None:
        maps = painter.encode(photo)[level]
        affine_map = painter.affine_map(level, painter.measure(level, maps), wanted[level], 0.7)
        expected = painter.decoder.decode_level(level, apply_map(maps, affine_map))
        if level == 2:  # decode_level computes only the colors of level 1
            expected = expected[:, -COLORS:]
        torch.testing.assert_close(
            painter.decode_level(level, maps, affine_map), expected, atol=1e-3, rtol=1e-3
        )


class TestPaint:
    def test_paints_in_the_size_of_the_photo(
        self, painter: Painter, photo: Tensor, wanted: dict[int, Moments]
    ) -> None:
        painted = paint_whole(painter, photo, wanted, WHOLE)
        assert painted.shape == photo.shape
        assert painted.isfinite().all()
        assert (painted - photo).abs().mean() > 0.01

    def test_reaches_the_wanted_colors(
        self, painter: Painter, photo: Tensor, wanted: dict[int, Moments]
    ) -> None:
        painted = paint_whole(painter, photo, wanted, WHOLE)
        colors = wanted[1].mean[0, -COLORS:] * 0.25
        torch.testing.assert_close(painted.mean((0, 2, 3)), colors, atol=0.05, rtol=0)

    def test_returns_the_photo_if_all_content_is_kept(
        self, painter: Painter, photo: Tensor, wanted: dict[int, Moments]
    ) -> None:
        torch.nn.init.zeros_(painter.decoder.level1.paint.weight)
        painted = paint_whole(painter, photo, wanted, LevelBlend((0.0,) * 5, (1.0,) * 5))
        torch.testing.assert_close(painted, photo, atol=1e-5, rtol=0)

    def test_paints_nearly_the_same_in_half_precision(self, photo: Tensor) -> None:
        # Use the shipped network: an untrained network amplifies rounding errors.
        exact, halved = copy.copy(load_painter(CPU)), copy.copy(load_painter(CPU))
        exact.halved, halved.halved = False, True
        wanted = moments(exact, soft(4, 4, 4))
        with torch.no_grad():
            one, other = (paint_whole(each, photo, wanted, SHAPES) for each in (exact, halved))
        assert other.dtype == torch.float32
        assert not torch.equal(one, other)
        assert (one - other).abs().mean() < 0.005

    def test_decodes_level_by_level(
        self, painter: Painter, photo: Tensor, wanted: dict[int, Moments]
    ) -> None:
        *stages, last = run_stages(painter, photo, wanted, SHAPES)
        assert [each.level for each in (*stages, last)] == [4, 3, 2, 1]
        for level, maps, affine_map, decoded in stages:
            assert maps.shape[1] == painter.decoder.width(level)
            assert decoded is not None
            assert torch.equal(decoded, painter.decode_level(level, maps, affine_map))
        assert last.maps.shape == photo.shape
        assert last.decoded is None
        painted = apply_map(last.maps, last.affine_map)
        assert torch.equal(painted, paint_whole(painter, photo, wanted, SHAPES))

    def test_paints_a_batch_like_one_by_one(self, painter: Painter, photo: Tensor) -> None:
        artworks = [moments(painter, soft(seed, 4, 4)) for seed in (6, 7)]
        both = {
            level: Moments(
                torch.cat([each[level].mean for each in artworks]),
                torch.cat([each[level].covariance for each in artworks]),
            )
            for level in LEVELS
        }
        photos = torch.cat([photo, photo.flip(3)])
        together = paint_whole(painter, photos, both, WHOLE)
        for index, artwork in enumerate(artworks):
            alone = paint_whole(painter, photos[index : index + 1], artwork, WHOLE)
            torch.testing.assert_close(together[index : index + 1], alone, atol=1e-3, rtol=0)

    def test_returns_a_copy_in_full_precision(self, painter: Painter) -> None:
        painter.halved = True
        exact = painter.in_full()
        assert (exact.halved, exact.stored) == (False, torch.float32)
        assert (painter.halved, painter.stored) == (True, torch.float16)
        assert exact.decoder is painter.decoder


class TestGradients:
    def test_reach_the_decoder(
        self, painter: Painter, photo: Tensor, wanted: dict[int, Moments]
    ) -> None:
        painter.decoder.requires_grad_(True)
        paint_whole(painter, photo, wanted, WHOLE).square().mean().backward()
        blocks = {name.split(".")[0] for name, each in painter.decoder.named_parameters()}
        assert blocks == {f"level{level}" for level in LEVELS}
        for name, parameter in painter.decoder.named_parameters():
            # Painting ends with the colors of level 1; only reconstruction corrects them.
            reached = parameter.grad is not None and bool(parameter.grad.abs().sum() > 0)
            assert reached != name.startswith("level1."), name

    def test_do_not_pass_through_the_affine_maps(self, painter: Painter, photo: Tensor) -> None:
        picture = soft(8, 4, 4).requires_grad_()
        levels = painter.encode(picture)
        wanted = {level: painter.measure(level, levels[level]) for level in LEVELS}
        assert wanted[1].mean.requires_grad
        painter.decoder.requires_grad_(True)
        photo.requires_grad_()
        paint_whole(painter, photo, wanted, WHOLE).square().mean().backward()
        assert picture.grad is None
        assert photo.grad is None


class TestLoading:
    def test_loads_the_shipped_weights_once_per_process(self) -> None:
        painter = load_painter(CPU)
        assert load_painter(CPU) is painter
        assert painter.device == CPU
        assert not painter.training
        assert not any(parameter.requires_grad for parameter in painter.parameters())
        assert painter.sha256 == manifest.find_card("builtin")[1].sha256

    def test_takes_at_most_half_a_second(self) -> None:
        load_painter(CPU)
        begun = time.process_time()  # other work on the machine does not count
        load_painter.__wrapped__(CPU)
        assert time.process_time() - begun < 0.5

    def test_draws_no_random_numbers(self) -> None:
        torch.manual_seed(1)
        expected = torch.rand(1)
        torch.manual_seed(1)
        load_painter.__wrapped__(CPU)
        assert torch.equal(torch.rand(1), expected)

    @pytest.mark.parametrize(
        "state",
        [
            {"center1": torch.zeros(1)},
            {f"center{level}": torch.zeros(7) for level in LEVELS},
            {name: each for name, each in TINY.items() if name != "level1.paint.bias"},
            TINY,
        ],
        ids=["another-layout", "no-blocks", "one-missing", "of-another-encoder"],
    )
    def test_refuses_weights_that_do_not_fit(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: dict[str, Tensor]
    ) -> None:
        for path in manifest.SHIPPED.glob("*"):
            shutil.copy(path, tmp_path)
        monkeypatch.setattr(manifest, "SHIPPED", tmp_path)
        content = save(state)
        (tmp_path / "fast.safetensors").write_bytes(content)
        card = Card("fast.safetensors", hashlib.sha256(content).hexdigest(), "MIT", "here")
        write_card(tmp_path, "fast", card)
        with pytest.raises(ModelMissingError, match="fast do not fit"):
            load_painter.__wrapped__(CPU)

    def test_names_missing_weights(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(manifest, "SHIPPED", tmp_path)
        monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
        with pytest.raises(ModelMissingError, match="fast are not installed"):
            load_painter.__wrapped__(CPU)


class TestLimitLumaShift:
    @staticmethod
    def lightness(painter: Painter, shade: float, wanted: float) -> float:
        """Return the limited target luma in [0, 1] for a gray photo and a gray artwork."""
        artwork, photo = (torch.full((1, 3, 32, 32), each) for each in (wanted, shade))
        eased = painter.limit_luma_shift(moments(painter, artwork), photo)
        means = [float(each.mean[:, -COLORS:].mean()) * 0.25 for each in eased.values()]
        assert means == pytest.approx([means[0]] * len(means), abs=1e-4)
        return means[0]

    def test_allows_a_small_change_of_luma(self, painter: Painter) -> None:
        assert self.lightness(painter, 0.5, 0.55) == pytest.approx(0.55, abs=1e-4)
        assert self.lightness(painter, 0.5, 0.43) == pytest.approx(0.43, abs=1e-4)

    def test_limits_a_large_change_of_luma(self, painter: Painter) -> None:
        assert 0.2 < self.lightness(painter, 0.5, 0.05) < 0.35
        assert 0.65 < self.lightness(painter, 0.5, 0.95) < 0.8

    def test_changes_only_the_lightness(self, painter: Painter, photo: Tensor) -> None:
        wanted = moments(painter, photo * 0.2)
        eased = painter.limit_luma_shift(wanted, photo)
        for level, before in wanted.items():
            change = eased[level].mean - before.mean
            assert not change[:, :-COLORS].any()
            assert float(change[:, -COLORS:].std()) < 1e-5
            assert torch.equal(eased[level].covariance, before.covariance)

    def test_measures_bytes_like_floats(self, painter: Painter, photo: Tensor) -> None:
        wanted = moments(painter, photo * 0.2)
        stored = (photo * 255).round().byte()
        exact, rough = (
            painter.limit_luma_shift(wanted, photo),
            painter.limit_luma_shift(wanted, stored),
        )
        assert torch.allclose(exact[3].mean, rough[3].mean, atol=0.01)

    def test_treats_each_photo_of_a_batch_like_a_single_photo(
        self, painter: Painter, photo: Tensor
    ) -> None:
        wanted = moments(painter, photo * 0.1)
        both = painter.limit_luma_shift(wanted, torch.cat([photo, 1 - photo]))
        for row, each in enumerate((photo, 1 - photo)):
            alone = painter.limit_luma_shift(wanted, each)
            assert torch.equal(both[2].mean[row : row + 1], alone[2].mean)
