"""The recipe of the decoder: its units, its sheet, its figures, and its command."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from style_transfer.__main__ import main
from style_transfer.core.errors import ModelMissingError
from style_transfer.features.builtin import FeatureNet, load_features
from style_transfer.features.vgg import TAPS
from style_transfer.methods.fast.decoder import COLORS, Decoder, read_decoder_widths, with_colors
from style_transfer.training.curve import read_losses
from style_transfer.training.material import Material
from style_transfer.training.processes import Place
from style_transfer.training.recipes.decoder import (
    DecoderOptions,
    DecoderTraining,
    measure_errors,
    prepare_decoder,
    reconstruct,
)
from tests.style_transfer.training.conftest import CPU, WIDTHS, Train


@pytest.fixture
def options(tmp_path: Path) -> DecoderOptions:
    return DecoderOptions(tmp_path / "out", 2, (32,))


@pytest.fixture
def training(builtin: FeatureNet, options: DecoderOptions, material: Material) -> DecoderTraining:
    assert builtin.layers
    return prepare_decoder(options, material, Place(CPU))


@pytest.fixture
def train_decoder(builtin: FeatureNet, content: Path, style: Path, tmp_path: Path) -> Train:
    """Return a function that runs `train decoder` on the small material with more arguments."""
    assert builtin.layers

    def run(*more: str) -> int:
        fixed = f"--content {content} --style {style} --out {tmp_path / 'out'}"
        small = "--batch 2 --size 32 48 --rate 0.05 --threads 1 --device cpu"
        return main(["train", "decoder", *fixed.split(), *small.split(), *more])

    return run


def test_fits_the_encoder(training: DecoderTraining) -> None:
    state = training.objective.decoder.state_dict()
    assert read_decoder_widths(state) == WIDTHS
    batch = training.run.crops.draw(0)
    for level, maps in with_colors(training.objective.encoder(batch, TAPS), batch).items():
        center = maps.mean((0, 2, 3))
        torch.testing.assert_close(state[f"center{level}"], center, rtol=0.5, atol=0.2)


def test_starts_every_process_from_the_same_weights(
    training: DecoderTraining, options: DecoderOptions, material: Material
) -> None:
    other = prepare_decoder(options, material, Place(CPU, rank=1, world=2))
    one, two = training.objective.decoder.state_dict(), other.objective.decoder.state_dict()
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not torch.equal(training.run.crops.draw(0), other.run.crops.draw(0))


def test_continues_from_its_checkpoint(
    training: DecoderTraining, options: DecoderOptions, material: Material
) -> None:
    training.run.save()
    again = dataclasses.replace(options, seed=9, resume=True)
    resumed = prepare_decoder(again, material, Place(CPU)).objective.decoder.state_dict()
    kept = training.objective.decoder.state_dict()
    assert all(torch.equal(kept[name], resumed[name]) for name in kept)


def test_refuses_the_checkpoint_of_another_network(
    training: DecoderTraining, options: DecoderOptions, material: Material
) -> None:
    training.run.network = Decoder((2, 2, 2, 2, 2))
    training.run.save()
    again = dataclasses.replace(options, resume=True)
    with pytest.raises(ModelMissingError, match="not a checkpoint of this network"):
        prepare_decoder(again, material, Place(CPU))


def test_shows_each_level_beside_the_picture(training: DecoderTraining) -> None:
    sheet = training.draw_sheet()
    assert sheet.size == (6 * 80 + 5 * 4, 16 + 3 * (64 + 4))


def test_reconstructs_pictures_in_their_size(training: DecoderTraining) -> None:
    risen = reconstruct(training.objective, torch.rand(1, 3, 32, 48))
    assert [tuple(each.shape) for each in risen] == [(1, 3, 32, 48)] * 5
    assert all(0 <= each.min() <= each.max() <= 1 for each in risen)


def test_measures_the_loss_at_each_level(training: DecoderTraining) -> None:
    picture = torch.rand(1, 3, 32, 32)
    errors = measure_errors(training.objective, [picture, picture])
    assert tuple(errors) == TAPS
    risen = reconstruct(training.objective, picture)
    for error, each in zip(errors.values(), risen, strict=True):
        assert error == pytest.approx((each - picture).abs().mean().item(), abs=1e-4)


def test_writes_the_same_float16_weights_that_it_evaluated(training: DecoderTraining) -> None:
    card = training.export()
    stored = load_file(training.options.out / "fast.safetensors")
    assert {each.dtype for each in stored.values()} == {torch.float16}
    decoder = Decoder(read_decoder_widths(stored))
    decoder.load_state_dict({name: value.float() for name, value in stored.items()})
    x = torch.rand(1, WIDTHS[2] + COLORS, 8, 8)
    torch.testing.assert_close(decoder(x, 3), training.objective.decoder(x, 3))
    assert card.figures["held_out_pictures"] == 4
    assert set(card.figures["pixel_error"]) == set(TAPS)
    assert card.command.startswith("python -m style_transfer train decoder --content content")


def test_learns(train_decoder: Train, tmp_path: Path) -> None:
    assert train_decoder("--steps", "60") == 0
    curves = read_losses(tmp_path / "out")
    assert any(curves[f"features{k}"][-1][1] < curves[f"features{k}"][0][1] / 2 for k in (1, 2))


def test_writes_weights_card_curve_and_sheet(train_decoder: Train, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert train_decoder("--time-limit", "1s") == 0
    card = json.loads((out / "manifest.json").read_text())["fast"]
    assert card["license"] == "MIT"
    assert str(tmp_path) not in json.dumps(card)
    for name in ("sheet.png", "curve.png"):
        with Image.open(out / name) as picture:
            picture.verify()
    step = json.loads((out / "checkpoint.json").read_text())["step"]
    assert train_decoder("--steps", str(step + 2), "--resume") == 0
    assert json.loads((out / "checkpoint.json").read_text())["step"] == step + 2


def test_needs_features(
    train_decoder: Train, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "weights" / "builtin.safetensors").unlink()
    load_features.cache_clear()
    assert train_decoder("--steps", "1") == 2
    assert "builtin.safetensors cannot be read" in "".join(capfd.readouterr().err).replace("\n", "")
