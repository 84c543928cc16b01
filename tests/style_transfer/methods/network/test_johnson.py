"""The painting network: sizes, noise, borders, held statistics, and saved weights."""

import pytest
import torch
from torch import Tensor, nn

from style_transfer.core.manifest import PAINTING_NET, read_manifests
from style_transfer.imaging.color import Palette, palette_of
from style_transfer.imaging.lattice import lattice_share
from style_transfer.methods.network.johnson import (
    NOISES,
    STRIDE,
    Norm,
    PaintingNet,
    build_painting_net,
    draw_noise,
)
from style_transfer.methods.network.schedule import load_network

SHIPPED = [name for name in read_manifests() if name.startswith(PAINTING_NET)]


@pytest.fixture(params=[False, True], ids=["plain", "light"])
def network(request: pytest.FixtureRequest) -> PaintingNet:
    torch.manual_seed(0)
    return PaintingNet(4, light=request.param)


def noise_for(photos: Tensor, seed: int = 0) -> Tensor:
    """Draw the noise of a seed."""
    return draw_noise(photos, torch.Generator().manual_seed(seed))


@torch.no_grad()
def paint(network: PaintingNet, photos: Tensor, seed: int = 0) -> Tensor:
    """Paint with the noise of a seed."""
    return network(photos, noise_for(photos, seed))  # type: ignore[no-any-return]


@pytest.mark.parametrize(("height", "width"), [(32, 32), (33, 47), (17, 64), (40, 18)])
def test_paints_in_the_size_of_the_photo(network: PaintingNet, height: int, width: int) -> None:
    photos = torch.rand(2, 3, height, width)
    painted = paint(network, photos)
    assert painted.shape == photos.shape
    assert painted.isfinite().all()
    assert not torch.equal(painted, photos)


def test_paints_each_photo_of_a_batch_like_a_single_photo(network: PaintingNet) -> None:
    photos = torch.rand(2, 3, 32, 32)
    noise = noise_for(photos)
    with torch.no_grad():
        together = network(photos, noise)
        alone = network(photos[:1], noise[:1])
    torch.testing.assert_close(together[:1], alone, rtol=1e-4, atol=1e-5)


def test_paints_strokes_in_a_flat_sky(network: PaintingNet) -> None:
    sky = torch.full((1, 3, 48, 48), 0.5)
    strokes = paint(network, sky) - sky
    inside = strokes[..., 12:36, 12:36]
    # Without noise a flat area could only become a lattice that repeats every four pixels.
    again = inside[..., STRIDE:] - inside[..., :-STRIDE]
    assert again.std() > 0.2 * inside.std() > 0


def test_begins_with_layers_that_learn_alike(network: PaintingNet) -> None:
    normalized = [
        each
        for each in network.modules()
        if isinstance(each, nn.Conv2d) and each not in (network.mix, network.paint)
    ]
    before = [each.weight.detach().clone() for each in normalized]
    optimizer = torch.optim.Adam(network.parameters(), lr=0.003)
    photos = torch.rand(1, 3, 32, 32)
    network(photos, noise_for(photos)).square().mean().backward()
    optimizer.step()
    turned = [
        float((each.weight.detach() - old).norm() / old.norm())
        for each, old in zip(normalized, before, strict=True)
    ]
    assert max(turned) < 1.2 * min(turned)


def lattice_in_a_sky(network: PaintingNet, side: int = 128) -> float:
    """Return the share of the energy of strokes in a flat sky that repeats every STRIDE pixels."""
    sky = torch.full((1, 3, side, side), 0.5)
    strokes = paint(network, sky) - sky
    return float(lattice_share(strokes[..., 8:-8, 8:-8], STRIDE))


@pytest.mark.parametrize("light", [False, True])
def test_makes_no_lattice_before_training(light: bool) -> None:  # noqa: FBT001
    shares = []
    for seed in range(4):
        torch.manual_seed(seed)
        shares.append(lattice_in_a_sky(PaintingNet(light=light)))
    # With nearest-neighbor upsampling the share would be ten times as large.
    assert sum(shares) / len(shares) < 0.0008


@pytest.mark.parametrize("name", SHIPPED)
def test_makes_no_lattice_after_training(name: str) -> None:
    # With nearest-neighbor upsampling the share was 0.023 for The Starry Night.
    assert lattice_in_a_sky(load_network(name, torch.device("cpu")), 256) < 0.01


def test_draws_noise_by_its_seed_at_any_size() -> None:
    photos = torch.rand(2, 3, 30, 41)
    assert noise_for(photos).shape == (2, NOISES, 8, 11)
    assert torch.equal(noise_for(photos), noise_for(photos))
    assert not torch.equal(noise_for(photos), noise_for(photos, 1))


def test_paints_no_frame_at_the_border(network: PaintingNet) -> None:
    sky = torch.full((1, 3, 64, 64), 0.5)
    strokes = (paint(network, sky) - sky).abs().mean((0, 1))
    border = torch.cat([strokes[:4].flatten(), strokes[-4:].flatten()]).mean()
    assert border < 2 * strokes[16:48, 16:48].mean()


def test_moves_colors_to_the_palette_of_the_artwork(network: PaintingNet) -> None:
    artwork = torch.rand(1, 3, 32, 32) * 0.3 + torch.tensor([0.5, 0.2, 0.1])[:, None, None]
    network.take_palette_(palette_of(artwork))
    photos = torch.rand(2, 3, 24, 24) * 0.4 + 0.3
    for photo in network.recolor(photos)[:, None]:
        found, wanted = palette_of(photo), palette_of(artwork)
        torch.testing.assert_close(found.mean, wanted.mean, atol=0.02, rtol=0)
        torch.testing.assert_close(found.covariance, wanted.covariance, atol=0.01, rtol=0)


def test_passes_gradients_to_all_weights(network: PaintingNet) -> None:
    photos = torch.rand(1, 3, 32, 32)
    network(photos, noise_for(photos)).square().sum().backward()
    without = [name for name, weight in network.named_parameters() if weight.grad is None]
    assert without == []


def test_is_restored_from_its_weights(network: PaintingNet) -> None:
    network.take_palette_(Palette(torch.rand(3), torch.eye(3)))
    photos = torch.rand(1, 3, 32, 32)
    again = build_painting_net({name: each.half() for name, each in network.state_dict().items()})
    assert again.light is network.light
    torch.testing.assert_close(paint(again, photos), paint(network, photos), rtol=0.01, atol=0.01)


def test_refuses_weights_of_another_layout() -> None:
    with pytest.raises(KeyError):
        build_painting_net({"conv1_1.weight": torch.zeros(1)})
    state = PaintingNet(4).state_dict() | {"paint.bias": torch.zeros(1)}
    with pytest.raises(RuntimeError):
        build_painting_net(state)


class TestNorm:
    @pytest.fixture
    def norm(self) -> Norm:
        return Norm(3)

    def test_gives_each_channel_mean_0_and_deviation_1(self, norm: Norm) -> None:
        x = 5 * torch.rand(2, 3, 16, 16) + 7
        out = norm(x)
        torch.testing.assert_close(out.mean((2, 3)), torch.zeros(2, 3), atol=1e-4, rtol=0)
        torch.testing.assert_close(
            out.std((2, 3), correction=0), torch.ones(2, 3), atol=1e-3, rtol=0
        )

    def test_equals_the_instance_norm_of_torch(self, norm: Norm) -> None:
        with torch.no_grad():
            norm.weight.copy_(torch.tensor([1.0, 2.0, 3.0]))
            norm.bias.copy_(torch.tensor([0.1, 0.2, 0.3]))
        x = torch.rand(2, 3, 8, 8)
        expected = torch.nn.functional.instance_norm(x, weight=norm.weight, bias=norm.bias)
        torch.testing.assert_close(norm(x), expected, atol=1e-4, rtol=1e-4)

    def test_keeps_flat_channels_quiet(self, norm: Norm) -> None:
        assert norm(torch.full((1, 3, 8, 8), 4.0)).abs().max() < 0.1

    def test_keeps_the_precision_of_its_input(self, norm: Norm) -> None:
        assert norm(torch.rand(1, 3, 4, 4).bfloat16()).dtype == torch.bfloat16


def test_holds_the_statistics_of_the_first_picture(network: PaintingNet) -> None:
    photo = torch.rand(1, 3, 128, 128)
    noise = noise_for(photo)
    with torch.no_grad():
        network.hold_()
        whole = network(photo, noise)
        part = network(photo[..., 32:, 32:], noise[..., 8:, 8:])
    # Far from the cut edge, a tile equals that part of the whole picture.
    torch.testing.assert_close(part[..., 56:, 56:], whole[..., 88:, 88:], rtol=1e-3, atol=1e-4)


def test_measures_the_statistics_again_after_another_hold(network: PaintingNet) -> None:
    one, other = torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32) * 0.2
    network.hold_()
    paint(network, one)
    held = paint(network, other)
    network.hold_()
    torch.testing.assert_close(paint(network, other), paint(PaintingNetCopy.of(network), other))
    assert not torch.allclose(held, paint(network, other), atol=1e-3)


class PaintingNetCopy:
    """A new network with the weights of another network."""

    @staticmethod
    def of(network: PaintingNet) -> PaintingNet:
        """Copy the weights, but not the held statistics."""
        return build_painting_net(network.state_dict())
