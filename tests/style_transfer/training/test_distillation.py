"""The distillation objective: the student's targets for each block, and valid teacher files."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from style_transfer.core.errors import ModelMissingError
from style_transfer.features.vgg import TAPS, SlimVGG, max_pool
from style_transfer.training.channel_std import floor_channel_std, measure_channel_std
from style_transfer.training.distillation import (
    FIRST_LEAK,
    FREE,
    TIGHT,
    Distillation,
    describe_teacher,
    load_teacher,
)
from tests.style_transfer.training.conftest import WIDTHS


@pytest.fixture
def objective(teacher: Path) -> Distillation:
    network = load_teacher(teacher)
    torch.manual_seed(0)
    measured = measure_channel_std(network, [torch.rand(2, 3, 32, 32)], TAPS)
    spread = {name: floor_channel_std(each) for name, each in measured.items()}
    return Distillation(network, SlimVGG(WIDTHS), spread, bfloat16=False)


def test_loads_a_frozen_teacher_with_maximum_pooling(teacher: Path) -> None:
    network = load_teacher(teacher)
    assert network.pool is max_pool
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert network.get_parameter("conv3_1.weight").shape[0] == WIDTHS[2]


def test_says_that_the_teacher_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="no teacher at"):
        load_teacher(tmp_path / "teacher.safetensors")


def test_refuses_a_file_that_is_not_a_teacher(tmp_path: Path, teacher: Path) -> None:
    path = tmp_path / "other.safetensors"
    path.write_text("text")
    with pytest.raises(ModelMissingError, match="not a slimmed VGG-19"):
        load_teacher(path)
    state = load_file(teacher)
    del state["conv4_2.bias"]
    save_file(state, path)
    with pytest.raises(ModelMissingError, match="not a slimmed VGG-19"):
        load_teacher(path)


def test_names_the_teacher_with_the_facts_of_its_header(tmp_path: Path, teacher: Path) -> None:
    assert describe_teacher(teacher) == "teacher.safetensors"
    path = tmp_path / "stated.safetensors"
    header = {"licence": "MIT", "source": "example.org/set", "other": "x"}
    save_file({"a": torch.zeros(1)}, path, header)
    assert describe_teacher(path) == "stated.safetensors (example.org/set; MIT)"


def test_returns_targets_with_unit_standard_deviation(objective: Distillation) -> None:
    torch.manual_seed(0)
    targets = objective.targets(torch.rand(2, 3, 32, 32))
    deviation = targets["relu2_1"].std((0, 2, 3), correction=0)
    live = deviation > 0.5
    assert live.any()
    torch.testing.assert_close(deviation[live], torch.ones(int(live.sum())))


def test_has_one_loss_per_layer_and_zero_for_a_perfect_student(objective: Distillation) -> None:
    assert list(objective.losses(torch.rand(1, 3, 32, 32), 0.9)) == list(TAPS)
    # A student with the teacher's weights and pooling has the same features in the same units.
    objective.student = load_like(objective.teacher)
    objective.channel_std = {name: torch.ones(1) for name in TAPS}
    losses = objective.losses(torch.rand(1, 3, 32, 32), 0.9)
    assert max(loss.item() for loss in losses.values()) < 1e-10


def load_like(teacher: torch.nn.Module) -> SlimVGG:
    """Copy a teacher into the student's class."""
    student = SlimVGG(WIDTHS, max_pool, slope=0.0)
    student.load_state_dict(teacher.state_dict())
    return student


@pytest.mark.parametrize("fraction", [0.0, 0.9], ids=["forced", "free"])
def test_trains_each_block_only_for_its_own_layer(objective: Distillation, fraction: float) -> None:
    loss = objective.losses(torch.rand(1, 3, 32, 32), fraction)["relu3_1"]
    loss.backward()
    taught = {
        name.split(".")[0]
        for name, parameter in objective.student.named_parameters()
        if parameter.grad is not None
    }
    assert taught == {"conv2_2", "conv3_1"}


def test_uses_the_teachers_inputs_less_over_time(objective: Distillation) -> None:
    picture = torch.rand(1, 3, 32, 32)
    weight = objective.student.get_parameter("conv1_1.weight")

    def measure_harm(fraction: float) -> float:
        """Return the change in the loss of relu2_1 when the first layer is wrong."""
        before = objective.losses(picture, fraction)["relu2_1"].item()
        weight.mul_(4)
        after = objective.losses(picture, fraction)["relu2_1"].item()
        weight.div_(4)
        return abs(after - before)

    with torch.no_grad():
        assert measure_harm(0.0) == 0
        assert 0 < measure_harm(FREE / 2) < measure_harm(FREE)


def test_reduces_the_leak_gradually(objective: Distillation) -> None:
    leaks = []
    for fraction in (0.0, TIGHT / 2, TIGHT, 1.0):
        objective.losses(torch.rand(1, 3, 16, 16), fraction)
        leaks.append(objective.student.leak)
    assert leaks == [FIRST_LEAK, pytest.approx(FIRST_LEAK / 2), 0, 0]


def test_changes_little_with_bfloat16(objective: Distillation) -> None:
    picture = torch.rand(1, 3, 32, 32)
    exact = objective.losses(picture, 0.9)
    objective.bfloat16 = True
    rounded = objective.losses(picture, 0.9)
    assert rounded["relu1_1"] == exact["relu1_1"]  # the first layer is always exact
    for name in TAPS:
        assert rounded[name].dtype == torch.float32
        torch.testing.assert_close(rounded[name], exact[name], rtol=0.05, atol=0.01)
