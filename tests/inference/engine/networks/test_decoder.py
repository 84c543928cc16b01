"""The decoder: shapes, units, channels without spread, and seams between its levels."""

import pytest
import torch

from inference.engine.networks.decoder import LEVELS, Decoder, read_decoder_widths

WIDTHS = (2, 3, 4, 5, 6)


@pytest.fixture
def decoder() -> Decoder:
    torch.manual_seed(0)
    return Decoder(WIDTHS)


@pytest.mark.parametrize("level", LEVELS)
def test_doubles_the_sides_at_every_level(decoder: Decoder, level: int) -> None:
    scale = 2 ** (level - 1)
    x = torch.rand(2, WIDTHS[level - 1], 3, 5)
    assert decoder(x, level).shape == (2, 3, 3 * scale, 5 * scale)
    risen = decoder.rise(level, x)
    assert risen.shape[1] == (WIDTHS[level - 2] if level > 1 else 3)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 7), (2, 1)])
def test_takes_features_of_one_pixel(decoder: Decoder, height: int, width: int) -> None:
    picture = decoder(torch.rand(1, WIDTHS[4], height, width))
    assert picture.shape == (1, 3, 16 * height, 16 * width)
    assert picture.isfinite().all()


def test_starts_at_the_deepest_level(decoder: Decoder) -> None:
    x = torch.rand(1, WIDTHS[4], 2, 2)
    step = x
    for level in LEVELS:
        step = decoder.rise(level, step)
    assert torch.equal(decoder(x), step)


def test_gives_features_as_an_encoder_has_them(decoder: Decoder) -> None:
    for level in LEVELS[:-1]:
        assert decoder.rise(level, torch.rand(1, WIDTHS[level - 1], 4, 4)).min() >= 0


def test_is_the_same_in_any_unit_of_the_features(decoder: Decoder) -> None:
    x = torch.rand(1, WIDTHS[2], 4, 4)
    plain = decoder.rise(3, x)
    gain = torch.tensor([0.5, 1.0, 20.0, 300.0])
    decoder.standardize_(3, torch.full((4,), 7.0), gain)
    moved = decoder.rise(3, x * gain[:, None, None] + 7)
    # The two quiet channels lie below the floor and are left at their center.
    x[:, :2] = 0
    decoder.standardize_(3, torch.zeros(4), torch.tensor([0.0, 0.0, 1.0, 1.0]))
    torch.testing.assert_close(decoder.rise(3, x), moved, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(moved, plain)


def test_writes_into_the_units_of_the_next_level(decoder: Decoder) -> None:
    x = torch.rand(1, WIDTHS[2], 4, 4)
    before = decoder.rise(3, x)
    center, spread = torch.full((3,), 50.0), torch.tensor([1.0, 2.0, 3.0])
    decoder.standardize_(2, center, spread)
    after = decoder.rise(3, x)
    inner = (after - center[:, None, None]) / spread[:, None, None]
    torch.testing.assert_close(inner.clamp_min(0), before, rtol=1e-4, atol=1e-4)


def test_leaves_channels_without_spread_at_their_center(decoder: Decoder) -> None:
    mean, deviation = torch.tensor([4.0, 1.0, 1.0]), torch.tensor([0.001, 1.0, 1.0])
    decoder.standardize_(2, mean, deviation)
    risen = decoder.rise(3, torch.rand(1, WIDTHS[2], 4, 4))
    assert torch.equal(risen[:, 0], torch.full_like(risen[:, 0], 4.0))
    x = torch.rand(1, WIDTHS[1], 4, 4)
    other = x.clone()
    other[:, 0] += 100
    assert torch.equal(decoder.rise(2, x), decoder.rise(2, other))


def test_passes_gradients_to_features_and_weights(decoder: Decoder) -> None:
    x = torch.rand(1, WIDTHS[4], 2, 2, requires_grad=True)
    decoder(x).sum().backward()
    assert x.grad is not None
    assert x.grad.abs().sum() > 0
    assert all(parameter.grad is not None for parameter in decoder.parameters())


def test_keeps_its_units_with_its_weights(decoder: Decoder) -> None:
    decoder.standardize_(5, torch.rand(6), torch.rand(6) + 0.5)
    other = Decoder(WIDTHS)
    other.load_state_dict(decoder.state_dict())
    x = torch.rand(1, WIDTHS[4], 2, 2)
    assert torch.equal(decoder(x), other(x))


def test_reads_widths_off_weights(decoder: Decoder) -> None:
    assert read_decoder_widths(decoder.state_dict()) == WIDTHS
    with pytest.raises(KeyError):
        read_decoder_widths({"conv1_1.weight": torch.zeros(1)})
