"""torchvision's VGG-19 with our names of layers and torchvision's names of weights."""

import pytest
import torch
from torch import nn

from style_transfer.features.torchvision_backbones import ImageNetVGG
from style_transfer.features.torchvision_shim import import_torchvision
from style_transfer.features.vgg import IMAGENET_MEAN, IMAGENET_STD, LAYERS, TAPS

CHANNELS = (64, 128, 256, 512, 512)


@pytest.fixture(scope="module")
def original() -> nn.Module:
    """Return torchvision's layers with random weights, in the layout of its file."""
    torch.manual_seed(0)
    vgg = import_torchvision().models.vgg
    whole: nn.Module = vgg.VGG(vgg.make_layers(vgg.cfgs["E"]), num_classes=1, init_weights=False)
    del whole.classifier
    return whole.eval()


@pytest.fixture(scope="module")
def network(original: nn.Module) -> ImageNetVGG:
    built = ImageNetVGG()
    built.load_(original.state_dict())
    return built.eval()


def test_computes_exactly_what_torchvision_computes(
    network: ImageNetVGG, original: nn.Module
) -> None:
    picture = torch.rand(1, 3, 32, 32)
    mean = torch.tensor(IMAGENET_MEAN)[:, None, None]
    std = torch.tensor(IMAGENET_STD)[:, None, None]
    layers = original.get_submodule("features")
    assert isinstance(layers, nn.Sequential)
    with torch.no_grad():
        expected = layers[:30]((picture - mean) / std)
        first = layers[:2]((picture - mean) / std)
        found = network(picture, ("relu1_1", "relu5_1"))
    torch.testing.assert_close(found["relu5_1"], expected)
    torch.testing.assert_close(found["relu1_1"], first)


def test_halves_the_sides_at_every_block(network: ImageNetVGG) -> None:
    with torch.no_grad():
        found = network(torch.rand(1, 3, 48, 32), LAYERS)
    assert tuple(found) == LAYERS
    for block, name in enumerate(TAPS):
        assert found[name].shape == (1, CHANNELS[block], 48 >> block, 32 >> block)


def test_passes_gradients_to_the_picture(network: ImageNetVGG) -> None:
    picture = torch.rand(1, 3, 16, 16, requires_grad=True)
    network(picture, ("relu1_2", "relu2_1"))["relu2_1"].sum().backward()
    assert picture.grad is not None
    assert picture.grad.abs().sum() > 0


def test_omits_the_layers_after_relu5_1(network: ImageNetVGG) -> None:
    assert len(network.features) == 30
    assert "features.28.weight" in network.state_dict()
    assert "features.30.weight" not in network.state_dict()


def test_refuses_weights_of_another_network() -> None:
    with pytest.raises(RuntimeError, match="Missing key"):
        ImageNetVGG().load_({"features.0.weight": torch.zeros(64, 3, 3, 3)})
