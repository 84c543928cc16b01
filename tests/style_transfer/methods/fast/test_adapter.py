"""From what is asked to what is painted: codes, blends, and a second try in full precision."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from style_transfer.core.budget import TILINGS
from style_transfer.core.errors import InternalError, OutOfMemoryError
from style_transfer.core.spec import StyleInput
from style_transfer.methods.fast import METHOD, adapter
from style_transfer.methods.fast.adapter import BatchStyles, StyleMix, embedding_of
from style_transfer.methods.fast.decoder import LEVELS
from style_transfer.methods.fast.embedding import (
    EmbeddingCache,
    StyleEmbedding,
    StyleEmbeddingError,
)
from style_transfer.methods.fast.network import AffineMap, Painter
from style_transfer.methods.frame import Attempt, Fallback, Frame
from style_transfer.pipeline.fallbacks import attempts_of, try_in_turn


def soft(seed: int, width: int = 400, height: int = 300) -> Image.Image:
    small = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def mix(painter: Painter, *shares: StyleInput, scale: float = 1.0) -> StyleMix:
    return StyleMix.mix(shares, scale, painter, EmbeddingCache())


BLACK = Image.new("RGB", (64, 64))
LAST = 2  # the level that rises to a picture


class Fragile(Painter):
    """A network that gives `value` wherever it computes in half precision, and keeps count."""

    value = float("nan")
    tries: list[bool]

    def decode_level(self, level: int, maps: Tensor, affine_map: AffineMap) -> Tensor:
        risen = super().decode_level(level, maps, affine_map)
        if level == LAST:
            self.tries.append(self.halved)
        return torch.full_like(risen, self.value) if self._breaks(level) else risen

    def _breaks(self, level: int) -> bool:
        return self.halved and level == LAST


class Overflowing(Fragile):
    """A network whose features become infinite on the way up in half precision."""

    value = float("inf")

    def _breaks(self, level: int) -> bool:
        return self.halved and level == 3


class Dark(Fragile):
    """A network that gives black wherever it computes in half precision."""

    value = 0.0


class Hopeless(Fragile):
    """A network that gives no numbers at any precision."""

    def _breaks(self, level: int) -> bool:
        return level == LAST


def made(kind: type[Fragile], painter: Painter, *, halved: bool = True) -> Fragile:
    fragile = kind(painter.encoder, painter.decoder, halved=halved, sha256=painter.sha256).eval()
    fragile.tries = []
    return fragile


def paint(
    photo: Tensor, recipes: Sequence[StyleMix], strength: float, painter: Painter
) -> Iterator[Frame]:
    """Paint as the pipeline does: in all ways that there are, until one succeeds."""

    def attempt(way: Attempt) -> Iterator[Frame]:
        return adapter.paint(photo, recipes, strength, painter, way)

    return try_in_turn(METHOD.info, attempts_of(METHOD.info, painter.device), attempt)


def last(
    painter: Painter, photo: Tensor, recipes: Sequence[StyleMix], strength: float = 1
) -> Tensor:
    *_, frame = paint(photo, recipes, strength, painter)
    assert frame.image is not None
    return frame.image


class TestEmbeddingOf:
    def test_takes_the_code_that_a_style_came_with(self, painter: Painter) -> None:
        content = StyleEmbedding.from_picture(soft(3), painter).to_bytes()
        found = embedding_of(StyleInput(soft(4), code=content), painter, EmbeddingCache())
        assert found.to_bytes() == content

    def test_makes_one_of_the_picture_otherwise(self, painter: Painter) -> None:
        cache = EmbeddingCache()
        found = embedding_of(StyleInput(soft(4)), painter, cache)
        assert found is cache.embedding_of(soft(4), painter)

    def test_names_a_code_that_is_none(self, painter: Painter) -> None:
        with pytest.raises(StyleEmbeddingError):
            embedding_of(StyleInput(None, code=b"none"), painter, EmbeddingCache())


class TestRecipe:
    def test_is_the_same_from_a_picture_and_from_its_code(self, painter: Painter) -> None:
        content = StyleEmbedding.from_picture(soft(3), painter).to_bytes()
        one, other = mix(painter, StyleInput(soft(3))), mix(painter, StyleInput(None, code=content))
        for level in LEVELS:
            assert torch.equal(one.moments_at(200)[level].mean, other.moments_at(200)[level].mean)
            assert torch.equal(
                one.moments_at(200)[level].covariance, other.moments_at(200)[level].covariance
            )

    def test_shows_the_artwork_larger_for_a_broader_brush(self, painter: Painter) -> None:
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
        recipe = mix(painter, StyleInput(soft(3)))
        assert recipe.to(painter.device).embeddings[0] is recipe.embeddings[0]
        moved = recipe.to(torch.device("meta")).embeddings[0]
        assert moved.means[3].device.type == moved.textons[0].keys.device.type == "meta"
        assert moved.covariances[5].shape == recipe.embeddings[0].covariances[5].shape

    def test_stacks_to_a_batch(self, painter: Painter) -> None:
        recipes = [mix(painter, StyleInput(soft(seed))) for seed in (3, 4, 5)]
        stacked = BatchStyles(recipes).moments(200)
        size = painter.live(2)
        assert stacked[2].mean.shape == (3, size)
        assert stacked[2].covariance.shape == (3, size, size)
        assert torch.equal(stacked[4].mean[1], recipes[1].moments_at(200)[4].mean)
        assert len(BatchStyles(recipes).synthesizers(200)) == 3


class TestPaint:
    PHOTO = torch.rand(1, 3, 40, 56, generator=torch.Generator().manual_seed(1))

    def test_paints_each_photo_by_its_recipe(self, painter: Painter) -> None:
        recipes = [mix(painter, StyleInput(soft(seed))) for seed in (3, 4)]
        both = last(painter, torch.cat([self.PHOTO, self.PHOTO]), recipes)
        for index, recipe in enumerate(recipes):
            alone = last(painter, self.PHOTO, [recipe])
            assert (both[index : index + 1] - alone).abs().mean() < 0.01

    @pytest.mark.parametrize("kind", [Fragile, Overflowing, Dark])
    def test_paints_a_broken_picture_again_in_full_precision(
        self, painter: Painter, kind: type[Fragile]
    ) -> None:
        broken, recipe = made(kind, painter), mix(painter, StyleInput(soft(3)))
        again = last(broken, self.PHOTO, [recipe])
        assert broken.tries[-2:] == [False, False]
        assert broken.tries[:-2] in ([True], [])
        assert torch.equal(again, last(painter, self.PHOTO, [recipe]))
        assert broken.halved
        assert broken.stored is torch.float16

    @pytest.mark.parametrize("halved", [False, True])
    def test_gives_up_after_full_precision(self, painter: Painter, *, halved: bool) -> None:
        hopeless = made(Hopeless, painter, halved=halved)
        with pytest.raises(InternalError, match="not numbers") as caught:
            last(hopeless, self.PHOTO, [mix(painter, StyleInput(soft(3)))])
        assert caught.value.code == "internal"
        assert hopeless.tries == [halved, False]

    def test_tries_once_where_nothing_is_broken(self, painter: Painter) -> None:
        sound = made(Fragile, painter, halved=False)
        last(sound, self.PHOTO, [mix(painter, StyleInput(soft(3)))])
        assert sound.tries == [False, False]  # once for each size


class Cramped(Painter):
    """A network on a machine without room for more than `room` pixels at a time."""

    room: int
    tries: list[int]

    def encode(self, x: Tensor, depth: int = 5, *, above: int = 0) -> dict[int, Tensor]:
        self.tries.append(x.shape[2] * x.shape[3])
        if self.tries[-1] > self.room:
            raise torch.OutOfMemoryError("no room")
        return super().encode(x, depth, above=above)


class TestTooLittleMemory:
    PHOTO = torch.rand(1, 3, 512, 640, generator=torch.Generator().manual_seed(1))

    @staticmethod
    def cramped(painter: Painter, room: int) -> Cramped:
        made = Cramped(painter.encoder, painter.decoder, sha256=painter.sha256).eval()
        made.room, made.tries = room, []
        return made

    def test_is_met_by_smaller_tiles(self, painter: Painter) -> None:
        recipe = mix(painter, StyleInput(soft(3)))
        tight = self.cramped(painter, 448 * 448)
        image = last(tight, self.PHOTO, [recipe])
        assert image.shape == self.PHOTO.shape
        assert max(tight.tries) > tight.room  # the first try
        *_, frame = paint(self.PHOTO, [recipe], 1, tight)
        assert frame.fallback == Fallback(torch.device("cpu"), TILINGS[-1])
        away = (image.float() - last(painter, self.PHOTO, [recipe])).abs()
        assert away.mean() < 0.03

    def test_is_named_where_the_smallest_tiles_are_too_large(self, painter: Painter) -> None:
        recipe = mix(painter, StyleInput(soft(3)))
        with pytest.raises(OutOfMemoryError) as caught:
            last(self.cramped(painter, 16 * 16), self.PHOTO, [recipe])
        assert caught.value.code == "out_of_memory"

    def test_is_no_reason_to_try_again_where_there_is_enough(self, painter: Painter) -> None:
        recipe = mix(painter, StyleInput(soft(3)))
        roomy = self.cramped(painter, 10**9)
        once = last(roomy, self.PHOTO, [recipe])
        assert torch.equal(once, last(painter, self.PHOTO, [recipe]))
        assert max(roomy.tries) == 512 * 640
        assert all(frame.fallback is None for frame in paint(self.PHOTO, [recipe], 1, roomy))
        roomy.tries.clear()
        last(roomy, self.PHOTO, [recipe])
        assert roomy.tries.count(512 * 640) <= 2  # the photo and the painting to begin from


class TestPlainPictures:
    PHOTO = TestPaint.PHOTO

    def test_are_right_where_the_artwork_is_plain(self, painter: Painter) -> None:
        dark = made(Dark, painter)
        assert last(dark, self.PHOTO, [mix(painter, StyleInput(BLACK))]).max() < 0.1
        assert dark.tries == [True, True]

    def test_are_right_where_the_photo_is_plain(self, painter: Painter) -> None:
        dark, night = made(Dark, painter), torch.zeros_like(self.PHOTO)
        last(dark, night, [mix(painter, StyleInput(soft(3)))])
        assert dark.tries == [True, True]

    def test_are_wrong_for_one_of_a_batch(self, painter: Painter) -> None:
        dark = made(Dark, painter)
        photos = torch.cat([torch.zeros_like(self.PHOTO), self.PHOTO])
        recipe = mix(painter, StyleInput(soft(3)))
        last(dark, photos, [recipe, recipe])
        assert dark.tries == [True, False, False]
