"""The tuning of a style code: identity maps and folding do not change the painted statistics."""

import pytest
import torch

from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.fast.decoder import LEVELS
from style_transfer.methods.fast.decoder_pass import LevelBlend, paint_whole
from style_transfer.methods.fast.embedding import StyleEmbedding
from style_transfer.methods.fast.network import Painter
from style_transfer.training.style_loss import StyleLoss, look_at
from style_transfer.training.tune_embedding import TunedEmbedding, TunedPainter, Tuning, expand
from tests.style_transfer.training.conftest import CPU, draw_picture

ARTWORK = draw_picture(7, width=96, height=80)
BLEND = LevelBlend((1.0,) * 3, (0.1, 0.1, 0.1))


@pytest.fixture
def code(painter: Painter) -> StyleEmbedding:
    return StyleEmbedding.from_picture(ARTWORK, painter)


@pytest.fixture
def tuned(code: StyleEmbedding) -> TunedEmbedding:
    return TunedEmbedding(code)


def stir_(tuned: TunedEmbedding, size: float = 0.02) -> None:
    """Change all parameters a little."""
    torch.manual_seed(4)
    with torch.no_grad():
        for parameter in tuned.parameters():
            parameter.add_(size * torch.randn_like(parameter) / parameter.ndim**2)


def test_starts_with_the_unchanged_code(
    tuned: TunedEmbedding, code: StyleEmbedding, painter: Painter
) -> None:
    tuned.fold_()
    assert tuned.code().to_bytes() == code.to_bytes()
    photo = torch.rand(2, 3, 64, 64)
    wanted = expand(code.at(64.0), 2)
    tuned_painter = TunedPainter.of(painter, tuned)
    torch.testing.assert_close(
        paint_whole(tuned_painter, photo, wanted, BLEND), paint_whole(painter, photo, wanted, BLEND)
    )


def test_folds_its_maps_into_every_view(tuned: TunedEmbedding, code: StyleEmbedding) -> None:
    stir_(tuned)
    matrix, shift = tuned.maps(2)
    torch.testing.assert_close(matrix, matrix.T)
    tuned.fold_()
    folded = tuned.code()
    for view in range(len(code.sides)):
        torch.testing.assert_close(folded.means[2][view], matrix @ code.means[2][view] + shift)
        expected = matrix @ code.covariances[2][view] @ matrix.T
        torch.testing.assert_close(folded.covariances[2][view], expected)
    assert all(not parameter.any() for parameter in tuned.parameters())
    assert folded.textons is code.textons
    assert folded.encoder == code.encoder


def test_paints_the_same_statistics_before_and_after_a_fold(
    tuned: TunedEmbedding, painter: Painter
) -> None:
    stir_(tuned)
    tuned_painter = TunedPainter.of(painter, tuned)
    level, photo = 2, torch.rand(1, 3, 64, 64)
    maps = painter.encode(photo)[level]
    found = []
    for _ in range(2):
        wanted = expand(tuned.code().at(64.0), 1)[level]
        own = tuned_painter.measure(level, maps)
        inner, offset = tuned_painter.affine_map(level, own, wanted, 1.0)
        matrix, shift = tuned_painter.embed(level)
        mapped = (matrix @ inner)[0] @ maps[0].flatten(1) + (offset @ matrix.T + shift)[0, :, None]
        found.append(tuned_painter.measure(level, mapped.view_as(maps)))
        tuned.fold_()
    torch.testing.assert_close(found[0].mean, found[1].mean, rtol=0.02, atol=0.02)
    torch.testing.assert_close(found[0].covariance, found[1].covariance, rtol=0.1, atol=0.1)


@pytest.fixture
def tuning(painter: Painter, tuned: TunedEmbedding) -> Tuning:
    views = look_at(painter.encoder, to_tensor(ARTWORK, CPU))
    style_loss = StyleLoss(painter.encoder, views, 0.1, bfloat16=False)
    return Tuning(tuned, TunedPainter.of(painter, tuned), {64: style_loss, 80: style_loss})


@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.3, 0.4])
def test_trains_only_the_code(tuning: Tuning, fraction: float) -> None:
    losses = tuning.losses(torch.rand(2, 3, 64, 64), fraction)
    assert set(losses) == {"style", "content", "patches", "total_variation"}
    torch.stack(list(losses.values())).sum().backward()
    moved = {name for name, p in tuning.tuned.named_parameters() if p.grad is not None}
    assert {"shift2", "stretch2"} <= moved
    assert all(weight.grad is None for weight in tuning.painter.parameters())


def test_is_the_same_at_the_same_fraction_of_the_training(tuning: Tuning) -> None:
    photos = torch.rand(1, 3, 80, 80)
    one, again = (tuning.losses(photos, 0.37) for _ in range(2))
    assert all(torch.equal(one[name], again[name]) for name in one)


def test_folds_before_each_step(tuning: Tuning, code: StyleEmbedding) -> None:
    stir_(tuning.tuned)
    tuning.losses(torch.rand(1, 3, 64, 64), 0.1)
    assert not torch.equal(tuning.tuned.code().means[1], code.means[1])
    assert all(not parameter.any() for parameter in tuning.tuned.parameters())


def test_lowers_the_style_losses(tuning: Tuning) -> None:
    photos = to_tensor(draw_picture(3, width=64, height=64), CPU)
    optimizer = torch.optim.Adam(tuning.tuned.parameters(), 0.002)
    totals = []
    for step in range(30):
        losses = tuning.losses(photos, step / 30)
        loss = losses["style"] + losses["patches"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        totals.append(loss.item())
    assert sum(totals[-10:]) < sum(totals[:10])


def test_repeats_moments_for_a_batch(code: StyleEmbedding) -> None:
    moments = code.at(64.0)
    for level, each in expand(moments, 3).items():
        assert each.mean.shape == (3, *moments[level].mean.shape)
        assert torch.equal(each.covariance[2], moments[level].covariance)
    assert list(expand(moments, 1)) == list(LEVELS)
