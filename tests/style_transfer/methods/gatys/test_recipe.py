"""The textbook recipe: its losses, its starts, its descent, and what it does when that fails."""

import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from style_transfer.core.catalog import LAYER_WEIGHTS
from style_transfer.core.spec import DIVERGED, Init, Optimizer, TransferSpec
from style_transfer.features.builtin import FeatureNet
from style_transfer.methods.frame import Frame
from style_transfer.methods.gatys.recipe import (
    Recipe,
    at_scale,
    descend,
    first_picture,
    gram_matrix,
    paint,
    total_variation,
)

PHOTO = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(1))
ARTWORK = torch.rand(1, 3, 64, 48, generator=torch.Generator().manual_seed(2))
SPEC = TransferSpec(method="gatys", steps=8)


def recipe_for(features: FeatureNet, spec: TransferSpec = SPEC) -> Recipe:
    return Recipe(features, PHOTO, [(ARTWORK, 1.0)], spec)


class Blind(FeatureNet):
    """A network that sees only how light a picture is."""

    def __init__(self, features: FeatureNet) -> None:
        super().__init__(features.network, features.channel_scale)

    def forward(self, x: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Compute the features of the gray picture."""
        return super().forward(x.mean(1, keepdim=True).expand_as(x), layers)


class TestGramMatrix:
    def test_is_the_mean_product_of_channels(self) -> None:
        maps = torch.tensor([[1.0, 2.0], [3.0, -1.0]]).reshape(1, 2, 1, 2)
        assert torch.equal(gram_matrix(maps), torch.tensor([[5.0, 1.0], [1.0, 10.0]]) / 4)

    def test_does_not_depend_on_where_things_are(self) -> None:
        maps = torch.rand(1, 5, 8, 6)
        shuffled = maps.flatten(2)[..., torch.randperm(48)].reshape(1, 5, 6, 8)
        assert torch.allclose(gram_matrix(maps), gram_matrix(shuffled), atol=1e-6)

    def test_does_not_depend_on_the_size(self) -> None:
        maps = torch.rand(1, 5, 8, 6)
        assert torch.allclose(gram_matrix(maps), gram_matrix(maps.repeat(1, 1, 2, 3)), atol=1e-6)


class TestTotalVariation:
    def test_is_zero_for_one_color_only(self) -> None:
        assert float(total_variation(torch.full((1, 3, 4, 4), 0.3))) == 0
        assert float(total_variation(PHOTO)) > 0

    def test_counts_both_directions(self) -> None:
        rows = torch.tensor([0.0, 1.0]).reshape(1, 1, 2, 1).expand(1, 3, 2, 5)
        assert float(total_variation(rows)) == pytest.approx(1)
        assert float(total_variation(rows.transpose(2, 3))) == pytest.approx(1)

    def test_has_a_value_for_one_pixel(self) -> None:
        assert float(total_variation(torch.zeros(1, 3, 1, 1))) == 0


class TestRecipe:
    def test_has_no_content_loss_for_the_photo(self, features: FeatureNet) -> None:
        losses = recipe_for(features).losses(2 * PHOTO - 1).numbers()
        assert losses["content"] == pytest.approx(0, abs=1e-9)
        assert losses["style"] > 0
        parts = (losses[name] for name in ("content", "style", "variation"))
        assert losses["total"] == pytest.approx(sum(parts))

    def test_has_no_style_loss_for_the_artwork(self, features: FeatureNet) -> None:
        losses = recipe_for(features).losses(2 * ARTWORK.transpose(2, 3) - 1).numbers()
        same = Recipe(features, ARTWORK, [(ARTWORK, 1.0)], SPEC).losses(2 * ARTWORK - 1).numbers()
        assert same["style"] == pytest.approx(0, abs=1e-6)
        assert losses["style"] > same["style"]

    @pytest.mark.parametrize("name", ["content", "style"])
    def test_multiplies_each_loss_by_its_weight(self, features: FeatureNet, name: str) -> None:
        picture = torch.rand_like(PHOTO) * 2 - 1
        field = f"{name}_weight"
        heavier = TransferSpec.from_json({field: 3 * getattr(SPEC, field)})
        once, thrice = (
            recipe_for(features, spec).losses(picture).numbers()[name] for spec in (SPEC, heavier)
        )
        assert thrice == pytest.approx(3 * once, rel=1e-5)

    def test_adds_the_layers_by_their_weights(self, features: FeatureNet) -> None:
        picture = torch.rand_like(PHOTO) * 2 - 1
        none = dict.fromkeys(LAYER_WEIGHTS, 0.0) | {"features": "vgg19"}
        alone = [
            recipe_for(features, TransferSpec.from_json({**none, name: 1.0}))
            .losses(picture)
            .numbers()
            for name in LAYER_WEIGHTS
        ]
        spec = replace(SPEC, features="vgg19")
        whole = recipe_for(features, spec).losses(picture).numbers()["style"]
        assert sum(each["style"] for each in alone) == pytest.approx(whole, rel=1e-4)
        assert all(each["style"] > 0 for each in alone)

    def test_compares_colors_if_the_network_sees_none(self, features: FeatureNet) -> None:
        gray = torch.full_like(PHOTO, 0.0)
        tinted = gray + torch.tensor([0.5, -0.5, 0.0]).reshape(1, 3, 1, 1)
        blind = Recipe(Blind(features), PHOTO, [(ARTWORK, 1.0)], SPEC)
        sees = Recipe(Blind(features), PHOTO, [(ARTWORK, 1.0)], replace(SPEC, features="vgg19"))
        assert float(sees.losses(gray).style) == pytest.approx(float(sees.losses(tinted).style))
        assert float(blind.losses(gray).style) != pytest.approx(
            float(blind.losses(tinted).style), rel=1e-3
        )

    def test_mixes_several_artworks(self, features: FeatureNet) -> None:
        both = [(ARTWORK, 0.5), (PHOTO, 0.5)]
        mixed = Recipe(features, PHOTO, both, SPEC).losses(2 * PHOTO - 1).numbers()
        assert 0 < mixed["style"] < recipe_for(features).losses(2 * PHOTO - 1).numbers()["style"]


class TestFirstPicture:
    def test_is_the_photo(self) -> None:
        assert torch.equal(first_picture(Init.CONTENT, PHOTO, ARTWORK, 0), 2 * PHOTO - 1)

    def test_is_the_artwork_in_the_size_of_the_photo(self) -> None:
        first = first_picture(Init.STYLE, PHOTO, torch.full_like(ARTWORK, 0.75), 0)
        assert first.shape == PHOTO.shape
        assert torch.allclose(first, torch.full_like(PHOTO, 0.5), atol=1e-5)

    def test_is_noise_of_the_seed(self) -> None:
        one, again, other = (first_picture(Init.NOISE, PHOTO, ARTWORK, s) for s in (0, 0, 1))
        assert torch.equal(one, again)
        assert not torch.equal(one, other)
        assert one.min() < -0.9
        assert one.max() > 0.9


class TestAtScale:
    def test_has_the_area_of_the_photo_times_the_brush(self) -> None:
        large = torch.rand(1, 3, 300, 400)
        assert at_scale(large, PHOTO, 1.0).shape == (1, 3, 48, 64)
        assert at_scale(large, PHOTO, 2.0).shape == (1, 3, 96, 128)

    def test_never_enlarges(self) -> None:
        small = torch.rand(1, 3, 20, 10)
        assert at_scale(small, PHOTO, 4.0) is small


class TestDescend:
    @pytest.mark.parametrize("optimizer", Optimizer)
    @pytest.mark.parametrize("init", [Init.NOISE, Init.CONTENT])
    def test_lowers_the_loss(self, features: FeatureNet, optimizer: Optimizer, init: Init) -> None:
        recipe = recipe_for(features)
        first = first_picture(init, PHOTO, ARTWORK, 0)
        run = list(descend(recipe.losses, first, 8, optimizer))
        assert len(run) == 8
        assert run[-1][2]["total"] < 0.95 * run[0][2]["total"]
        assert run[0][2] == pytest.approx(recipe.losses(first).numbers(), rel=1e-3, abs=1e-6)

    def test_keeps_pictures_in_range_and_the_first_unchanged(self, features: FeatureNet) -> None:
        first = first_picture(Init.NOISE, PHOTO, ARTWORK, 0)
        kept = first.clone()
        for _, after, _ in descend(recipe_for(features).losses, first, 3, rate=0.5):
            assert after.abs().max() <= 1
        assert torch.equal(first, kept)

    def test_moves_each_pixel_by_the_rate_at_first(self, features: FeatureNet) -> None:
        # Adam divides the gradient by its own size, so the first step has the size of the rate.
        [(before, after, _)] = descend(recipe_for(features).losses, 1.8 * PHOTO - 0.9, 1, rate=0.02)
        moved = (after - before).abs()
        assert float(moved.median()) == pytest.approx(0.02, rel=0.01)


def frames_of(features: FeatureNet, spec: TransferSpec, begun: Tensor | None = None) -> list[Frame]:
    return list(paint(features, PHOTO, [(ARTWORK, 1.0)], spec, begun))


class TestPaint:
    def test_yields_each_step_with_its_losses(self, features: FeatureNet) -> None:
        frames = frames_of(features, SPEC)
        assert [frame.done for frame in frames] == list(range(1, 9))
        assert all(frame.total == 8 and frame.losses for frame in frames)
        last = frames[-1].image
        assert last is not None
        assert last.shape == PHOTO.shape
        assert 0 <= float(last.min()) <= float(last.max()) <= 1
        assert frames[-1].warnings == ()

    def test_gives_the_same_picture_again(self, features: FeatureNet) -> None:
        spec = replace(SPEC, init=Init.NOISE, seed=3)
        one, again = (frames_of(features, spec)[-1].image for _ in range(2))
        assert one is not None
        assert again is not None
        assert torch.equal(one, again)

    def test_continues_from_a_saved_picture(self, features: FeatureNet) -> None:
        kept = frames_of(features, SPEC)[-1].kept
        assert kept is not None
        one = replace(SPEC, steps=1)
        first = frames_of(features, one, kept.picture)[0].losses or {}
        begin = frames_of(features, one)[0].losses or {}
        assert first["total"] < 0.9 * begin["total"]

    @pytest.mark.parametrize("optimizer", Optimizer)
    def test_stops_at_the_best_picture_if_the_loss_explodes(
        self, features: FeatureNet, optimizer: Optimizer
    ) -> None:
        frames = frames_of(features, replace(SPEC, steps=30, learning_rate=10, optimizer=optimizer))
        last = frames[-1]
        if optimizer is Optimizer.LBFGS:  # its line search takes a shorter step
            assert last.done == 30
            return
        assert last.warnings == (DIVERGED,)
        assert last.done == last.total < 30
        assert last.image is not None
        recipe = recipe_for(features)
        totals = [(frame.losses or {})["total"] for frame in frames]
        assert recipe.losses(2 * last.image - 1).numbers()["total"] == pytest.approx(
            min(totals), rel=1e-3
        )

    def test_does_not_stop_for_the_default_rate_from_any_start(self, features: FeatureNet) -> None:
        for init in Init:
            assert frames_of(features, replace(SPEC, init=init))[-1].warnings == ()

    @pytest.mark.parametrize("size", [(1, 1), (2, 9), (33, 1)])
    def test_accepts_any_size(self, features: FeatureNet, size: tuple[int, int]) -> None:
        photo = torch.rand(1, 3, *size)
        [frame] = paint(features, photo, [(ARTWORK, 1.0)], replace(SPEC, steps=1))
        assert frame.image is not None
        assert frame.image.shape == photo.shape
        assert frame.image.isfinite().all()


class Watching(FeatureNet):
    """A network that notes how many pixels it sees, and whether earlier activations are gone."""

    def __init__(self, features: FeatureNet) -> None:
        super().__init__(features.network, features.channel_scale)
        self.pixels: list[int] = []
        self.still_there = 0
        self._made: list[weakref.ref[Tensor]] = []

    def forward(self, x: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Compute the features, and take notes."""
        self.pixels.append(x.shape[2] * x.shape[3])
        self.still_there += sum(each() is not None for each in self._made)
        found = super().forward(x, layers)
        self._made = [weakref.ref(each) for each in found.values()]
        return found


class TestMemory:
    BIG = torch.rand(1, 3, 200, 260, generator=torch.Generator().manual_seed(3))

    def test_holds_the_activations_of_one_artwork_at_a_time(self, features: FeatureNet) -> None:
        network = Watching(features)
        Recipe(network, PHOTO, [(ARTWORK, 0.5), (PHOTO, 0.3), (ARTWORK, 0.2)], SPEC)
        assert network.still_there == 0

    def test_sees_no_more_pixels_of_an_artwork_than_of_the_photo(
        self, features: FeatureNet
    ) -> None:
        network = Watching(features)
        list(paint(network, PHOTO, [(self.BIG, 1.0)], replace(SPEC, steps=1, style_scale=4.0)))
        assert max(network.pixels) <= 1.1 * PHOTO.shape[2] * PHOTO.shape[3]

    def test_finds_in_the_parts_what_the_whole_has(self, features: FeatureNet) -> None:
        spec = replace(SPEC, content_weight=0.0)
        cut, whole = (
            Recipe(features, photo, [(self.BIG, 1.0)], spec).empty_loss()
            for photo in (self.BIG[..., :100, :130], self.BIG)
        )
        assert cut == pytest.approx(whole, rel=0.05)

    def test_drops_each_artwork_in_its_own_size_before_the_next(self, features: FeatureNet) -> None:
        made: list[weakref.ref[Tensor]] = []

        def artworks() -> Iterator[tuple[Tensor, float]]:
            for _ in range(3):
                assert all(each() is None for each in made)
                yield noted(self.BIG.clone()), 1 / 3

        def noted(artwork: Tensor) -> Tensor:
            made.append(weakref.ref(artwork))
            return artwork

        list(paint(features, PHOTO, artworks(), replace(SPEC, steps=1)))
        assert len(made) == 3

    def test_remembers_few_steps_of_lbfgs(
        self, features: FeatureNet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        remembered: list[int] = []

        class Kept(torch.optim.LBFGS):
            def step(self, closure: Any) -> Any:  # type: ignore[override]
                found = super().step(closure)  # type: ignore[no-untyped-call]
                state = self.state[self.param_groups[0]["params"][0]]
                remembered.append(len(state.get("old_dirs", ())))
                return found

        monkeypatch.setattr(torch.optim, "LBFGS", Kept)
        first = first_picture(Init.NOISE, PHOTO, ARTWORK, 0)
        list(descend(recipe_for(features).losses, first, 25, Optimizer.LBFGS))
        assert 5 < max(remembered) <= 10
