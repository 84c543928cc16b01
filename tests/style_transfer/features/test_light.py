"""The light network: its layers, shapes, start, and size."""

from itertools import pairwise

import pytest
import torch

from style_transfer.features.light import LightVGG, read_light_widths
from style_transfer.features.vgg import TAPS, SlimVGG

WIDTHS = (2, 3, 4, 5, 6)


@pytest.fixture
def network() -> LightVGG:
    torch.manual_seed(0)
    return LightVGG(WIDTHS)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (33, 47), (1, 1), (1, 40), (16, 3)])
def test_halves_the_sides_at_every_level_for_any_size(
    network: LightVGG, height: int, width: int
) -> None:
    found = network(torch.rand(2, 3, height, width))
    for block, name in enumerate(TAPS):
        sides = tuple(max(1, side >> block) for side in (height, width))
        assert found[name].shape == (2, WIDTHS[block], *sides)
        assert found[name].isfinite().all()
        assert found[name].min() >= 0


def test_computes_only_the_requested_layers(network: LightVGG) -> None:
    calls: list[str] = []
    for name, module in network.named_children():
        module.register_forward_hook(lambda *_, name=name: calls.append(name))
    assert set(network(torch.rand(1, 3, 32, 32), ("relu3_1",))) == {"relu3_1"}
    assert calls == ["input", "level1", "level2", "level3"]


def test_continues_from_every_level(network: LightVGG) -> None:
    whole = network(torch.rand(1, 3, 64, 64))
    for before, name in pairwise(TAPS):
        rest = network(whole[before], (name,), start=before)
        assert torch.equal(rest[name], whole[name])


def test_a_tile_with_a_margin_has_the_features_of_the_whole(network: LightVGG) -> None:
    picture = torch.rand(1, 3, 128, 128)
    whole = network(picture, ("relu4_1",))["relu4_1"]
    part = network(picture[..., :96], ("relu4_1",))["relu4_1"]
    # A margin of four cells of level 4 is more than the network sees to the side.
    torch.testing.assert_close(part[..., :-4], whole[..., : part.shape[-1] - 4])


def test_passes_gradients_to_the_picture_but_not_to_the_normalization(network: LightVGG) -> None:
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    network(picture)["relu5_1"].sum().backward()
    assert picture.grad is not None
    assert picture.grad.abs().sum() > 0
    assert network.input.weight.grad is None


def test_a_leak_passes_negative_activations(network: LightVGG) -> None:
    picture = torch.rand(1, 3, 32, 32)
    assert network(picture)["relu3_1"].min() == 0
    network.leak = 0.1
    assert network(picture)["relu3_1"].min() < 0


def test_the_bias_of_a_layer_shifts_it(network: LightVGG) -> None:
    picture = torch.rand(1, 3, 32, 32)
    for name in TAPS:
        before = network(picture, (name,))[name]
        with torch.no_grad():
            network.tap_bias(name).add_(100)
        after = network(picture, (name,))[name]
        assert after.min() > before.max()
        with torch.no_grad():
            network.tap_bias(name).sub_(100)


def test_reads_its_widths_from_its_weights(network: LightVGG) -> None:
    assert read_light_widths(network.state_dict()) == WIDTHS
    with pytest.raises(KeyError):
        read_light_widths(SlimVGG(WIDTHS).state_dict())


def test_has_a_fifth_of_the_weights_at_most() -> None:
    light, standard = (
        sum(weight.numel() for weight in network.parameters())
        for network in (LightVGG(), SlimVGG())
    )
    assert 5 * light < standard
