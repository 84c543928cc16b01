"""The slim VGG: names, shapes, padding, pooling and the normalization of its input."""

import pytest
import torch

from style_transfer.features.vgg import (
    BLOCKS,
    IMAGENET_MEAN,
    IMAGENET_STD,
    LAYERS,
    TAPS,
    SlimVGG,
    average_pool,
    max_pool,
    reflect,
    reflect_to,
    strip_heads,
)

WIDTHS = (2, 3, 4, 5, 6)


@pytest.fixture
def network() -> SlimVGG:
    torch.manual_seed(0)
    return SlimVGG(WIDTHS)


def test_names_the_layers_of_vgg19_up_to_relu5_1() -> None:
    assert len(LAYERS) == sum(BLOCKS) == 13
    assert LAYERS[:3] == ("relu1_1", "relu1_2", "relu2_1")
    assert LAYERS[-2:] == ("relu4_4", "relu5_1")
    assert TAPS == ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


@pytest.mark.parametrize(("height", "width"), [(64, 64), (33, 47), (1, 1), (1, 40), (16, 3)])
def test_halves_the_sides_at_every_block_for_any_size(
    network: SlimVGG, height: int, width: int
) -> None:
    found = network(torch.rand(2, 3, height, width))
    for block, name in enumerate(TAPS):
        sides = tuple(max(1, side >> block) for side in (height, width))
        assert found[name].shape == (2, WIDTHS[block], *sides)
        assert found[name].isfinite().all()
        assert found[name].min() >= 0


def test_computes_only_the_requested_layers(network: SlimVGG) -> None:
    calls: list[str] = []
    for name, module in network.named_children():
        module.register_forward_hook(lambda *_, name=name: calls.append(name))
    found = network(torch.rand(1, 3, 16, 16), ("relu2_1", "relu1_2"))
    assert set(found) == {"relu1_2", "relu2_1"}
    assert calls == ["input", "conv1_1", "conv1_2", "conv2_1"]


def test_continues_from_an_inner_layer(network: SlimVGG) -> None:
    whole = network(torch.rand(1, 3, 32, 32), ("relu2_1", "relu4_1"))
    rest = network(whole["relu2_1"], ("relu4_1",), start="relu2_1")
    assert torch.equal(rest["relu4_1"], whole["relu4_1"])


def test_applies_the_imagenet_normalization_first(network: SlimVGG) -> None:
    picture = torch.rand(1, 3, 4, 4)
    mean = torch.tensor(IMAGENET_MEAN)[:, None, None]
    std = torch.tensor(IMAGENET_STD)[:, None, None]
    torch.testing.assert_close(network.input(picture), (picture - mean) / std)


def test_does_not_train_the_normalization(network: SlimVGG) -> None:
    network(torch.rand(1, 3, 16, 16))["relu5_1"].sum().backward()
    assert network.input.weight.grad is None
    assert network.get_parameter("conv1_1.weight").grad is not None


def test_passes_gradients_to_the_picture(network: SlimVGG) -> None:
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    network(picture)["relu5_1"].sum().backward()
    assert picture.grad is not None
    assert picture.grad.abs().sum() > 0


def test_passes_a_leak_below_zero(network: SlimVGG) -> None:
    picture = torch.rand(1, 3, 8, 8)
    tight = network(picture, ("relu1_1",))["relu1_1"]
    network.leak = 0.5
    leaky = network(picture, ("relu1_1",))["relu1_1"]
    assert leaky.min() < 0
    torch.testing.assert_close(leaky.clamp_min(0), tight)


def test_is_the_same_for_the_same_seed() -> None:
    torch.manual_seed(7)
    one = SlimVGG(WIDTHS).state_dict()
    torch.manual_seed(7)
    other = SlimVGG(WIDTHS).state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_pools_by_mean_or_maximum() -> None:
    x = torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])
    assert average_pool(x).item() == 3
    assert max_pool(x).item() == 6
    thin = torch.tensor([[[[1.0, 3.0]]]])
    assert average_pool(thin).tolist() == [[[[2.0]]]]
    assert max_pool(thin).tolist() == [[[[3.0]]]]


def test_reflects_at_the_border_without_repeating_the_edge() -> None:
    x = torch.arange(9.0).view(1, 1, 3, 3)
    padded = reflect(x)
    assert padded.shape == (1, 1, 5, 5)
    assert padded[0, 0, 0].tolist() == [4, 3, 4, 5, 4]


@pytest.mark.parametrize("size", [(16, 32), (1, 1), (1, 200), (17, 5), (33, 48), (2, 2)])
def test_pads_by_reflection_to_a_multiple(size: tuple[int, int]) -> None:
    x = torch.rand(2, 3, *size)
    padded = reflect_to(x, 16)
    assert tuple(padded.shape[2:]) == tuple(-(-side // 16) * 16 for side in size)
    assert torch.equal(padded[..., : size[0], : size[1]], x)
    assert set(padded.flatten().tolist()) == set(x.flatten().tolist())
    assert padded.is_contiguous(memory_format=torch.channels_last)


def test_reflects_a_short_side_repeatedly() -> None:
    x = torch.tensor([0.0, 1.0, 2.0]).view(1, 1, 1, 3)
    padded = reflect_to(x, 8)
    assert padded[0, 0, 0].tolist() == [0, 1, 2, 1, 0, 1, 2, 1]
    assert padded.shape == (1, 1, 8, 8)
    assert torch.equal(padded[0, 0, 7], padded[0, 0, 0])


def test_also_reflects_bytes() -> None:
    x = torch.randint(0, 256, (1, 3, 5, 5), dtype=torch.uint8)
    assert torch.equal(reflect_to(x, 8).float(), reflect_to(x.float(), 8))


def test_removes_the_heads_of_a_slimmed_file() -> None:
    state = {"conv1_1.weight": torch.zeros(1), "conv1_1.to_vgg19.weight": torch.zeros(1)}
    assert list(strip_heads(state)) == ["conv1_1.weight"]
