import pytest
import torch

from style_transfer.methods.patch_bank import ENTRIES, PATCH, SIZE, PatchBank
from style_transfer.methods.patches import draw_patches


def soft(height: int, width: int) -> torch.Tensor:
    """Make soft random colors (1, 3, height, width)."""
    small = torch.rand(1, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    return torch.nn.functional.interpolate(small, (height, width), mode="bicubic").clamp(0, 1)


class TestPatchBank:
    def test_holds_patches_of_the_artwork(self) -> None:
        artwork = soft(90, 110)
        found = PatchBank.from_picture(artwork).patches()
        assert found.shape == (ENTRIES, SIZE)
        real = draw_patches(artwork, PATCH, 10_000, torch.Generator().manual_seed(1))
        nearest = torch.cdist(found[:50], real).amin(1) / SIZE**0.5
        assert nearest.max() < 0.02

    def test_gives_a_share_of_them(self) -> None:
        bank = PatchBank.from_picture(soft(90, 110))
        assert len(bank.patches(0.25)) == ENTRIES // 4
        assert len(bank.patches(0.0)) == 1

    def test_takes_few_bytes(self) -> None:
        bank = PatchBank.from_picture(soft(90, 110))
        assert bank.keys.dtype is torch.int8
        assert bank.keys.numel() + 4 * bank.basis.numel() < 80_000

    def test_is_always_the_same(self) -> None:
        one, other = (PatchBank.from_picture(soft(60, 50)) for _ in range(2))
        assert torch.equal(one.keys, other.keys)

    @pytest.mark.parametrize("size", [(1, 1), (3, 40), (7, 7), (16, 16)])
    def test_accepts_small_artworks(self, size: tuple[int, int]) -> None:
        found = PatchBank.from_picture(torch.rand(1, 3, *size)).patches()
        assert found.isfinite().all()

    @pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
    def test_accepts_flat_artworks(self, value: float) -> None:
        found = PatchBank.from_picture(torch.full((1, 3, 30, 30), value)).patches()
        assert (found - value).abs().max() < 0.01
