"""The sample sheet shows the picture and the features of teacher and student side by side."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from style_transfer.features.vgg import TAPS, SlimVGG, max_pool
from style_transfer.training.crops import to_batch
from style_transfer.training.distillation import Distillation, load_teacher
from style_transfer.training.sheet import CELL, draw_sheet
from tests.style_transfer.training.conftest import WIDTHS, draw_picture

_LABEL = 16


@pytest.fixture
def picture() -> torch.Tensor:
    return to_batch([np.asarray(draw_picture(3, width=96, height=96))])


@pytest.fixture
def objective(teacher: Path) -> Distillation:
    network = load_teacher(teacher)
    spread = {name: torch.ones(1) for name in TAPS}
    torch.manual_seed(8)
    return Distillation(network, SlimVGG(WIDTHS), spread)


def cell(sheet: Image.Image, row: int, column: int) -> np.ndarray:
    """Return one picture of a sheet, without the label above it."""
    left, top = column * CELL, row * (CELL + _LABEL) + _LABEL
    return np.asarray(sheet.crop((left, top, left + CELL, top + CELL))).astype(int)


def test_has_one_row_per_layer(objective: Distillation, picture: torch.Tensor) -> None:
    sheet = draw_sheet(objective, picture)
    assert sheet.mode == "RGB"
    assert sheet.size == (7 * CELL, len(TAPS) * (CELL + _LABEL))


def test_shows_the_picture_in_every_row(objective: Distillation, picture: torch.Tensor) -> None:
    sheet = draw_sheet(objective, picture)
    shown = draw_picture(3, width=96, height=96).resize((CELL, CELL), Image.Resampling.NEAREST)
    for row in range(len(TAPS)):
        assert np.array_equal(cell(sheet, row, 0), np.asarray(shown))


def test_shows_no_difference_for_a_perfect_student(
    objective: Distillation, picture: torch.Tensor
) -> None:
    objective.student = SlimVGG(WIDTHS, max_pool, slope=0.0)
    objective.student.load_state_dict(objective.teacher.state_dict())
    sheet = draw_sheet(objective, picture)
    for row in range(len(TAPS)):
        for pair in range(3):
            teacher, student = cell(sheet, row, 1 + 2 * pair), cell(sheet, row, 2 + 2 * pair)
            assert np.array_equal(teacher, student)


def test_shows_a_difference_for_an_untrained_student(
    objective: Distillation, picture: torch.Tensor
) -> None:
    sheet = draw_sheet(objective, picture)
    assert np.abs(cell(sheet, 0, 1) - cell(sheet, 0, 2)).mean() > 5


def test_draws_the_student_in_its_training_mode(
    objective: Distillation, picture: torch.Tensor
) -> None:
    objective.student.leak = 0.1
    draw_sheet(objective, picture)
    assert objective.student.leak == 0.1
