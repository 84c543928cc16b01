import pytest
import torch

from style_transfer.features.losses import (
    Moments,
    blend_moments,
    content_distance,
    extract,
    moments_of,
    style_distance,
    total_variation,
)
from tests.style_transfer.conftest import TinyFeatures


class TestMoments:
    def test_measures_mean_and_covariance(self) -> None:
        maps = torch.rand(1, 5, 8, 6)
        moments = moments_of(maps)
        flat = maps[0].flatten(1)
        assert torch.allclose(moments.mean, flat.mean(1))
        assert torch.allclose(moments.covariance, flat.cov(correction=0), atol=1e-6)

    def test_ignores_positions(self) -> None:
        maps = torch.rand(1, 4, 6, 6)
        moved = maps.flip(2).transpose(2, 3)
        assert torch.allclose(moments_of(maps).covariance, moments_of(moved).covariance)

    def test_is_finite_for_a_single_pixel(self) -> None:
        assert moments_of(torch.rand(1, 4, 1, 1)).covariance.abs().max() == 0

    def test_blends_by_weight(self) -> None:
        first, second = (moments_of(torch.rand(1, 3, 4, 4)) for _ in range(2))
        blended = blend_moments([first, second], [0.25, 0.75])
        assert torch.allclose(blended.mean, 0.25 * first.mean + 0.75 * second.mean)
        expected = 0.25 * first.covariance + 0.75 * second.covariance
        assert torch.allclose(blended.covariance, expected)


class TestDistances:
    def test_is_zero_for_the_same(self) -> None:
        maps = {"a": torch.rand(1, 3, 4, 4), "b": torch.rand(1, 5, 2, 2)}
        moments = {name: moments_of(value) for name, value in maps.items()}
        assert style_distance(moments, moments) == 0
        assert content_distance(maps, maps) == 0

    def test_does_not_depend_on_the_scale_of_a_layer(self) -> None:
        painted, wanted = torch.rand(1, 3, 9, 9), torch.rand(1, 3, 9, 9)
        small = content_distance({"a": painted}, {"a": wanted})
        large = content_distance({"a": 50 * painted}, {"a": 50 * wanted})
        assert large == pytest.approx(small.item(), rel=1e-3)

    def test_is_one_for_zero_features(self) -> None:
        wanted = Moments(torch.ones(3), torch.eye(3))
        nothing = Moments(torch.zeros(3), torch.zeros(3, 3))
        assert style_distance({"a": nothing}, {"a": wanted}) == pytest.approx(2, rel=1e-3)

    def test_is_finite_against_zero_features(self) -> None:
        zero = {"a": torch.zeros(1, 3, 2, 2)}
        assert content_distance({"a": torch.ones(1, 3, 2, 2)}, zero).isfinite()


class TestExtract:
    def test_divides_channels_by_their_standard_deviation(self, features: TinyFeatures) -> None:
        image = torch.rand(1, 3, 16, 16)
        raw = features(image, ["relu1_1"])["relu1_1"]
        scale = features.channel_scale["relu1_1"]
        found = extract(features, image, ["relu1_1"])["relu1_1"]
        loud = scale > scale.mean()
        assert torch.allclose(found[0, loud], raw[0, loud] / scale[loud][:, None, None])

    def test_does_not_amplify_silent_channels(self, features: TinyFeatures) -> None:
        scale = torch.ones_like(features.channel_scale["relu1_1"])
        scale[0] = 0
        features.channel_scale["relu1_1"] = scale
        found = extract(features, torch.rand(1, 3, 16, 16), ["relu1_1"])["relu1_1"]
        assert found.isfinite().all()

    def test_passes_gradients_to_the_picture(self, features: TinyFeatures) -> None:
        image = torch.rand(1, 3, 16, 16, requires_grad=True)
        maps = extract(features, image, ["relu1_1", "relu2_1"])
        loss = content_distance(maps, {name: torch.zeros_like(m) for name, m in maps.items()})
        (gradient,) = torch.autograd.grad(loss, image)
        assert gradient.shape == image.shape
        assert gradient.abs().max() > 0


def test_gives_a_higher_total_variation_to_noise_than_to_a_flat_picture() -> None:
    assert total_variation(torch.full((1, 3, 8, 8), 0.4)) == 0
    assert total_variation(torch.rand(1, 3, 8, 8)) > 0.1
    assert total_variation(torch.rand(1, 3, 1, 1)) == 0
