"""The method optimize with patches of small artworks: properties that hold for any of them."""

import time
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from style_transfer.core.spec import TransferSpec
from style_transfer.imaging.color import palette_of
from style_transfer.methods.fast.contrast import band_contrast
from style_transfer.methods.frame import Frame
from style_transfer.methods.guide import ColorGrade, blend_grades, grade_of
from style_transfer.methods.optimize import schedule as optimize
from style_transfer.methods.optimize.schedule import paint, plan_for
from style_transfer.methods.patch_bank import PatchBank


def soft(seed: int, height: int = 40, width: int = 56) -> Tensor:
    """Make soft random colors (1, 3, height, width), as smooth as a photo."""
    generator = torch.Generator().manual_seed(seed)
    small = torch.rand(1, 3, 6, 6, generator=generator)
    return torch.nn.functional.interpolate(small, (height, width), mode="bicubic").clamp(0, 1)


class Styles:
    """Artworks that look the same at every side, in equal shares; it records the sides."""

    def __init__(self, *artworks: Tensor) -> None:
        self._artworks = artworks or (soft(8, 48, 48),)
        self._share = 1 / len(self._artworks)
        self.sides: list[float] = []

    def patches_at(self, side: float) -> Sequence[Tensor]:
        self.sides.append(side)
        return [PatchBank.from_picture(each).patches(self._share) for each in self._artworks]

    def contrast_at(self, _side: float) -> Tensor:
        return torch.stack([band_contrast(each) for each in self._artworks]).mean(0)

    def grade(self) -> ColorGrade:
        shares = [self._share] * len(self._artworks)
        return blend_grades([grade_of(each) for each in self._artworks], shares)


def run(spec: TransferSpec, photo: Tensor | None = None, *artworks: Tensor) -> list[Frame]:
    return list(paint(soft(0) if photo is None else photo, Styles(*artworks), spec))


def result(spec: TransferSpec, photo: Tensor | None = None, *artworks: Tensor) -> Tensor:
    image = run(spec, photo, *artworks)[-1].image
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

    def test_paints_strokes_from_coarse_to_fine(self) -> None:
        plan = plan_for(512, 384, 12)
        assert [size[0] for size, _ in plan.layings] == [128, 181, 256, 362, 512]
        assert [count for _, count in plan.layings] == [3, 3, 2, 2, 2]

    def test_skips_the_coarse_sizes_when_steps_are_few(self) -> None:
        assert plan_for(512, 384, 1).layings == (((512, 384), 1),)
        assert [size for size, _ in plan_for(512, 384, 2).layings] == [(362, 272), (512, 384)]

    def test_continues_with_the_sizes_above_the_current_one(self) -> None:
        plan = plan_for(512, 384, 12, (256, 192))
        assert [size[0] for size, _ in plan.layings] == [362, 512]
        assert plan.total == 12

    def test_continues_at_the_full_size_once_it_is_reached(self) -> None:
        assert plan_for(512, 384, 12, (512, 384)).layings == (((512, 384), 12),)


class TestFrames:
    def test_counts_every_step_and_ends_with_the_picture(self) -> None:
        frames = run(TransferSpec(steps=4))
        assert [frame.done for frame in frames[:-1]] == [1, 2, 3, 4]
        assert {frame.total for frame in frames} == {4}
        assert frames[-1].done == 4
        assert frames[-1].image is not None
        assert frames[-1].image.shape == (1, 3, 40, 56)

    def test_shows_a_preview_when_it_is_due(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(optimize, "_PREVIEW_SECONDS", -1)
        frames = run(TransferSpec(steps=4))
        assert all(frame.image is not None for frame in frames[:3])

    def test_skips_previews_that_would_come_too_fast(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(optimize, "_PREVIEW_SECONDS", 3600)
        frames = run(TransferSpec(steps=4))
        assert all(frame.image is None for frame in frames[:-1])

    def test_returns_to_the_caller_after_each_step(self) -> None:
        frames = paint(soft(0), Styles(soft(1)), TransferSpec(steps=2000))
        begun = time.process_time()  # other work on the machine does not count
        for _ in range(3):
            next(frames)
        assert time.process_time() - begun < 20


class TestContinue:
    def test_keeps_the_picture_of_each_step(self) -> None:
        frames = run(TransferSpec(steps=4))
        assert all(frame.kept is not None for frame in frames)
        kept, image = frames[-1].kept, frames[-1].image
        assert kept is not None
        assert image is not None
        assert torch.equal(kept.show(kept.picture), image)

    def test_separates_the_painting_from_the_blended_photo(self) -> None:
        photo = soft(0)
        kept = run(TransferSpec(steps=3, strength=0.1), photo)[-1].kept
        assert kept is not None
        shown = kept.show(kept.picture)
        assert (shown - photo).abs().mean() < 0.5 * (kept.picture - photo).abs().mean()

    def test_starts_from_the_given_painting(self) -> None:
        photo, begun = soft(0), soft(5)
        first, fresh = (
            next(paint(photo, Styles(), TransferSpec(steps=3), start)).kept
            for start in (begun, None)
        )
        assert first is not None
        assert fresh is not None
        assert first.picture.shape == begun.shape
        assert not torch.equal(first.picture, fresh.picture)


class TestPicture:
    @settings(max_examples=8, deadline=None)
    @given(st.integers(1, 40), st.integers(1, 40))
    def test_has_the_size_of_the_photo_and_valid_values(self, height: int, width: int) -> None:
        image = result(TransferSpec(steps=2), soft(3, height, width))
        assert image.shape == (1, 3, height, width)
        assert image.isfinite().all()
        assert image.min() >= 0
        assert image.max() <= 1

    def test_is_the_same_for_the_same_seed(self) -> None:
        spec = TransferSpec(steps=4, seed=3)
        assert torch.equal(result(spec), result(spec))

    def test_is_different_for_another_seed(self) -> None:
        # The seed chooses the shifts of the grid, of which a settled step has all.
        first, second = (
            next(frame.kept for frame in run(TransferSpec(steps=4, seed=seed), soft(0, 40, 64)))
            for seed in (0, 2)
        )
        assert first is not None
        assert second is not None
        assert not torch.equal(first.picture, second.picture)

    def test_is_the_photo_at_strength_0(self) -> None:
        photo = soft(0)
        assert torch.equal(result(TransferSpec(steps=2, strength=0), photo), photo)

    def test_does_not_change_its_inputs(self) -> None:
        photo, artwork = soft(0), soft(1)
        before = photo.clone(), artwork.clone()
        run(TransferSpec(steps=3), photo, artwork)
        assert torch.equal(photo, before[0])
        assert torch.equal(artwork, before[1])

    def test_takes_the_colors_of_the_artwork(self) -> None:
        photo, artwork = soft(0), soft(8, 48, 48)
        wanted = palette_of(artwork).mean
        got = palette_of(result(TransferSpec(steps=8), photo)).mean
        assert (got - wanted).norm() < 0.4 * (palette_of(photo).mean - wanted).norm() + 0.03

    def test_is_nearer_to_the_photo_at_less_strength(self) -> None:
        photo = soft(0)
        away = [
            (result(TransferSpec(steps=8, strength=strength), photo) - photo).abs().mean()
            for strength in (0.05, 0.5, 1.0)
        ]
        assert away[0] < away[1] < away[2] + 0.02

    def test_paints_from_flat_and_black_pictures(self) -> None:
        for value in (0.0, 0.5, 1.0):
            flat = torch.full((1, 3, 24, 24), value)
            assert result(TransferSpec(steps=3), flat, flat).isfinite().all()

    def test_asks_for_patches_of_each_size(self) -> None:
        styles = Styles()
        list(paint(soft(0, 192, 256), styles, TransferSpec(steps=3)))
        assert styles.sides == sorted(styles.sides)
        assert styles.sides[-1] == pytest.approx((192 * 256) ** 0.5)

    def test_blends_several_artworks(self) -> None:
        image = result(TransferSpec(steps=4), None, soft(8, 48, 48), soft(9, 32, 64))
        assert image.isfinite().all()
