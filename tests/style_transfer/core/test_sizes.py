"""The requested size, the painted size, and the sizes between them."""

import pytest

from style_transfer.core.sizes import STRIDE, fitted, painted_size, result_size, scaled
from style_transfer.methods.fast import decoder


def test_has_the_stride_of_the_networks() -> None:
    assert decoder.STRIDE == STRIDE


def test_keeps_at_least_one_pixel() -> None:
    assert scaled(4097, 1, 0.1) == (410, 1)
    assert fitted(4096, 2, 64) == (64, 1)


@pytest.mark.parametrize("own", [(1024, 768), (768, 1024), (100, 100)])
def test_fits_the_longest_side(own: tuple[int, int]) -> None:
    assert max(fitted(*own, 512)) == 512


def test_uses_the_photos_size_up_to_the_maximum() -> None:
    assert result_size((640, 480), None) == (640, 480)
    assert result_size((8192, 4096), None) == (4096, 2048)


@pytest.mark.parametrize("asked", [64, 640, 1280])
def test_uses_the_requested_size(asked: int) -> None:
    assert max(result_size((640, 480), asked)) == asked


def test_paints_at_most_the_allowed_pixels() -> None:
    assert painted_size((3000, 2000), None) == (3000, 2000)
    assert painted_size((30, 20), 2_000_000) == (30, 20)
    width, height = painted_size((3000, 2000), 1_500_000)
    assert (width, height) == (1500, 1000)
