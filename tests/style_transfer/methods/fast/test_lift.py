"""Local contrast of photos: what is raised, what stays, and each photo of a batch for itself."""

import pytest
import torch

from style_transfer.imaging import tensors
from style_transfer.methods.fast.lift import lift


def photo(seed: int, contrast: float, level: float = 0.5, side: int = 80) -> torch.Tensor:
    """Make a photo (1, 3, H, W) of bytes with soft shapes around a level."""
    draw = torch.Generator().manual_seed(seed)
    shapes = torch.randn(1, 1, 12, 16, generator=draw)
    large = torch.nn.functional.interpolate(shapes, (side, side + 32), mode="bicubic")
    large = large.expand(-1, 3, -1, -1)
    return ((level + contrast * large).clamp(0, 1) * 255).round().byte()


def deviation(x: torch.Tensor) -> float:
    return x.float().std().item() / 255


def test_raises_the_contrast_of_a_dull_photo() -> None:
    dull = photo(0, 0.03)
    assert deviation(lift(dull)) > 1.3 * deviation(dull)


def test_hardly_changes_a_photo_of_strong_contrast() -> None:
    strong = photo(1, 0.3, level=0.6)
    assert (lift(strong).float() - strong.float()).abs().mean() < 6


def test_brightens_shadows_but_not_lights() -> None:
    dark, light = photo(2, 0.02, level=0.1), photo(2, 0.02, level=0.7)
    assert lift(dark).float().mean() > dark.float().mean() + 15
    assert abs(lift(light).float().mean() - light.float().mean()) < 2


def test_hardly_raises_noise_in_a_flat_sky() -> None:
    sky = (torch.rand(1, 3, 128, 160, generator=torch.Generator().manual_seed(3)) * 4 + 180).byte()
    assert deviation(lift(sky)) < 2.5 * deviation(sky) + 1 / 255


def test_changes_a_photo_by_the_given_share() -> None:
    dull = photo(4, 0.03)
    assert torch.equal(lift(dull, 0), dull)
    ways = [(lift(dull, share).float() - dull.float()).abs().mean() for share in (0.25, 0.5, 1)]
    assert ways[0] < ways[1] < ways[2]


def test_gives_the_same_from_floats_and_from_bytes() -> None:
    dull = photo(5, 0.05)
    assert (lift(dull.float() / 255).int() - lift(dull).int()).abs().max() <= 1


def test_changes_each_photo_of_a_batch_by_its_own_light() -> None:
    one, other = photo(6, 0.03), photo(7, 0.2, level=0.2)
    both = lift(torch.cat([one, other]))
    assert torch.equal(both[:1], lift(one))
    assert torch.equal(both[1:], lift(other))


def test_works_in_bands_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    dull = photo(8, 0.04)
    whole = lift(dull)
    monkeypatch.setattr(tensors, "_AT_ONCE", 112 * 7)
    assert (lift(dull).int() - whole.int()).abs().max() <= 1


@pytest.mark.parametrize("size", [(16, 16), (16, 400), (1, 1)])
def test_accepts_any_size(size: tuple[int, int]) -> None:
    tiny = torch.full((1, 3, *size), 90, dtype=torch.uint8)
    assert lift(tiny).shape == tiny.shape
