"""The recipe of the features: the start of the student, its checkpoint, and its export."""

import dataclasses
from pathlib import Path

import pytest
import torch

from style_transfer.features.vgg import TAPS
from style_transfer.training.material import Material
from style_transfer.training.processes import Place
from style_transfer.training.recipes.builtin import BuiltinOptions, prepare_builtin
from tests.style_transfer.training.conftest import CPU, WIDTHS


@pytest.fixture
def options(teacher: Path, tmp_path: Path) -> BuiltinOptions:
    return BuiltinOptions(tmp_path / "out", 2, (32,), teacher=teacher)


def test_gives_the_student_the_widths_of_the_teacher(
    material: Material, options: BuiltinOptions
) -> None:
    recipe = prepare_builtin(options, material, Place(CPU))
    weights = [
        recipe.objective.student.get_parameter(f"conv{block}_1.weight") for block in range(1, 6)
    ]
    assert [weight.shape[0] for weight in weights] == list(WIDTHS)
    assert weights[1].is_contiguous(memory_format=torch.channels_last)
    assert recipe.run.progress.step == 0


def test_starts_from_random_weights_and_not_from_the_teacher(
    material: Material, options: BuiltinOptions
) -> None:
    recipe = prepare_builtin(options, material, Place(CPU))
    student, teacher = recipe.objective.student.state_dict(), recipe.objective.teacher.state_dict()
    for name, value in student.items():
        if name.startswith("conv") and name.endswith("weight"):
            assert not torch.equal(value, teacher[name])


def test_starts_the_biases_from_the_teachers_statistics(
    material: Material, options: BuiltinOptions
) -> None:
    recipe = prepare_builtin(options, material, Place(CPU))
    targets = recipe.objective.targets(recipe.run.crops.draw(0))
    for name in TAPS[1:]:
        bias = recipe.objective.student.get_parameter(f"{name.replace('relu', 'conv')}.bias")
        torch.testing.assert_close(bias, targets[name].mean((0, 2, 3)), rtol=0.7, atol=0.7)


def test_restores_the_channel_std_from_the_checkpoint(
    material: Material, options: BuiltinOptions
) -> None:
    recipe = prepare_builtin(options, material, Place(CPU))
    recipe.run.save()
    again = dataclasses.replace(options, seed=9, resume=True)
    resumed = prepare_builtin(again, material, Place(CPU))
    assert all(
        torch.equal(recipe.objective.channel_std[name], resumed.objective.channel_std[name])
        for name in TAPS
    )


def test_draws_teacher_and_student(material: Material, options: BuiltinOptions) -> None:
    sheet = prepare_builtin(options, material, Place(CPU)).draw_sheet()
    assert sheet.width > 500


def test_evaluates_what_it_exports(material: Material, options: BuiltinOptions) -> None:
    recipe = prepare_builtin(options, material, Place(CPU))
    card = recipe.export()
    assert card.file == "builtin.safetensors"
    assert card.figures["held_out_pictures"] == 4
    assert set(card.figures["layers"]) == set(TAPS)
    weight = recipe.objective.student.get_parameter("conv1_1.weight")
    assert torch.equal(weight, weight.half().float())
