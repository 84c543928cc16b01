"""The decoder: shapes, units, the passed-on colors, and channels without variation."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from style_transfer.features.vgg import TAPS, SlimVGG
from style_transfer.methods.fast.decoder import (
    COLORS,
    LEVELS,
    STRIDE,
    Decoder,
    read_decoder_widths,
    with_colors,
)

WIDTHS = (2, 3, 4, 5, 6)


@pytest.fixture
def decoder() -> Decoder:
    torch.manual_seed(0)
    return Decoder(WIDTHS)


def features(level: int, height: int = 4, width: int = 4) -> Tensor:
    """Make random features of a level, with the colors last: (1, width + 3, height, width)."""
    return torch.rand(1, WIDTHS[level - 1] + COLORS, height, width)


@pytest.mark.parametrize("level", LEVELS)
def test_doubles_the_sides_at_every_level(decoder: Decoder, level: int) -> None:
    scale = 2 ** (level - 1)
    x = features(level, 3, 5)
    assert decoder(x, level).shape == (1, 3, 3 * scale, 5 * scale)
    risen = decoder.decode_level(level, x)
    assert risen.shape[1] == (WIDTHS[level - 2] + COLORS if level > 1 else 3)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 7), (2, 1)])
def test_accepts_features_of_one_pixel(decoder: Decoder, height: int, width: int) -> None:
    picture = decoder(features(5, height, width))
    assert picture.shape == (1, 3, STRIDE * height, STRIDE * width)
    assert picture.isfinite().all()


def test_starts_at_the_deepest_level(decoder: Decoder) -> None:
    x = features(5)
    step = x
    for level in LEVELS:
        step = decoder.decode_level(level, step)
    assert torch.equal(decoder(x), step)


def test_appends_colors_to_the_features_of_every_level() -> None:
    picture = torch.rand(2, 3, 32, 48)
    maps = SlimVGG(WIDTHS)(picture, TAPS)
    levels = with_colors(maps, picture)
    assert list(levels) == [1, 2, 3, 4, 5]
    for level, name in enumerate(TAPS, 1):
        assert torch.equal(levels[level][:, :-COLORS], maps[name])
        smaller = F.adaptive_avg_pool2d(picture, maps[name].shape[2:])
        torch.testing.assert_close(levels[level][:, -COLORS:], smaller)


def test_appends_colors_to_the_given_levels_only() -> None:
    picture = torch.rand(1, 3, 16, 16)
    assert list(with_colors(SlimVGG(WIDTHS)(picture, TAPS[:2]), picture)) == [1, 2]


def test_passes_colors_on_before_any_training(decoder: Decoder) -> None:
    assert torch.equal(decoder.decode_level(1, x := features(1)), x[:, -COLORS:])
    with torch.no_grad():
        last = decoder.get_submodule("level3.refine")[-1]  # type: ignore[index]
        last.weight.zero_()
    x = features(3)
    expected = F.interpolate(x[:, -COLORS:], scale_factor=2, mode="bilinear")
    torch.testing.assert_close(decoder.decode_level(3, x)[:, -COLORS:], expected)


def test_returns_nonnegative_features_like_an_encoder(decoder: Decoder) -> None:
    for level in LEVELS[:-1]:
        assert decoder.decode_level(level, features(level))[:, :-COLORS].min() >= 0


def test_gives_the_same_result_for_any_unit_of_the_features(decoder: Decoder) -> None:
    x = features(3)
    plain = decoder.decode_level(3, x)
    gain, offset = (
        torch.tensor([6.5, 10.0, 20.0, 300.0, 1, 1, 1]),
        torch.tensor([7.0] * 4 + [0] * 3),
    )
    decoder.standardize_(3, offset[:4], gain[:4])
    moved = x * gain[:, None, None] + offset[:, None, None]
    torch.testing.assert_close(decoder.decode_level(3, moved), plain, rtol=1e-3, atol=1e-3)


def test_returns_features_in_the_units_of_the_next_level(decoder: Decoder) -> None:
    x = features(3)
    before = decoder.decode_level(3, x)
    center, spread = torch.full((3,), 50.0), torch.tensor([1.0, 2.0, 3.0])
    decoder.standardize_(2, center, spread)
    after = decoder.decode_level(3, x)
    inner = (after[:, :-COLORS] - center[:, None, None]) / spread[:, None, None]
    torch.testing.assert_close(inner.clamp_min(0), before[:, :-COLORS], rtol=1e-4, atol=1e-4)
    assert torch.equal(after[:, -COLORS:], before[:, -COLORS:])


def test_keeps_channels_without_variation_at_their_mean(decoder: Decoder) -> None:
    mean, deviation = torch.tensor([4.0, 1.0, 1.0]), torch.tensor([0.001, 1.0, 1.0])
    decoder.standardize_(2, mean, deviation)
    risen = decoder.decode_level(3, features(3))
    assert torch.equal(risen[:, 0], torch.full_like(risen[:, 0], 4.0))
    x = features(2)
    other = x.clone()
    other[:, 0] += 100
    assert torch.equal(decoder.decode_level(2, x), decoder.decode_level(2, other))


def test_returns_the_units_of_a_level(decoder: Decoder) -> None:
    decoder.standardize_(2, torch.tensor([4.0, 1.0, 1.0]), torch.tensor([0.001, 1.0, 2.0]))
    center, spread = decoder.channel_stats(2)
    assert center.shape == spread.shape == (3 + COLORS, 1, 1)
    assert center[:3].flatten().tolist() == [4, 1, 1]
    assert spread[:3].flatten().tolist() == [0, 1, 2]
    assert (spread[3:] > 0).all()


def test_passes_gradients_to_features_and_weights(decoder: Decoder) -> None:
    with torch.no_grad():
        decoder.level1.paint.weight.normal_()
    x = features(5).requires_grad_()
    decoder(x).sum().backward()
    assert x.grad is not None
    assert x.grad.abs().sum() > 0
    assert all(parameter.grad is not None for parameter in decoder.parameters())


def test_keeps_its_units_with_its_weights(decoder: Decoder) -> None:
    decoder.standardize_(5, torch.rand(6), torch.rand(6) + 0.5)
    other = Decoder(WIDTHS)
    other.load_state_dict(decoder.state_dict())
    x = features(5)
    assert torch.equal(decoder(x), other(x))


def test_reads_widths_from_weights(decoder: Decoder) -> None:
    assert read_decoder_widths(decoder.state_dict()) == WIDTHS
    with pytest.raises(KeyError):
        read_decoder_widths({"conv1_1.weight": torch.zeros(1)})
