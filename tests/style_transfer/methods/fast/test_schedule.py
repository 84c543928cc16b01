"""The schedule with an untrained network of a few channels: properties of any weights."""

from collections.abc import Mapping, Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from style_transfer.core.sizes import STRIDE, sizes_of
from style_transfer.core.tiling import Tiling
from style_transfer.features.losses import Moments
from style_transfer.methods.fast.contrast import band_contrast
from style_transfer.methods.fast.decoder import LEVELS
from style_transfer.methods.fast.network import Painter
from style_transfer.methods.fast.schedule import blend_for, paint
from style_transfer.methods.fast.stages import Stage
from style_transfer.methods.fast.textons import PatchSynthesizer, Textons
from style_transfer.methods.frame import Frame
from style_transfer.methods.guide import ColorGrade, grade_of
from style_transfer.methods.patch_bank import PatchBank
from style_transfer.methods.strokes import StrokeBank


def soft(seed: int, height: int = 40, width: int = 56) -> Tensor:
    """Make soft random colors (1, 3, height, width)."""
    small = torch.rand(1, 3, 6, 6, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(small, (height, width), mode="bicubic").clamp(0, 1)


class OneStyle:
    """The style of one artwork, the same at every side; it records the sides."""

    def __init__(self, painter: Painter, artwork: Tensor, batch: int = 1) -> None:
        levels = painter.encode(artwork)
        self._moments = {level: painter.measure(level, levels[level]) for level in LEVELS}
        self._synthesizers = [PatchSynthesizer([Textons.from_picture(artwork)], [1.0])] * batch
        self._banks = [StrokeBank([PatchBank.from_picture(artwork).patches()])] * batch
        self._contrasts = [band_contrast(artwork)] * batch
        self._grades = [grade_of(artwork)] * batch
        self.brush = 1.0
        self.sides: list[float] = []

    def contrasts(self, _side: float) -> Sequence[Tensor]:
        return self._contrasts

    def grades(self) -> Sequence[ColorGrade]:
        return self._grades

    def moments(self, _side: float) -> Mapping[int, Moments]:
        return self._moments

    def synthesizers(self, _side: float) -> Sequence[PatchSynthesizer]:
        return self._synthesizers

    def strokes(self, side: float) -> Sequence[StrokeBank]:
        self.sides.append(side)
        return self._banks


@pytest.fixture
def styles(painter: Painter) -> OneStyle:
    return OneStyle(painter, soft(9, 64, 64))


def run(painter: Painter, styles: OneStyle, photo: Tensor, strength: float = 0.75) -> list[Frame]:
    return list(paint(photo, styles, strength, painter))


def result(painter: Painter, styles: OneStyle, photo: Tensor, strength: float = 0.75) -> Tensor:
    image = run(painter, styles, photo, strength)[-1].image
    assert image is not None
    return image


class TestBlendFor:
    @given(st.floats(0, 1), st.floats(0, 1))
    def test_keeps_less_of_the_photo_with_more_strength(self, one: float, other: float) -> None:
        weak, strong = (blend_for(strength) for strength in sorted((one, other)))
        assert all(low <= high for low, high in zip(weak.style, strong.style, strict=True))
        assert all(low >= high for low, high in zip(weak.content, strong.content, strict=True))

    def test_keeps_the_whole_photo_at_strength_0(self) -> None:
        assert set(blend_for(0).style) == {0.0}
        assert set(blend_for(0).content) == {1.0}

    def test_reaches_the_statistics_at_full_strength(self) -> None:
        assert set(blend_for(1).style) == {1.0}


class TestSizes:
    @given(st.integers(1, 6000), st.integers(1, 6000))
    def test_grows_to_the_size_of_the_picture(self, width: int, height: int) -> None:
        sizes = sizes_of(width, height)
        assert sizes[-1] == (width, height)
        assert len(sizes) >= 2
        areas = [wide * high for wide, high in sizes[:-1]]
        assert areas == sorted(areas)

    @given(st.integers(1, 6000), st.integers(1, 6000))
    def test_fits_the_network_before_the_last_size(self, width: int, height: int) -> None:
        for size in sizes_of(width, height)[:-1]:
            assert all(side > 0 and side % STRIDE == 0 for side in size)

    def test_begins_at_about_the_same_size_for_every_larger_picture(self) -> None:
        firsts = {sizes_of(side, side)[0][0] for side in (400, 640, 1000, 2048, 4096)}
        assert firsts == {272}

    @given(st.integers(100, 4096), st.floats(0.25, 4), st.floats(0.25, 4))
    def test_begins_smaller_for_a_larger_brush(self, side: int, one: float, other: float) -> None:
        narrow, broad = (sizes_of(side, side, brush)[0] for brush in sorted((one, other)))
        assert broad <= narrow

    def test_has_more_sizes_for_a_larger_picture(self) -> None:
        counts = [len(sizes_of(side, side)) for side in (100, 800, 1600, 3200)]
        assert counts == sorted(counts)
        assert counts[0] < counts[-1]


class TestFrames:
    def test_counts_up_to_the_picture(self, painter: Painter, styles: OneStyle) -> None:
        frames = run(painter, styles, soft(0))
        assert [frame.done for frame in frames] == list(range(1, len(frames) + 1))
        assert {frame.total for frame in frames} == {len(frames)}
        assert frames[-1].image is not None
        assert frames[-1].image.shape == (1, 3, 40, 56)

    def test_shows_the_painting_of_each_size(self, painter: Painter, styles: OneStyle) -> None:
        shown = [frame.image for frame in run(painter, styles, soft(0, 700, 1200))]
        sizes = [tuple(image.shape[2:]) for image in shown if image is not None]
        assert sizes == [(rows, columns) for columns, rows in sizes_of(1200, 700)]
        assert all(image is None or image.isfinite().all() for image in shown)

    def test_asks_for_the_strokes_of_each_size(self, painter: Painter, styles: OneStyle) -> None:
        run(painter, styles, soft(0, 64, 96))
        assert styles.sides == [(width * height) ** 0.5 for width, height in sizes_of(96, 64)]

    def test_returns_to_the_caller_between_levels(self, painter: Painter, styles: OneStyle) -> None:
        frames = paint(soft(0), styles, 1.0, painter)
        assert next(frames).done == 1
        assert torch.is_grad_enabled()
        assert next(frames).done == 2
        assert torch.is_grad_enabled()


class TestStages:
    def test_are_shown_in_their_order(self, painter: Painter, styles: OneStyle) -> None:
        seen: list[tuple[Stage, tuple[int, ...]]] = []

        def observe(stage: Stage, pictures: Tensor) -> None:
            seen.append((stage, tuple(pictures.shape[2:])))

        list(paint(soft(0, 64, 96), styles, 0.75, painter, observe=observe))

        small, large = ((rows, columns) for columns, rows in sizes_of(96, 64))
        at_each_size = (Stage.LED, Stage.NOISE, Stage.STROKES)
        assert seen == [
            (Stage.LIFTED, large),
            *((stage, small) for stage in (Stage.DECODED, Stage.TEXTONS, *at_each_size)),
            *((stage, large) for stage in (*at_each_size, Stage.MATCHED)),
        ]

    def test_change_nothing_by_being_shown(self, painter: Painter, styles: OneStyle) -> None:
        photo = soft(0)
        kept: list[Tensor] = []
        shown = paint(photo, styles, 0.75, painter, observe=lambda _, each: kept.append(each))
        *_, last = shown
        assert last.image is not None
        assert torch.equal(last.image, result(painter, styles, photo))
        assert len(kept) == 10


class TestPicture:
    @pytest.mark.parametrize("size", [(1, 1), (1, 200), (200, 1), (33, 17), (16, 16), (2, 3)])
    def test_has_the_size_of_the_photo_and_valid_values(
        self, painter: Painter, styles: OneStyle, size: tuple[int, int]
    ) -> None:
        image = result(painter, styles, soft(1, *size))
        assert image.shape == (1, 3, *size)
        assert image.isfinite().all()
        assert image.min() >= 0
        assert image.max() <= 1

    def test_may_be_far_wider_than_high(self, painter: Painter, styles: OneStyle) -> None:
        assert result(painter, styles, soft(1, 33, 4097)).shape == (1, 3, 33, 4097)

    def test_is_the_same_from_bytes_and_from_floats(
        self, painter: Painter, styles: OneStyle
    ) -> None:
        pixels = (soft(1) * 255).round().byte()
        one, other = (result(painter, styles, each) for each in (pixels, pixels.float() / 255))
        assert torch.equal(one, other)
        assert result(painter, styles, pixels, 0) is pixels

    def test_is_nearly_the_same_in_tiles(self, painter: Painter, styles: OneStyle) -> None:
        photo = soft(2, 200, 330)
        *frames, last = paint(photo, styles, 0.75, painter, Tiling(whole=0, tile=64))
        assert [frame.done for frame in frames] == list(range(1, last.total))
        assert last.image is not None
        assert last.image.dtype is torch.float16
        away = (last.image.float() - result(painter, styles, photo)).abs()
        # Sometimes two marks match almost equally well, and the other one is chosen.
        assert away.median() < 0.005
        assert away.mean() < 0.02

    def test_is_exactly_the_photo_at_strength_0(self, painter: Painter, styles: OneStyle) -> None:
        photo = soft(0)
        assert torch.equal(result(painter, styles, photo, 0), photo)

    def test_differs_more_from_the_photo_with_more_strength(
        self, painter: Painter, styles: OneStyle
    ) -> None:
        photo = soft(0)
        away = [
            float((result(painter, styles, photo, strength) - photo).abs().mean())
            for strength in (0, 0.05, 0.4, 1)
        ]
        assert away == sorted(away)

    def test_covers_all_of_the_photo_with_strokes_at_full_strength_only(
        self, painter: Painter
    ) -> None:
        plain = OneStyle(painter, torch.full((1, 3, 64, 64), 0.5))  # its strokes are of one color
        usual, most = (result(painter, plain, soft(0), strength) for strength in (0.75, 1))
        assert usual.std() > 1.5 * most.std()

    def test_is_the_same_each_time(self, painter: Painter, styles: OneStyle) -> None:
        one, other = (result(painter, styles, soft(0)) for _ in range(2))
        assert torch.equal(one, other)

    def test_does_not_change_its_inputs(self, painter: Painter, styles: OneStyle) -> None:
        photo = soft(0)
        before = photo.clone(), styles.moments(1)[2].mean.clone()
        run(painter, styles, photo)
        assert torch.equal(photo, before[0])
        assert torch.equal(styles.moments(1)[2].mean, before[1])

    def test_is_painted_from_flat_and_black_photos(
        self, painter: Painter, styles: OneStyle
    ) -> None:
        for value in (0.0, 0.5, 1.0):
            image = result(painter, styles, torch.full((1, 3, 24, 24), value))
            assert image.isfinite().all()

    def test_has_no_gradients(self, painter: Painter, styles: OneStyle) -> None:
        painter.decoder.requires_grad_(True)
        assert not result(painter, styles, soft(0)).requires_grad

    def test_is_nearly_the_same_in_a_batch(self, painter: Painter, styles: OneStyle) -> None:
        photos = torch.cat([soft(0), soft(1)])
        both = result(painter, OneStyle(painter, soft(9, 64, 64), batch=2), photos)
        for index in range(2):
            alone = result(painter, styles, photos[index : index + 1])
            assert (both[index : index + 1] - alone).abs().mean() < 0.01
