import pytest
import torch
from torch import Tensor

from style_transfer.methods.optimize.stroke_painter import StrokeSynthesizer
from style_transfer.methods.patch_bank import PatchBank

PHOTO = torch.rand(1, 3, 32, 40, generator=torch.Generator().manual_seed(1))
ARTWORK = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(2))


def brush(photo: Tensor = PHOTO, strength: float = 0.75, seed: int = 0) -> StrokeSynthesizer:
    patches = [PatchBank.from_picture(ARTWORK).patches()]
    return StrokeSynthesizer(photo, patches, strength, torch.Generator().manual_seed(seed))


class TestStrokeSynthesizer:
    @pytest.mark.parametrize("settled", [False, True])
    def test_returns_a_picture_of_the_same_size(self, *, settled: bool) -> None:
        laid = brush().synthesize(PHOTO, settled=settled)
        assert laid.shape == PHOTO.shape
        assert laid.min() >= 0
        assert laid.max() <= 1

    def test_is_the_same_for_the_same_seed(self) -> None:
        first, again = (brush().synthesize(PHOTO, settled=False) for _ in range(2))
        assert torch.equal(first, again)

    def test_stays_near_the_photo_when_strength_is_low(self) -> None:
        other = PHOTO.flip(3)
        near, far = (
            (brush(strength=strength).synthesize(other, settled=True) - PHOTO).abs().mean()
            for strength in (0.0, 1.0)
        )
        assert near < far

    def test_stays_near_the_photo_where_it_has_detail(self) -> None:
        photo = torch.full((1, 3, 40, 80), 0.5)
        photo[..., 40:] = (torch.arange(40) // 4 % 2).float()
        art = PatchBank.from_picture(torch.cat([photo, photo.flip(3)], 2)).patches()
        looked_at = StrokeSynthesizer(photo, [art], 0.9, torch.Generator().manual_seed(0))
        laid = looked_at.synthesize(1 - photo, settled=True)
        away = (laid - photo).abs().mean((0, 1, 2))
        assert away[48:72].mean() < (1 - photo - photo).abs().mean((0, 1, 2))[48:72].mean()

    @pytest.mark.parametrize("size", [(1, 1), (2, 9), (33, 1)])
    def test_accepts_any_size(self, size: tuple[int, int]) -> None:
        photo = torch.rand(1, 3, *size)
        laid = brush(photo).synthesize(photo, settled=True)
        assert laid.shape == photo.shape
        assert laid.isfinite().all()
