import torch
from hypothesis import given
from hypothesis import strategies as st

from style_transfer.imaging.pyramid import resize, sizes_up_to


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_ends_at_the_size_itself_and_only_grows(width: int, height: int) -> None:
    sizes = sizes_up_to(width, height)
    assert sizes[-1] == (width, height)
    assert all(min(size) >= 1 for size in sizes)
    longest = [max(size) for size in sizes]
    assert longest == sorted(longest)


def test_grows_by_about_the_square_root_of_two() -> None:
    assert sizes_up_to(512, 256) == [(128, 64), (181, 91), (256, 128), (362, 181), (512, 256)]


def test_has_one_size_for_a_small_picture() -> None:
    assert sizes_up_to(60, 20) == [(60, 20)]


def test_returns_a_picture_of_the_same_size_unchanged() -> None:
    image = torch.rand(1, 3, 5, 7)
    assert resize(image, (7, 5)) is image


def test_scales_within_range() -> None:
    image = (torch.rand(1, 3, 16, 16) > 0.5).float()
    for size in ((40, 24), (5, 3), (1, 1)):
        result = resize(image, size)
        assert result.shape[-2:] == (size[1], size[0])
        assert result.min() >= 0
        assert result.max() <= 1


def test_averages_when_it_shrinks() -> None:
    stripes = torch.zeros(1, 3, 32, 32)
    stripes[..., ::2] = 1
    assert torch.allclose(resize(stripes, (8, 8))[..., 2:-2], torch.tensor(0.5), atol=0.02)
