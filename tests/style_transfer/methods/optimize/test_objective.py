import pytest
import torch
from torch import Tensor

from style_transfer.features.builtin import FeatureNet
from style_transfer.methods.frame import Artwork
from style_transfer.methods.optimize.lbfgs import LBFGS
from style_transfer.methods.optimize.objective import StyleObjective, content_weight

PHOTO = torch.rand(1, 3, 32, 40, generator=torch.Generator().manual_seed(1))
ARTWORK = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(2))


def objective_for(
    features: FeatureNet, strength: float = 0.75, photo: Tensor = PHOTO
) -> StyleObjective:
    return StyleObjective(features, photo, [Artwork(ARTWORK, 1.0)], strength)


class TestStyleObjective:
    def test_returns_a_gradient_of_the_shape_of_the_picture(self, features: FeatureNet) -> None:
        loss, gradient = objective_for(features).evaluate(torch.rand_like(PHOTO))
        assert loss > 0
        assert not loss.requires_grad
        assert gradient.shape == PHOTO.shape
        assert gradient.isfinite().all()
        assert gradient.abs().max() > 0

    def test_returns_the_gradient_of_its_loss(self, features: FeatureNet) -> None:
        image, looked_at = torch.rand_like(PHOTO) * 0.8 + 0.1, objective_for(features)
        loss, gradient = looked_at.evaluate(image)
        assert looked_at.loss(image - 1e-3 * gradient / gradient.norm()) < loss

    def test_has_a_lower_loss_for_the_artwork_itself(self, features: FeatureNet) -> None:
        looked_at = StyleObjective(features, ARTWORK, [Artwork(ARTWORK, 1.0)], 1.0)
        other = StyleObjective(features, ARTWORK, [Artwork(ARTWORK.square(), 1.0)], 1.0)
        assert looked_at.loss(ARTWORK) < 0.5 * other.loss(ARTWORK)

    def test_gives_less_weight_to_the_photo_at_higher_strength(self, features: FeatureNet) -> None:
        away = PHOTO.flip(3)
        losses = [objective_for(features, strength).loss(away) for strength in (0.2, 0.6, 1.0)]
        assert losses == sorted(losses, reverse=True)

    def test_leaves_the_picture_without_gradients(self, features: FeatureNet) -> None:
        image = torch.rand_like(PHOTO)
        objective_for(features).evaluate(image)
        assert not image.requires_grad

    def test_works_when_gradients_are_disabled(self, features: FeatureNet) -> None:
        with torch.no_grad():
            assert objective_for(features).evaluate(torch.rand_like(PHOTO))[1].abs().max() > 0

    def test_is_reduced_by_lbfgs(self, features: FeatureNet) -> None:
        looked_at, optimizer = objective_for(features), LBFGS(PHOTO * 0.3)
        losses = []
        for _ in range(12):
            loss, gradient = looked_at.evaluate(optimizer.image)
            losses.append(float(loss))
            optimizer.step_(loss, gradient)
        assert losses[-1] < 0.5 * losses[0]

    @pytest.mark.parametrize("size", [(1, 1), (2, 9), (33, 1)])
    def test_accepts_any_size(self, features: FeatureNet, size: tuple[int, int]) -> None:
        photo = torch.rand(1, 3, *size)
        assert objective_for(features, photo=photo).evaluate(photo)[1].isfinite().all()


def test_reduces_the_content_weight_with_strength() -> None:
    values = [content_weight(strength / 10) for strength in range(11)]
    assert values == sorted(values, reverse=True)
    assert min(values) > 0
