"""The recipe of `fast`: the start of its decoder, its losses, its sheet and its export."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from style_transfer.__main__ import main
from style_transfer.core.errors import ModelMissingError
from style_transfer.features.builtin import FeatureNet
from style_transfer.features.vgg import LAYERS
from style_transfer.methods.fast.decoder import Decoder
from style_transfer.training.curve import read_losses
from style_transfer.training.material import Material
from style_transfer.training.processes import Place
from style_transfer.training.recipe import TrainingOptionsError
from style_transfer.training.recipes.decoder import DecoderOptions, prepare_decoder
from style_transfer.training.recipes.fast import Fast, FastOptions, load_decoder, prepare_fast
from tests.style_transfer.training.conftest import CPU, WIDTHS, Train


@pytest.fixture
def decoder(builtin: FeatureNet, material: Material, tmp_path: Path) -> Path:
    """Write the decoder of a training that has only measured its units so far."""
    assert builtin.layers
    options = DecoderOptions(tmp_path / "first", 2, (32,))
    prepare_decoder(options, material, Place(CPU)).export()
    return tmp_path / "first" / "fast.safetensors"


@pytest.fixture
def options(decoder: Path, tmp_path: Path) -> FastOptions:
    return FastOptions(tmp_path / "out", 2, (64,), decoder=decoder)


@pytest.fixture
def training(options: FastOptions, material: Material) -> Fast:
    return prepare_fast(options, material, Place(CPU))


@pytest.fixture
def train_fast(decoder: Path, content: Path, style: Path, tmp_path: Path) -> Train:
    """Return a function that runs `train fast` on the small material with more arguments."""

    def run(*more: str) -> int:
        fixed = f"--content {content} --style {style} --decoder {decoder} --out {tmp_path / 'out'}"
        small = "--batch 2 --size 64 --threads 1 --device cpu"
        return main(["train", "fast", *fixed.split(), *small.split(), *more])

    return run


def test_starts_from_the_given_decoder(training: Fast, decoder: Path) -> None:
    given, taken = load_file(decoder), training.objective.painter.decoder.state_dict()
    assert all(torch.equal(given[name].float(), taken[name]) for name in taken)


def test_can_also_start_from_a_checkpoint(
    training: Fast, options: FastOptions, material: Material, tmp_path: Path
) -> None:
    other = prepare_decoder(
        DecoderOptions(tmp_path / "other", 2, (32,), seed=4), material, Place(CPU)
    )
    other.run.save()
    path = tmp_path / "other" / "checkpoint.safetensors"
    started = prepare_fast(dataclasses.replace(options, decoder=path), material, Place(CPU))
    expected = other.objective.decoder.state_dict()
    taken = started.objective.painter.decoder.state_dict()
    assert all(torch.equal(expected[name], taken[name]) for name in taken)
    assert not torch.equal(
        taken["level1.refine.weight"],
        training.objective.painter.decoder.state_dict()["level1.refine.weight"],
    )


@pytest.mark.parametrize("kind", ["absent", "text", "other", "narrow"])
def test_refuses_a_file_that_is_not_a_decoder(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file.safetensors"
    if kind == "text":
        path.write_text("not safetensors")
    if kind == "other":
        save_file({"conv1_1.weight": torch.zeros(1)}, path)
    if kind == "narrow":
        state = Decoder(WIDTHS).state_dict()
        save_file(state | {"level1.refine.bias": torch.zeros(1)}, path)
    with pytest.raises(ModelMissingError, match="is not a decoder") as caught:
        load_decoder(path)
    assert "train decoder" in caught.value.hint


def test_also_uses_the_teachers_features_if_there_is_a_teacher(
    options: FastOptions, material: Material, teacher: Path
) -> None:
    both = dataclasses.replace(options, teacher=teacher)
    training = prepare_fast(both, material, Place(CPU))
    encoder, second = training.objective.loss_features
    assert encoder is training.objective.painter.encoder
    assert second.layers == LAYERS
    assert all((second.channel_scale[name] >= 0).all() for name in LAYERS)
    assert not any(parameter.requires_grad for parameter in second.parameters())
    assert "teacher.safetensors" in training.export().origin


def test_shows_photos_in_the_styles_of_artworks(training: Fast) -> None:
    sheet = training.draw_sheet()
    assert sheet.width == 4 * 80 + 3 * 4
    assert sheet.height == 16 + 4 * (64 + 4)


def test_continues_from_its_checkpoint(
    training: Fast, options: FastOptions, material: Material
) -> None:
    with torch.no_grad():
        training.objective.painter.decoder.level1.refine.weight.add_(1)
    training.run.save()
    again = prepare_fast(dataclasses.replace(options, resume=True), material, Place(CPU))
    kept = training.objective.painter.decoder.state_dict()
    resumed = again.objective.painter.decoder.state_dict()
    assert all(torch.equal(kept[name], resumed[name]) for name in kept)


def test_learns_and_writes_weights_that_load(train_fast: Train, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert train_fast("--steps", "3") == 0
    card = json.loads((out / "manifest.json").read_text())["fast"]
    assert card["figures"]["steps"] == 3
    assert {"patches", "range", "again"} <= card["figures"]["held_out_losses"].keys()
    assert "--decoder fast.safetensors --out OUT" in card["command"]
    assert str(tmp_path) not in json.dumps(card)
    before = load_file(tmp_path / "first" / "fast.safetensors")
    after = load_file(out / "fast.safetensors")
    assert before.keys() == after.keys()
    assert any(not torch.equal(before[name], after[name]) for name in before)
    assert load_decoder(out / "fast.safetensors")
    with Image.open(out / "sheet.png") as sheet:
        sheet.verify()
    assert train_fast("--steps", "4", "--resume") == 0
    assert json.loads((out / "checkpoint.json").read_text())["step"] == 4


def test_says_what_is_missing(
    train_fast: Train, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert train_fast("--steps", "1", "--decoder", str(tmp_path / "nowhere")) == 2
    assert "nowhere is not a decoder" in " ".join(capfd.readouterr().err.split())


def test_says_which_option_is_wrong(options: FastOptions, material: Material) -> None:
    with pytest.raises(TrainingOptionsError, match="multiples of 16"):
        prepare_fast(dataclasses.replace(options, sizes=(72,)), material, Place(CPU))
    with pytest.raises(TrainingOptionsError, match="even number, not 3"):
        prepare_fast(dataclasses.replace(options, batch=3), material, Place(CPU))


class TestAdversarial:
    """The decoder learns beside discriminators of patches of artworks."""

    def test_adds_its_losses_to_those_of_the_plain_training(
        self, options: FastOptions, training: Fast, material: Material
    ) -> None:
        opposed = prepare_fast(
            dataclasses.replace(options, adversarial_weight=0.1), material, Place(CPU)
        )
        batch = training.run.crops.draw(0)
        plain, others = (each.objective.losses(batch, 0.5) for each in (training, opposed))
        assert others.keys() - plain.keys() == {"adversarial"}
        assert all(torch.equal(value, others[name]) for name, value in plain.items())

    @pytest.mark.slow
    def test_learns_and_continues_with_its_discriminators(
        self, train_fast: Train, tmp_path: Path
    ) -> None:
        assert train_fast("--steps", "1", "--adversarial-weight", "0.1") == 0
        path = tmp_path / "out" / "checkpoint.safetensors"
        kept = {name: value for name, value in load_file(path).items() if "discriminator" in name}
        assert kept
        assert train_fast("--steps", "2", "--adversarial-weight", "0.1", "--resume") == 0
        after = load_file(path)
        assert any(not torch.equal(value, after[name]) for name, value in kept.items())
        assert "discriminator" in read_losses(tmp_path / "out")
        card = json.loads((tmp_path / "out" / "manifest.json").read_text())["fast"]
        assert "discriminators of patches" in card["origin"]

    def test_refuses_a_wrong_weight(self, options: FastOptions, material: Material) -> None:
        wrong = dataclasses.replace(options, adversarial_weight=-1.0)
        with pytest.raises(TrainingOptionsError, match="between 0 and 100"):
            prepare_fast(wrong, material, Place(CPU))
