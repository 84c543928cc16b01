"""The recipe of the light features: its teacher, its start, its checkpoint and its export."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from style_transfer.__main__ import main
from style_transfer.features.builtin import FeatureNet, find_live, load_features
from style_transfer.features.vgg import TAPS
from style_transfer.training.curve import read_losses
from style_transfer.training.material import Material
from style_transfer.training.processes import Place
from style_transfer.training.recipe import Options
from style_transfer.training.recipes.builtin_light import BuiltinLight, prepare_builtin_light
from style_transfer.training.recipes.decoder import DecoderOptions, prepare_decoder
from tests.style_transfer.training.conftest import CPU


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(tmp_path / "weights", 2, (32,))


@pytest.fixture
def recipe(builtin: FeatureNet, options: Options, material: Material) -> BuiltinLight:
    assert builtin.layers
    return prepare_builtin_light(options, material, Place(CPU))


@pytest.fixture
def light(recipe: BuiltinLight) -> Iterator[FeatureNet]:
    """Export untrained light features beside the small `builtin`, and load them."""
    recipe.export()
    load_features.cache_clear()
    yield load_features("builtin-light", CPU)
    load_features.cache_clear()


def test_learns_the_channels_that_vary(recipe: BuiltinLight, builtin: FeatureNet) -> None:
    batch = recipe.run.crops.draw(0)
    targets, taught = recipe.objective.targets(batch), builtin(batch, TAPS)
    seen = recipe.objective.student(batch, TAPS)
    for name in TAPS:
        live = find_live(builtin.channel_scale[name])
        scale = builtin.channel_scale[name][live]
        torch.testing.assert_close(targets[name], taught[name][:, live] / scale[:, None, None])
        assert seen[name].shape == targets[name].shape


def test_starts_the_biases_from_the_teachers_statistics(recipe: BuiltinLight) -> None:
    targets = recipe.objective.targets(recipe.run.crops.draw(0))
    for name in TAPS[1:]:
        bias = recipe.objective.student.tap_bias(name)
        torch.testing.assert_close(bias, targets[name].mean((0, 2, 3)), rtol=0.7, atol=0.7)


def test_continues_from_its_checkpoint(
    recipe: BuiltinLight, options: Options, material: Material
) -> None:
    recipe.run.save()
    again = dataclasses.replace(options, seed=9, resume=True)
    resumed = prepare_builtin_light(again, material, Place(CPU)).objective.student.state_dict()
    kept = recipe.objective.student.state_dict()
    assert all(torch.equal(kept[name], resumed[name]) for name in kept)


def test_draws_teacher_and_student(recipe: BuiltinLight) -> None:
    assert recipe.draw_sheet().width > 500


def test_exports_features_in_the_units_of_the_teacher(
    light: FeatureNet, recipe: BuiltinLight
) -> None:
    picture = torch.rand(1, 3, 32, 32)
    for name, maps in light(picture, TAPS).items():
        torch.testing.assert_close(maps, recipe.objective.student(picture, (name,))[name])
        assert light.channel_scale[name].eq(1).all()


def test_its_decoder_is_light_and_fits_it(
    light: FeatureNet, options: Options, material: Material
) -> None:
    training = prepare_decoder(
        DecoderOptions(options.out, 2, (32,), light=True), material, Place(CPU)
    )
    widths = [training.objective.decoder.width(level) - 3 for level in range(1, 6)]
    assert widths == [len(light.channel_scale[name]) for name in TAPS]
    assert training.export().file == "fast-light.safetensors"


def test_learns(builtin: FeatureNet, content: Path, style: Path, tmp_path: Path) -> None:
    assert builtin.layers
    command = f"train builtin-light --content {content} --style {style} --out {tmp_path / 'out'}"
    small = "--batch 2 --size 32 --threads 1 --device cpu --steps 60"
    assert main([*command.split(), *small.split()]) == 0
    curves = read_losses(tmp_path / "out")
    assert curves["relu2_1"][-1][1] < curves["relu2_1"][0][1]
