"""The method optimize with a small untrained network: properties that hold for any features."""

import time

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from style_transfer.core.spec import TransferSpec
from style_transfer.features.builtin import FeatureNet
from style_transfer.imaging.color import palette_of
from style_transfer.methods.frame import Artwork, Frame
from style_transfer.methods.optimize import schedule as optimize
from style_transfer.methods.optimize.schedule import paint, plan_for


def soft(seed: int, height: int = 40, width: int = 56) -> Tensor:
    """Make soft random colors (1, 3, height, width), as smooth as a photo."""
    generator = torch.Generator().manual_seed(seed)
    small = torch.rand(1, 3, 6, 6, generator=generator)
    return torch.nn.functional.interpolate(small, (height, width), mode="bicubic").clamp(0, 1)


def run(features: FeatureNet, spec: TransferSpec, photo: Tensor | None = None) -> list[Frame]:
    artworks = [Artwork(soft(8, 48, 48), 1.0)]
    return list(paint(soft(0) if photo is None else photo, artworks, spec, features))


def result(features: FeatureNet, spec: TransferSpec, photo: Tensor | None = None) -> Tensor:
    image = run(features, spec, photo)[-1].image
    assert image is not None
    return image


class TestPlan:
    @given(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 400))
    def test_distributes_exactly_the_requested_steps(
        self, width: int, height: int, steps: int
    ) -> None:
        plan = plan_for(width, height, steps)
        assert plan.total == steps
        assert all(count >= 1 for _, count in plan.layings)
        assert plan.layings[-1][0] == (width, height)
        assert plan.descents >= 0

    def test_paints_strokes_from_coarse_to_fine(self) -> None:
        plan = plan_for(512, 384, 40)
        assert [size[0] for size, _ in plan.layings] == [128, 181, 256, 362, 512]
        assert plan.descents == 25

    def test_skips_the_coarse_sizes_when_steps_are_few(self) -> None:
        assert plan_for(512, 384, 1).layings == (((512, 384), 1),)
        assert [size for size, _ in plan_for(512, 384, 5).layings] == [(362, 272), (512, 384)]

    def test_continues_with_the_sizes_above_the_current_one(self) -> None:
        plan = plan_for(512, 384, 40, (256, 192))
        assert [size[0] for size, _ in plan.layings] == [362, 512]
        assert plan.total == 40

    def test_only_optimizes_once_all_strokes_are_painted(self) -> None:
        plan = plan_for(512, 384, 40, (512, 384))
        assert plan.layings == ()
        assert plan.descents == 40

    def test_uses_many_steps_for_optimization(self) -> None:
        assert plan_for(512, 384, 400).descents == 385


class TestFrames:
    def test_counts_every_step_and_ends_with_the_picture(self, features: FeatureNet) -> None:
        frames = run(features, TransferSpec(steps=4))
        assert [frame.done for frame in frames[:-1]] == [1, 2, 3, 4]
        assert {frame.total for frame in frames} == {4}
        assert frames[-1].done == 4
        assert frames[-1].image is not None
        assert frames[-1].image.shape == (1, 3, 40, 56)

    def test_shows_a_preview_when_it_is_due(
        self, features: FeatureNet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(optimize, "_PREVIEW_SECONDS", -1)
        frames = run(features, TransferSpec(steps=4))
        assert all(frame.image is not None for frame in frames[:3])

    def test_skips_previews_that_would_come_too_fast(
        self, features: FeatureNet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(optimize, "_PREVIEW_SECONDS", 3600)
        frames = run(features, TransferSpec(steps=4))
        assert all(frame.image is None for frame in frames[:-1])

    def test_returns_to_the_caller_after_each_step(self, features: FeatureNet) -> None:
        frames = paint(soft(0), [Artwork(soft(1), 1.0)], TransferSpec(steps=2000), features)
        begun = time.process_time()  # other work on the machine does not count
        for _ in range(3):
            next(frames)
        assert time.process_time() - begun < 20


class TestContinue:
    def test_keeps_the_picture_of_each_step(self, features: FeatureNet) -> None:
        frames = run(features, TransferSpec(steps=4))
        assert all(frame.kept is not None for frame in frames)
        kept, image = frames[-1].kept, frames[-1].image
        assert kept is not None
        assert image is not None
        assert torch.equal(kept.show(kept.picture), image)

    def test_separates_the_painting_from_the_blended_photo(self, features: FeatureNet) -> None:
        photo = soft(0)
        kept = run(features, TransferSpec(steps=3, strength=0.1), photo)[-1].kept
        assert kept is not None
        shown = kept.show(kept.picture)
        assert (shown - photo).abs().mean() < 0.5 * (kept.picture - photo).abs().mean()

    def test_starts_from_the_given_painting(self, features: FeatureNet) -> None:
        photo, begun = soft(0), soft(5)
        artworks = [Artwork(soft(8, 48, 48), 1.0)]
        first = next(paint(photo, artworks, TransferSpec(steps=3), features, begun))
        assert first.kept is not None
        assert (first.kept.picture - begun).abs().mean() < 0.05


class TestPicture:
    @settings(max_examples=8, deadline=None)
    @given(st.integers(1, 40), st.integers(1, 40))
    def test_has_the_size_of_the_photo_and_valid_values(self, height: int, width: int) -> None:
        features = _features()
        image = result(features, TransferSpec(steps=2), soft(3, height, width))
        assert image.shape == (1, 3, height, width)
        assert image.isfinite().all()
        assert image.min() >= 0
        assert image.max() <= 1

    def test_is_the_same_for_the_same_seed(self, features: FeatureNet) -> None:
        spec = TransferSpec(steps=4, seed=3)
        assert torch.equal(result(features, spec), result(features, spec))

    def test_is_different_for_another_seed(self, features: FeatureNet) -> None:
        # The seed matters only for an artwork with more patches than the bank holds.
        photo, artworks = soft(0, 110, 130), [Artwork(soft(8, 160, 160), 1.0)]
        first, second = (
            list(paint(photo, artworks, TransferSpec(steps=2, seed=seed), features))[-1].image
            for seed in (0, 1)
        )
        assert first is not None
        assert second is not None
        assert not torch.equal(first, second)

    def test_is_the_photo_at_strength_0(self, features: FeatureNet) -> None:
        photo = soft(0)
        assert torch.equal(result(features, TransferSpec(steps=2, strength=0), photo), photo)

    def test_does_not_change_its_inputs(self, features: FeatureNet) -> None:
        photo, artwork = soft(0), soft(1)
        before = photo.clone(), artwork.clone()
        list(paint(photo, [Artwork(artwork, 1.0)], TransferSpec(steps=3), features))
        assert torch.equal(photo, before[0])
        assert torch.equal(artwork, before[1])

    def test_takes_the_colors_of_the_artwork(self, features: FeatureNet) -> None:
        photo, artwork = soft(0), soft(8, 48, 48)
        wanted = palette_of(artwork).mean
        got = palette_of(result(features, TransferSpec(steps=8), photo)).mean
        assert (got - wanted).norm() < 0.4 * (palette_of(photo).mean - wanted).norm() + 0.03

    def test_is_nearer_to_the_photo_at_less_strength(self, features: FeatureNet) -> None:
        photo = soft(0)
        away = [
            (result(features, TransferSpec(steps=8, strength=strength), photo) - photo).abs().mean()
            for strength in (0.05, 0.5, 1.0)
        ]
        assert away[0] < away[1] < away[2] + 0.02

    def test_paints_from_flat_and_black_pictures(self, features: FeatureNet) -> None:
        for value in (0.0, 0.5, 1.0):
            flat = torch.full((1, 3, 24, 24), value)
            frames = list(paint(flat, [Artwork(flat, 1.0)], TransferSpec(steps=3), features))
            image = frames[-1].image
            assert image is not None
            assert image.isfinite().all()

    def test_follows_the_brush_size(self, features: FeatureNet) -> None:
        fine, broad = (
            result(features, TransferSpec(steps=4, style_scale=scale)) for scale in (0.25, 1.0)
        )
        assert not torch.equal(fine, broad)

    def test_blends_several_artworks(self, features: FeatureNet) -> None:
        artworks = [Artwork(soft(8, 48, 48), 0.5), Artwork(soft(9, 30, 60), 0.5)]
        *_, last = paint(soft(0), artworks, TransferSpec(steps=4), features)
        assert last.image is not None
        assert last.image.isfinite().all()


def _features() -> FeatureNet:
    from style_transfer.features.vgg import LAYERS, SlimVGG

    network = SlimVGG((2, 2, 2, 2, 2))
    return FeatureNet(network, {name: torch.ones(2) for name in LAYERS})
