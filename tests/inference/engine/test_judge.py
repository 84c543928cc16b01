import pytest
import torch
from torch import Tensor

from inference.engine.descent import Descent
from inference.engine.features import FeatureNet
from inference.engine.judge import Judge, content_weight, faith
from inference.engine.methods.frame import Artwork
from inference.engine.spec import TransferSpec

PHOTO = torch.rand(1, 3, 32, 40, generator=torch.Generator().manual_seed(1))
ARTWORK = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(2))


def judge(features: FeatureNet, strength: float = 0.75, photo: Tensor = PHOTO) -> Judge:
    generator = torch.Generator().manual_seed(0)
    return Judge(
        features, photo, [Artwork(ARTWORK, 1.0)], TransferSpec(strength=strength), generator
    )


class TestGradient:
    def test_has_the_shape_of_the_picture_and_is_finite(self, features: FeatureNet) -> None:
        gradient = judge(features).gradient(torch.rand_like(PHOTO))
        assert gradient.shape == PHOTO.shape
        assert gradient.isfinite().all()
        assert gradient.abs().max() > 0

    def test_leads_to_the_strokes_laid_last(self, features: FeatureNet) -> None:
        looked_at = judge(features)
        laid = looked_at.lay_strokes(PHOTO, settled=False)
        descent = Descent(PHOTO.flip(3))
        before = (descent.image - laid).square().mean()
        for _ in range(40):
            descent.step_(looked_at.gradient(descent.image), 0.03)
        assert (descent.average - laid).square().mean() < 0.5 * before

    def test_leaves_the_picture_without_gradients(self, features: FeatureNet) -> None:
        image = torch.rand_like(PHOTO)
        judge(features).gradient(image)
        assert not image.requires_grad

    def test_works_where_gradients_are_off(self, features: FeatureNet) -> None:
        with torch.no_grad():
            assert judge(features).gradient(torch.rand_like(PHOTO)).abs().max() > 0


class TestStrokes:
    def test_lays_strokes_of_the_size_of_the_picture(self, features: FeatureNet) -> None:
        laid = judge(features).lay_strokes(PHOTO, settled=True)
        assert laid.shape == PHOTO.shape
        assert laid.min() >= 0
        assert laid.max() <= 1

    def test_draws_the_picture_to_the_strokes_laid_last(self, features: FeatureNet) -> None:
        looked_at = judge(features)
        laid = looked_at.lay_strokes(PHOTO, settled=True)
        away = looked_at.gradient((laid + 0.3).clamp(0, 1))
        assert away.mean() > looked_at.gradient(laid).mean()

    @pytest.mark.parametrize("size", [(1, 1), (2, 9), (33, 1)])
    def test_takes_any_size(self, features: FeatureNet, size: tuple[int, int]) -> None:
        photo = torch.rand(1, 3, *size)
        looked_at = judge(features, photo=photo)
        assert looked_at.gradient(looked_at.lay_strokes(photo, settled=True)).isfinite().all()


@pytest.mark.parametrize("weigh", [content_weight, faith])
def test_holds_to_the_photo_less_the_stronger_the_painting(weigh: object) -> None:
    assert callable(weigh)
    values = [weigh(strength / 10) for strength in range(11)]
    assert values == sorted(values, reverse=True)
    assert min(values) > 0
