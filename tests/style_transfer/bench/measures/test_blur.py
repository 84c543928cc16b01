import pytest
import torch

from style_transfer.bench.measures.blur import gaussian_blur


def test_keeps_a_flat_picture_to_its_border() -> None:
    picture = torch.full((2, 3, 7, 5), 0.4)
    assert torch.allclose(gaussian_blur(picture, 3), picture)


def test_spreads_a_point_by_sigma() -> None:
    point = torch.zeros(1, 1, 41, 41)
    point[..., 20, 20] = 1
    spread = gaussian_blur(point, 2.0)[0, 0].sum(0)
    offsets = torch.arange(41) - 20
    assert float(spread.sum()) == pytest.approx(1, abs=1e-5)
    assert float((spread * offsets**2).sum()) == pytest.approx(4, rel=0.03)
