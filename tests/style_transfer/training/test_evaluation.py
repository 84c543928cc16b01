"""The evaluation of a student: its errors for each channel, in interpretable figures."""

from pathlib import Path

import pytest
import torch

from style_transfer.features.vgg import TAPS, SlimVGG
from style_transfer.training.channel_std import floor_channel_std, measure_channel_std
from style_transfer.training.distillation import Distillation, load_teacher
from style_transfer.training.evaluation import evaluate
from tests.style_transfer.training.conftest import WIDTHS


class Skewed(SlimVGG):
    """A student that returns `scale` times the teacher's features, plus noise of size `noise`."""

    scale, noise = 1.0, 0.0

    def forward(  # type: ignore[override]
        self, x: torch.Tensor, layers: tuple[str, ...] = TAPS
    ) -> dict[str, torch.Tensor]:
        """Return distorted targets instead of computed features."""
        targets = self.objective.targets(x)
        return {
            name: self.scale * targets[name] + self.noise * torch.randn_like(targets[name])
            for name in layers
        }

    objective: Distillation


@pytest.fixture
def objective(teacher: Path) -> Distillation:
    network = load_teacher(teacher)
    torch.manual_seed(0)
    measured = measure_channel_std(network, [torch.rand(4, 3, 64, 64)], TAPS)
    spread = {name: floor_channel_std(each) for name, each in measured.items()}
    student = Skewed(WIDTHS)
    object.__setattr__(student, "objective", Distillation(network, student, spread))
    return student.objective


@pytest.fixture
def student(objective: Distillation) -> Skewed:
    assert isinstance(objective.student, Skewed)
    return objective.student


def pictures() -> list[torch.Tensor]:
    torch.manual_seed(0)
    return [torch.rand(1, 3, 64, 48), torch.rand(1, 3, 40, 64)]


@pytest.mark.usefixtures("student")
def test_finds_no_error_in_a_perfect_student(objective: Distillation) -> None:
    for figures in evaluate(objective, pictures()).values():
        assert figures["error"] == figures["median_error"] == 0
        assert figures["correlation"] == 1
        assert figures["channels"] >= 1


def test_counts_a_wrong_scale_as_error_but_keeps_the_correlation(
    objective: Distillation, student: Skewed
) -> None:
    student.scale = 0.5
    figures = evaluate(objective, pictures())["relu2_1"]
    assert figures["correlation"] == 1
    assert figures["error"] > 0.25  # half of each value is missing, including half of the mean


def test_measures_noise_as_its_share_of_the_variance(
    objective: Distillation, student: Skewed
) -> None:
    student.noise = 0.5
    figures = evaluate(objective, pictures())["relu1_1"]
    assert figures["error"] == pytest.approx(0.25, abs=0.05)
    assert figures["correlation"] == pytest.approx(1 / 1.25**0.5, abs=0.03)


def test_evaluates_without_a_leak(objective: Distillation, student: Skewed) -> None:
    student.leak = 0.3
    evaluate(objective, pictures())
    assert student.leak == 0
