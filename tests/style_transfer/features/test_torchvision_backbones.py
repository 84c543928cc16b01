"""torchvision's networks with our names of layers and torchvision's names of weights."""

import pytest
import torch
from torch import Tensor, nn

from style_transfer.features.torchvision_backbones import (
    NETWORKS,
    ImageNetBackbone,
    ImageNetResNet,
    ImageNetVGG,
    measure_peaks,
    smooth,
)
from style_transfer.features.torchvision_shim import import_torchvision
from style_transfer.features.vgg import IMAGENET_MEAN, IMAGENET_STD, LAYERS, TAPS
from style_transfer.methods.gatys.recipe import gram_matrix
from style_transfer.training.dead_leaves import draw_dead_leaves

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
    with pytest.raises(RuntimeError, match="weights are missing, for example features"):
        ImageNetVGG().load_({"features.0.weight": torch.zeros(64, 3, 3, 3)})


# Channels, and how many pixels of the picture a place of the level has on each side.
LEVELS = {
    "vgg16": [(64, 1), (128, 2), (256, 4), (512, 8), (512, 16)],
    "resnet50": [(64, 2), (256, 4), (512, 8), (1024, 16), (2048, 32)],
    "mobilenet_v3_large": [(16, 2), (24, 4), (40, 8), (112, 16), (160, 32)],
}


class TestLevels:
    @pytest.mark.parametrize("name", LEVELS)
    def test_gives_the_five_levels_of_each_network(self, name: str) -> None:
        network = NETWORKS[name]().eval()
        with torch.no_grad():
            found = network(torch.rand(1, 3, 64, 96), TAPS)
        assert tuple(found) == TAPS
        shapes = [tuple(each.shape) for each in found.values()]
        assert shapes == [(1, count, 64 // cell, 96 // cell) for count, cell in LEVELS[name]]

    def test_names_all_layers_of_vgg16(self) -> None:
        assert "relu4_2" in ImageNetVGG("vgg16").layers
        assert "relu3_4" not in ImageNetVGG("vgg16").layers

    @pytest.mark.slow
    def test_computes_exactly_what_torchvision_computes_up_to_the_last_stage(self) -> None:
        torch.manual_seed(0)
        whole = import_torchvision().models.resnet50(weights=None).eval()
        network = ImageNetResNet()
        network.load_(whole.state_dict())
        seen: list[Tensor] = []
        whole.layer4.register_forward_hook(lambda _module, _inputs, maps: seen.append(maps))
        picture = torch.rand(1, 3, 64, 64)
        mean, std = (torch.tensor(each)[:, None, None] for each in (IMAGENET_MEAN, IMAGENET_STD))
        with torch.no_grad():
            whole((picture - mean) / std)
            found = network.eval()(picture, ("relu1_1", "relu5_1"))
        torch.testing.assert_close(found["relu5_1"], seen[0])


def entropy(values: Tensor) -> float:
    """Return the entropy of values as shares of their sum: 0 if one has all, 1 if all are equal."""
    shares = values.flatten() / values.sum()
    some = shares[shares > 0]
    return float(-(some * some.log()).sum() / torch.tensor(float(shares.numel())).log())


class TestSmoothing:
    def test_keeps_the_order_and_the_mean(self) -> None:
        maps = torch.tensor([0.0, 1.0, 2.0, 9.0]).reshape(1, 2, 1, 2)
        smoothed = smooth(maps, 9.0)
        assert float(smoothed.mean()) == pytest.approx(9)
        assert (smoothed.flatten().diff() > 0).all()

    def test_lets_no_activation_up_to_the_peak_count_more_than_e_times(self) -> None:
        maps = 100 * torch.rand(2, 3, 8, 8).square().square()
        smoothed = smooth(maps, float(maps.max()))
        # Each picture of a batch has its own sum.
        ratios = smoothed.amax((1, 2, 3)) / smoothed.amin((1, 2, 3))
        assert float(ratios.max()) <= 2.7183

    def test_treats_each_picture_of_a_batch_alone(self) -> None:
        maps = torch.rand(2, 3, 8, 8)
        alone = torch.cat([smooth(each[None], 1.0) for each in maps])
        torch.testing.assert_close(smooth(maps, 1.0), alone)

    @pytest.mark.slow
    def test_evens_out_the_activations_and_gram_matrices_of_a_resnet(self) -> None:
        """The measures of the paper: peaks fall and entropies rise, in every layer."""
        torch.manual_seed(0)
        plain = ImageNetResNet().eval()
        pictures = [draw_dead_leaves(seed, 96) for seed in range(2)]
        cured = ImageNetResNet(measure_peaks(plain, pictures)).eval()
        cured.load_(plain.state_dict())
        with torch.no_grad():
            before, after = (each(draw_dead_leaves(7, 96), TAPS) for each in (plain, cured))
        for name in TAPS:
            peaks = [float(maps[name].max() / maps[name].mean()) for maps in (before, after)]
            assert peaks[0] > 6
            assert peaks[1] < 3
            grams = [entropy(gram_matrix(maps[name])) for maps in (before, after)]
            assert grams[0] < 0.98
            assert grams[1] > 0.998
            assert entropy(before[name]) < 0.985
            assert entropy(after[name]) > 0.998

    def test_passes_gradients_to_the_picture(self) -> None:
        network: ImageNetBackbone = ImageNetResNet(dict.fromkeys(TAPS, 2.0)).eval()
        picture = torch.rand(1, 3, 64, 64, requires_grad=True)
        gram_matrix(network(picture, TAPS)["relu5_1"]).square().sum().backward()
        assert picture.grad is not None
        assert float(picture.grad.abs().sum()) > 0
