"""The style loss and the objective Imitation: the compared parts, and the cost of a hatch."""

import pytest
import torch
from torch import Tensor

from style_transfer.features.builtin import FeatureNet
from style_transfer.features.losses import moments_of
from style_transfer.features.vgg import TAPS
from style_transfer.imaging.color import palette_of
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.network.johnson import PaintingNet
from style_transfer.training.imitation import Imitation
from style_transfer.training.style_loss import (
    SCALES,
    StyleLoss,
    View,
    disturb,
    look_at,
    moments_apart,
    split,
    tones_apart,
)
from tests.style_transfer.training.conftest import CPU, draw_picture

ARTWORK = to_tensor(draw_picture(7, width=96, height=80), CPU)


def objective_for(features: FeatureNet, network: PaintingNet) -> Imitation:
    """Return the objective for the small artwork."""
    network.take_palette_(palette_of(ARTWORK))
    return Imitation(network, StyleLoss(features, look_at(features, ARTWORK), 0.1, bfloat16=False))


@pytest.fixture
def objective(builtin: FeatureNet) -> Imitation:
    torch.manual_seed(0)
    return objective_for(builtin, PaintingNet(4, light=True))


def test_compares_at_every_scale_plain_and_mirrored(builtin: FeatureNet) -> None:
    views = look_at(builtin, ARTWORK)
    assert [(view.scale, view.mirrored) for view in views] == [
        (scale, mirrored) for scale in SCALES for mirrored in (False, True)
    ]
    for plain, mirrored in zip(views[::2], views[1::2], strict=True):
        assert torch.equal(plain.picture, mirrored.picture.flip(3))
        assert plain.picture.shape[2] == round(80 * plain.scale)
        assert set(plain.moments) == set(TAPS)


def test_returns_five_losses(objective: Imitation) -> None:
    losses = objective.losses(torch.rand(2, 3, 64, 64), 0.25)
    assert set(losses) == {"style", "content", "patches", "total_variation", "lattice"}
    assert all(loss.ndim == 0 and loss.isfinite() and loss >= 0 for loss in losses.values())


def test_measures_tones_when_they_have_a_weight(builtin: FeatureNet) -> None:
    views = look_at(builtin, ARTWORK)
    photo = torch.rand(1, 3, 64, 64)
    tones = []
    for change in (0.0, 0.2):
        style_loss = StyleLoss(builtin, views, 0.1, bfloat16=False, tone_weight=5.0)
        painted = (photo - change).requires_grad_()
        found = style_loss.losses(painted, photo, torch.Generator().manual_seed(0))["tones"]
        found.backward()
        assert painted.grad is not None
        tones.append(found.item())
    assert tones[0] == 0
    assert tones[1] == pytest.approx(1.0, rel=0.1)


def test_ignores_strokes_in_the_tones() -> None:
    flat = torch.full((1, 3, 64, 64), 0.5)
    strokes = flat.clone()
    strokes[..., ::2] += 0.3
    strokes[..., 1::2] -= 0.3
    blot = flat.clone()
    blot[..., :32, :32] -= 0.3
    assert tones_apart(strokes, flat) < 0.001
    assert tones_apart(blot, flat) > 0.05


def test_is_the_same_at_the_same_fraction_of_the_training(objective: Imitation) -> None:
    photos = torch.rand(2, 3, 64, 64)
    one, again, other = (objective.losses(photos, point) for point in (0.25, 0.25, 0.26))
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not torch.equal(one["patches"], other["patches"])


def test_trains_only_the_network(objective: Imitation) -> None:
    losses = objective.losses(torch.rand(2, 3, 64, 64), 0.5)
    torch.stack(list(losses.values())).sum().backward()
    assert all(weight.grad is not None for weight in objective.network.parameters())
    assert all(weight.grad is None for weight in objective.style_loss.features.parameters())


@pytest.mark.parametrize("light", [False, True])
def test_learns(builtin: FeatureNet, light: bool) -> None:  # noqa: FBT001
    torch.manual_seed(0)
    objective = objective_for(builtin, PaintingNet(4, light=light))
    photos = to_tensor(draw_picture(3, width=64, height=64), CPU)
    optimizer = torch.optim.Adam(objective.network.parameters(), 0.003)  # as in a training

    # Each of these points has its own scale, flip and crop. The losses on the features of `builtin`
    # are left out: it is untrained here, and they rise and fall with its random weights.
    @torch.no_grad()
    def patches() -> float:
        points = [0.9 + 0.01 * view for view in range(8)]
        return sum(objective.losses(photos, point)["patches"].item() for point in points)

    before = patches()
    for step in range(20):
        optimizer.zero_grad()
        torch.stack(list(objective.losses(photos, step / 20).values())).sum().backward()
        optimizer.step()
    assert patches() < 0.85 * before


class Weaver(PaintingNet):
    """A network that adds a hatch of four pixels everywhere."""

    def forward(self, x: Tensor, noise: Tensor) -> Tensor:
        """Add the hatch to the recolored photos."""
        rows, columns = torch.meshgrid(*map(torch.arange, x.shape[2:]), indexing="ij")
        hatch = ((rows + columns) // 2 % 2) * 2 - 1.0
        return x + 0.15 * hatch + 0 * noise.mean()


class Copyist(PaintingNet):
    """A network that returns the recolored photo unchanged."""

    def forward(self, x: Tensor, noise: Tensor) -> Tensor:
        """Return the photo."""
        return x + 0 * noise.mean()


def test_penalizes_a_hatch(builtin: FeatureNet) -> None:
    photos = to_tensor(draw_picture(3, width=64, height=64), CPU)
    points = [index / 10 for index in range(10)]
    weaver, copyist = (
        sum(objective_for(builtin, kind(4)).losses(photos, point)["patches"] for point in points)
        for kind in (Weaver, Copyist)
    )
    assert weaver > 5 * copyist


def test_finds_no_difference_between_an_artwork_and_itself() -> None:
    maps = torch.rand(1, 4, 12, 10)
    moments = moments_of(maps)
    assert moments_apart(maps, moments) < 1e-3
    assert moments_apart(maps.flip(3), moments) < 1e-3


def test_measures_differences_relative_to_the_artwork() -> None:
    maps = torch.rand(1, 4, 12, 10)
    near = moments_apart(maps + 0.1, moments_of(maps))
    far = moments_apart(maps + 0.2, moments_of(maps))
    torch.testing.assert_close(far, 2 * near, rtol=0.1, atol=0)
    torch.testing.assert_close(moments_apart(9 * maps + 0.9, moments_of(9 * maps)), near)
    both = moments_apart(torch.cat([maps + 0.1, maps + 0.2]), moments_of(maps))
    torch.testing.assert_close(both, (near + far) / 2)


def test_has_finite_gradients_where_there_is_no_difference() -> None:
    maps = torch.rand(1, 4, 12, 10, requires_grad=True)
    moments_apart(maps, moments_of(maps.detach())).backward()
    assert maps.grad is not None
    assert maps.grad.isfinite().all()


@pytest.mark.parametrize("mirrored", [False, True])
def test_transforms_all_pictures_in_the_same_way(*, mirrored: bool) -> None:
    photos = torch.rand(2, 3, 64, 48)
    view = View(0.75, mirrored, ARTWORK, {})
    one, other = disturb((photos, photos.clone()), view, torch.Generator().manual_seed(1))
    assert torch.equal(one, other)
    assert one.shape == (2, 3, 48 - 11, 36 - 8)


def test_crops_another_border_each_time() -> None:
    view, photos = View(1.0, False, ARTWORK, {}), torch.rand(1, 3, 64, 64)
    generator = torch.Generator().manual_seed(0)
    shown = [disturb((photos,), view, generator)[0] for _ in range(8)]
    assert len({float(each[0, 0, 0, 0]) for each in shown}) > 4
    assert len({each.shape for each in shown}) == 1


def test_splits_into_bands_without_color() -> None:
    flat = torch.full((1, 3, 40, 33), 0.3)
    assert all(band.abs().max() < 1e-6 for band in split(flat))
    fine = torch.rand(1, 3, 40, 33)
    bands = split(fine)
    assert [band.shape[2:] for band in bands] == [(40, 32), (20, 16), (10, 8)]
    assert bands[0].std() > bands[1].std() > bands[2].std()
    assert all(band.mean().abs() < 0.02 for band in bands)
