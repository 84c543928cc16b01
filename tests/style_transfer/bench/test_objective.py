import pytest
import torch
from torch import Tensor

from style_transfer.bench.objective import Artwork, StyleObjective, content_weight
from style_transfer.features.builtin import FeatureNet

PHOTO = torch.rand(1, 3, 32, 40, generator=torch.Generator().manual_seed(1))
ARTWORK = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(2))


def objective_for(
    features: FeatureNet, strength: float = 0.75, photo: Tensor = PHOTO
) -> StyleObjective:
    return StyleObjective(features, photo, [Artwork(ARTWORK, 1.0)], strength)


class TestStyleObjective:
    def test_decreases_against_its_gradient(self, features: FeatureNet) -> None:
        image, looked_at = torch.rand_like(PHOTO) * 0.8 + 0.1, objective_for(features)
        (gradient,) = torch.autograd.grad(looked_at.loss(image.requires_grad_()), image)
        assert gradient.isfinite().all()
        with torch.no_grad():
            moved = image - 1e-3 * gradient / gradient.norm()
            assert looked_at.loss(moved) < looked_at.loss(image)

    def test_has_a_lower_loss_for_the_artwork_itself(self, features: FeatureNet) -> None:
        looked_at = StyleObjective(features, ARTWORK, [Artwork(ARTWORK, 1.0)], 1.0)
        other = StyleObjective(features, ARTWORK, [Artwork(ARTWORK.square(), 1.0)], 1.0)
        assert looked_at.loss(ARTWORK) < 0.5 * other.loss(ARTWORK)

    def test_gives_less_weight_to_the_photo_at_higher_strength(self, features: FeatureNet) -> None:
        away = PHOTO.flip(3)
        losses = [objective_for(features, strength).loss(away) for strength in (0.2, 0.6, 1.0)]
        assert losses == sorted(losses, reverse=True)

    @pytest.mark.parametrize("size", [(1, 1), (2, 9), (33, 1)])
    def test_accepts_any_size(self, features: FeatureNet, size: tuple[int, int]) -> None:
        photo = torch.rand(1, 3, *size)
        assert objective_for(features, photo=photo).loss(photo).isfinite()


def test_reduces_the_content_weight_with_strength() -> None:
    values = [content_weight(strength / 10) for strength in range(11)]
    assert values == sorted(values, reverse=True)
    assert min(values) > 0
