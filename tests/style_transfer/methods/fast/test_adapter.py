"""Mixes of styles, and attempts: a second one in full precision, and one with smaller tiles."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from style_transfer.backends.choice import Choice
from style_transfer.backends.variants import HALF
from style_transfer.core.errors import InternalError, OutOfMemoryError
from style_transfer.core.spec import StyleInput
from style_transfer.methods.fast import METHOD, adapter
from style_transfer.methods.fast.adapter import BatchStyles, StyleMix, embedding_of
from style_transfer.methods.fast.decoder import LEVELS
from style_transfer.methods.fast.embedding import StyleEmbedding, StyleEmbeddingError
from style_transfer.methods.fast.embedding_cache import EmbeddingCache
from style_transfer.methods.fast.network import AffineMap, Painter
from style_transfer.methods.frame import Attempt, Frame
from style_transfer.pipeline.fallbacks import attempts_of, try_in_turn


def soft(seed: int, width: int = 400, height: int = 300) -> Image.Image:
    small = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def mix(painter: Painter, *shares: StyleInput, scale: float = 1.0) -> StyleMix:
    return StyleMix.mix(shares, scale, painter, EmbeddingCache())


BLACK = Image.new("RGB", (64, 64))
LAST = 2  # the level that is decoded to a picture


class Fragile(Painter):
    """A network that gives `value` in half precision, and records the precision of each pass."""

    value = float("nan")
    tries: list[bool]

    def decode_level(self, level: int, maps: Tensor, affine_map: AffineMap) -> Tensor:
        decoded = super().decode_level(level, maps, affine_map)
        if level == LAST:
            self.tries.append(self.halved)
        return torch.full_like(decoded, self.value) if self._breaks(level) else decoded

    def _breaks(self, level: int) -> bool:
        return self.halved and level == LAST


class Overflowing(Fragile):
    """A network whose features become infinite in half precision while they are decoded."""

    value = float("inf")

    def _breaks(self, level: int) -> bool:
        return self.halved and level == 3


class Dark(Fragile):
    """A network that gives black in half precision."""

    value = 0.0


class Hopeless(Fragile):
    """A network that never gives finite numbers."""

    def _breaks(self, level: int) -> bool:
        return level == LAST


def made(kind: type[Fragile], painter: Painter, *, halved: bool = True) -> Fragile:
    fragile = kind(painter.encoder, painter.decoder, halved=halved, sha256=painter.sha256).eval()
    fragile.tries = []
    return fragile


def paint(
    photo: Tensor, mixes: Sequence[StyleMix], strength: float, painter: Painter
) -> Iterator[Frame]:
    """Paint as the pipeline does: try each attempt until one succeeds."""

    def attempt(way: Attempt) -> Iterator[Frame]:
        return adapter.paint(photo, mixes, strength, painter, way)

    attempts = attempts_of(METHOD.info, painter.device, choice=Choice(HALF))
    return try_in_turn(METHOD.info, attempts, attempt)


def last(painter: Painter, photo: Tensor, mixes: Sequence[StyleMix], strength: float = 1) -> Tensor:
    *_, frame = paint(photo, mixes, strength, painter)
    assert frame.image is not None
    return frame.image


class TestEmbeddingOf:
    def test_prefers_the_embedding_that_a_style_has(self, painter: Painter) -> None:
        content = StyleEmbedding.from_picture(soft(3), painter).to_bytes()
        found = embedding_of(StyleInput(soft(4), embedding=content), painter, EmbeddingCache())
        assert found.to_bytes() == content

    def test_makes_an_embedding_of_a_picture(self, painter: Painter) -> None:
        cache = EmbeddingCache()
        found = embedding_of(StyleInput(soft(4)), painter, cache)
        assert found is cache.embedding_of(soft(4), painter)

    def test_refuses_bytes_that_are_not_an_embedding(self, painter: Painter) -> None:
        with pytest.raises(StyleEmbeddingError):
            embedding_of(StyleInput(None, embedding=b"none"), painter, EmbeddingCache())


class TestStyleMix:
    def test_is_the_same_from_a_picture_and_from_its_embedding(self, painter: Painter) -> None:
        content = StyleEmbedding.from_picture(soft(3), painter).to_bytes()
        one, other = (
            mix(painter, StyleInput(soft(3))),
            mix(painter, StyleInput(None, embedding=content)),
        )
        for level in LEVELS:
            assert torch.equal(one.moments_at(200)[level].mean, other.moments_at(200)[level].mean)
            assert torch.equal(
                one.moments_at(200)[level].covariance, other.moments_at(200)[level].covariance
            )

    def test_shows_the_artwork_larger_with_a_larger_style_scale(self, painter: Painter) -> None:
        fine, broad = (mix(painter, StyleInput(soft(3)), scale=scale) for scale in (1.0, 1.5))
        assert torch.equal(broad.moments_at(200)[3].covariance, fine.moments_at(300)[3].covariance)
        assert not torch.equal(
            broad.moments_at(200)[3].covariance, fine.moments_at(200)[3].covariance
        )

    def test_lies_between_the_styles_that_it_mixes(self, painter: Painter) -> None:
        one, other = mix(painter, StyleInput(soft(3))), mix(painter, StyleInput(soft(4)))
        both = mix(painter, StyleInput(soft(3), 0.5), StyleInput(soft(4), 0.5))
        mean = (one.moments_at(200)[2].mean + other.moments_at(200)[2].mean) / 2
        torch.testing.assert_close(both.moments_at(200)[2].mean, mean)

    def test_moves_to_a_device(self, painter: Painter) -> None:
        style = mix(painter, StyleInput(soft(3)))
        assert style.to(painter.device).embeddings[0] is style.embeddings[0]
        moved = style.to(torch.device("meta")).embeddings[0]
        assert moved.means[3].device.type == moved.textons[0].keys.device.type == "meta"
        assert moved.covariances[5].shape == style.embeddings[0].covariances[5].shape

    def test_stacks_to_a_batch(self, painter: Painter) -> None:
        mixes = [mix(painter, StyleInput(soft(seed))) for seed in (3, 4, 5)]
        stacked = BatchStyles(mixes).moments(200)
        size = painter.live(2)
        assert stacked[2].mean.shape == (3, size)
        assert stacked[2].covariance.shape == (3, size, size)
        assert torch.equal(stacked[4].mean[1], mixes[1].moments_at(200)[4].mean)
        assert len(BatchStyles(mixes).synthesizers(200)) == 3


class TestPaint:
    PHOTO = torch.rand(1, 3, 40, 56, generator=torch.Generator().manual_seed(1))

    def test_paints_each_photo_with_its_mix(self, painter: Painter) -> None:
        mixes = [mix(painter, StyleInput(soft(seed))) for seed in (3, 4)]
        both = last(painter, torch.cat([self.PHOTO, self.PHOTO]), mixes)
        for index, style in enumerate(mixes):
            alone = last(painter, self.PHOTO, [style])
            assert (both[index : index + 1] - alone).abs().mean() < 0.01

    @pytest.mark.parametrize("kind", [Fragile, Overflowing, Dark])
    def test_paints_a_broken_picture_again_in_full_precision(
        self, painter: Painter, kind: type[Fragile]
    ) -> None:
        broken, style = made(kind, painter), mix(painter, StyleInput(soft(3)))
        again = last(broken, self.PHOTO, [style])
        assert broken.tries in ([True, False], [False])
        assert torch.equal(again, last(painter, self.PHOTO, [style]))
        assert broken.halved
        assert broken.stored is torch.float16

    @pytest.mark.parametrize("halved", [False, True])
    def test_gives_up_after_full_precision(self, painter: Painter, *, halved: bool) -> None:
        hopeless = made(Hopeless, painter, halved=halved)
        with pytest.raises(InternalError, match="not numbers") as caught:
            last(hopeless, self.PHOTO, [mix(painter, StyleInput(soft(3)))])
        assert caught.value.code == "internal"
        assert hopeless.tries == [halved, False]

    def test_computes_in_float32_where_half_precision_was_not_chosen(
        self, painter: Painter
    ) -> None:
        able, style = made(Fragile, painter), mix(painter, StyleInput(soft(3)))
        list(adapter.paint(self.PHOTO, [style], 1.0, able, Attempt(painter.device)))
        assert able.tries == [False]
        assert able.halved

    def test_paints_once_if_nothing_is_broken(self, painter: Painter) -> None:
        intact = made(Fragile, painter, halved=False)
        last(intact, self.PHOTO, [mix(painter, StyleInput(soft(3)))])
        assert intact.tries == [False]


class Cramped(Painter):
    """A network on a machine with memory for `room` pixels at a time."""

    room: int
    tries: list[int]

    def encode(self, x: Tensor, depth: int = 5, *, above: int = 0) -> dict[int, Tensor]:
        self.tries.append(x.shape[2] * x.shape[3])
        if self.tries[-1] > self.room:
            raise torch.OutOfMemoryError("no room")
        return super().encode(x, depth, above=above)


class TestMemory:
    PHOTO = torch.rand(1, 3, 640, 768, generator=torch.Generator().manual_seed(1))
    FINE = 0.25  # a brush with which the network paints as much of the photo as it ever does

    @staticmethod
    def cramped(painter: Painter, room: int) -> Cramped:
        made = Cramped(painter.encoder, painter.decoder, sha256=painter.sha256).eval()
        made.room, made.tries = room, []
        return made

    def test_paints_in_smaller_tiles_if_memory_is_short(self, painter: Painter) -> None:
        style = mix(painter, StyleInput(soft(3)), scale=self.FINE)
        tight = self.cramped(painter, 448 * 448)
        image = last(tight, self.PHOTO, [style])
        assert image.shape == self.PHOTO.shape
        assert max(tight.tries) > tight.room  # the first attempt
        assert tight.tries[-1] <= tight.room
        away = (image.float() - last(painter, self.PHOTO, [style])).abs()
        assert away.mean() < 0.03

    def test_gives_up_if_the_smallest_tiles_are_too_large(self, painter: Painter) -> None:
        style = mix(painter, StyleInput(soft(3)), scale=self.FINE)
        with pytest.raises(OutOfMemoryError) as caught:
            last(self.cramped(painter, 16 * 16), self.PHOTO, [style])
        assert caught.value.code == "out_of_memory"

    def test_paints_in_one_piece_if_memory_is_enough(self, painter: Painter) -> None:
        style = mix(painter, StyleInput(soft(3)), scale=self.FINE)
        roomy = self.cramped(painter, 10**9)
        once = last(roomy, self.PHOTO, [style])
        assert torch.equal(once, last(painter, self.PHOTO, [style]))
        assert roomy.tries.count(480 * 576) == 1


class TestPlainPictures:
    PHOTO = TestPaint.PHOTO

    def test_may_be_dark_if_the_artwork_is(self, painter: Painter) -> None:
        dark = made(Dark, painter)
        assert last(dark, self.PHOTO, [mix(painter, StyleInput(BLACK))]).max() < 0.1
        assert dark.tries == [True]

    def test_may_be_dark_if_the_photo_is(self, painter: Painter) -> None:
        dark, night = made(Dark, painter), torch.zeros_like(self.PHOTO)
        last(dark, night, [mix(painter, StyleInput(soft(3)))])
        assert dark.tries == [True]

    def test_must_not_be_dark_if_only_another_photo_of_the_batch_is(self, painter: Painter) -> None:
        dark = made(Dark, painter)
        photos = torch.cat([torch.zeros_like(self.PHOTO), self.PHOTO])
        style = mix(painter, StyleInput(soft(3)))
        last(dark, photos, [style, style])
        assert dark.tries == [True, False]
