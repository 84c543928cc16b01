"""The recipe: what is held out, where the student starts, what the sheet shows."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from inference.engine.networks.vgg import TAPS
from inference.engine.training.builtin import (
    EVALUATED_SIDE,
    Material,
    Options,
    draw_samples,
    hold_out,
    prepare_run,
    read_held_out,
)
from inference.engine.training.pictures import TrainingDataError, find_pictures
from inference.engine.training.processes import Place
from tests.inference.engine.training.conftest import WIDTHS

CPU = torch.device("cpu")


@pytest.fixture
def material(content: Path, style: Path) -> Material:
    return hold_out(find_pictures(content), find_pictures(style), seed=0)


@pytest.fixture
def options(teacher: Path, tmp_path: Path) -> Options:
    return Options(teacher=teacher, out=tmp_path / "out", batch=2, size=32)


def test_never_trains_on_what_it_is_judged_on(content: Path, style: Path) -> None:
    paths = find_pictures(content), find_pictures(style)
    material = hold_out(*paths, seed=0)
    assert len(material.held_out) == 4
    assert not set(material.held_out) & set(material.content + material.style)
    assert len(material.content) == len(material.style) == 6
    assert material == hold_out(*paths, seed=0)
    assert material.held_out != hold_out(*paths, seed=1).held_out


def test_holds_no_more_out_than_it_needs() -> None:
    many = [Path(f"{index}.jpg") for index in range(500)]
    material = hold_out(many, many, seed=0, count=24)
    assert len(material.held_out) == 24


@pytest.mark.parametrize("short", [0, 1], ids=["content", "style"])
def test_asks_for_four_pictures_in_each_folder(short: int) -> None:
    folders = [[Path(f"{index}.jpg") for index in range(8)] for _ in range(2)]
    folders[short] = folders[short][:3]
    with pytest.raises(TrainingDataError, match="four pictures at least") as caught:
        hold_out(folders[0], folders[1], seed=0)
    assert "--held-out" in caught.value.hint


def test_gives_the_student_the_widths_of_the_teacher(material: Material, options: Options) -> None:
    run, lesson = prepare_run(material, options, Place(CPU))
    weights = [lesson.student.get_parameter(f"conv{block}_1.weight") for block in range(1, 6)]
    assert [weight.shape[0] for weight in weights] == list(WIDTHS)
    assert weights[1].is_contiguous(memory_format=torch.channels_last)
    assert run.progress.step == 0


def test_starts_from_chance_and_never_from_the_teacher(
    material: Material, options: Options
) -> None:
    _, lesson = prepare_run(material, options, Place(CPU))
    student, teacher = lesson.student.state_dict(), lesson.teacher.state_dict()
    for name, value in student.items():
        if name.startswith("conv") and name.endswith("weight"):
            assert not torch.equal(value, teacher[name])


def test_starts_the_biases_at_what_the_teacher_shows(material: Material, options: Options) -> None:
    run, lesson = prepare_run(material, options, Place(CPU))
    targets = lesson.targets(run.crops.draw(0))
    for name in TAPS[1:]:
        bias = lesson.student.get_parameter(f"{name.replace('relu', 'conv')}.bias")
        torch.testing.assert_close(bias, targets[name].mean((0, 2, 3)), rtol=0.7, atol=0.7)


def test_brings_the_spread_back_with_the_checkpoint(material: Material, options: Options) -> None:
    run, lesson = prepare_run(material, options, Place(CPU))
    run.save()
    again = Options(options.teacher, options.out, batch=2, size=32, seed=9, resume=True)
    _, resumed = prepare_run(material, again, Place(CPU))
    assert all(torch.equal(lesson.spread[name], resumed.spread[name]) for name in TAPS)


def test_reads_held_out_pictures_at_one_size(material: Material) -> None:
    for picture in read_held_out(material, CPU):
        assert picture.shape[:2] == (1, 3)
        assert max(picture.shape) <= EVALUATED_SIDE


def test_writes_sheet_and_curve(material: Material, options: Options) -> None:
    _, lesson = prepare_run(material, options, Place(CPU))
    options.out.mkdir()
    draw_samples(lesson, read_held_out(material, CPU)[0], options.out)
    for name in ("sheet.png", "curve.png"):
        with Image.open(options.out / name) as picture:
            picture.verify()
