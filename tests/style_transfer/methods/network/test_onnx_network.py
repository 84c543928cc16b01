"""A painting network in a session paints as by torch, whole and in tiles with held statistics."""

import pytest
import torch

from style_transfer.methods.network import johnson
from style_transfer.methods.network.johnson import PaintingNet, draw_noise
from style_transfer.methods.network.onnx_network import OnnxPaintingNet
from tests.support.torch_sessions import network_session

PHOTO = torch.rand(1, 3, 48, 40, generator=torch.Generator().manual_seed(1))
OTHER = PHOTO.flip(2) ** 2
NOISE = draw_noise(PHOTO, torch.Generator().manual_seed(2))


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> PaintingNet:
    monkeypatch.setattr(johnson, "BLOCKS", 1)
    torch.manual_seed(0)
    return PaintingNet(4).eval().requires_grad_(False)


@pytest.fixture
def onnx(network: PaintingNet) -> OnnxPaintingNet:
    return OnnxPaintingNet(network, network_session(network))  # type: ignore[arg-type]


def test_paints_as_torch_does(network: PaintingNet, onnx: OnnxPaintingNet) -> None:
    torch.testing.assert_close(onnx(PHOTO, NOISE), network(PHOTO, NOISE))
    torch.testing.assert_close(onnx.recolor(PHOTO), network.recolor(PHOTO))


def test_holds_the_statistics_of_the_next_picture(
    network: PaintingNet, onnx: OnnxPaintingNet
) -> None:
    own = onnx(OTHER, NOISE)
    for each in (network, onnx):
        each.hold_()
        each(PHOTO, NOISE)
    held = onnx(OTHER, NOISE)
    torch.testing.assert_close(held, network(OTHER, NOISE))
    assert not torch.allclose(held, own)
