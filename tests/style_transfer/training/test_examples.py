"""Examples: painted at the first request, stored, and cropped at the same place as the photo."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from style_transfer.imaging.color import palette_of
from style_transfer.imaging.tensors import to_tensor
from style_transfer.methods.fast.network import Painter
from style_transfer.training.crops import to_batch
from style_transfer.training.examples import Book, ExampleCrops, Teacher
from style_transfer.training.pictures import find_pictures
from tests.style_transfer.training.conftest import CPU, draw_picture


@pytest.fixture
def teacher(shipped: Painter) -> Teacher:
    assert shipped.halved in {True, False}
    return Teacher("fast", draw_picture(7, width=120, height=150), style_size=75, side=96)


@pytest.fixture
def book(teacher: Teacher, tmp_path: Path) -> Book:
    return Book(teacher, tmp_path / "examples")


@pytest.fixture
def crops(book: Book, content: Path) -> ExampleCrops:
    photos = tuple(find_pictures(content))
    return ExampleCrops((photos,), sizes=(32, 48), batch=3, seed=1, book=book)


def test_paints_strokes_of_the_requested_size(teacher: Teacher) -> None:
    spec = teacher.spec
    assert (spec.method, spec.steps) == ("fast", None)
    assert spec.style_scale * 96 == pytest.approx((60 * 75) ** 0.5)
    larger = dataclasses.replace(teacher, style_size=9000)
    assert larger.spec.style_scale * 96 == pytest.approx((120 * 150) ** 0.5)
    huge = dataclasses.replace(teacher, side=16)
    assert huge.spec.style_scale == 4


def test_uses_few_steps_for_optimize(teacher: Teacher) -> None:
    spec = dataclasses.replace(teacher, method="optimize").spec
    assert spec.method == "optimize"
    assert spec.steps is not None
    assert 0 < spec.steps < 20


def test_has_a_name_with_all_settings_that_change_the_painting(teacher: Teacher) -> None:
    others = [
        dataclasses.replace(teacher, method="optimize"),
        dataclasses.replace(teacher, side=80),
        dataclasses.replace(teacher, style_size=60),
        dataclasses.replace(teacher, artwork=draw_picture(8, width=120, height=150)),
    ]
    assert len({each.identity for each in [teacher, *others]}) == 5
    assert dataclasses.replace(teacher).identity == teacher.identity


@pytest.mark.parametrize("method", ["fast", "optimize"])
def test_paints_like_the_method(teacher: Teacher, method: str) -> None:
    painted = dataclasses.replace(teacher, method=method, side=64).paint(draw_picture(1))
    assert painted.size == (80, 72)
    assert np.asarray(painted).std() > 0


def test_recolors_like_the_network(teacher: Teacher) -> None:
    recolored = to_tensor(teacher.recolor(draw_picture(1)), CPU)
    shown = to_tensor(teacher.artwork.resize((60, 75)), CPU)
    torch.testing.assert_close(
        palette_of(recolored).mean, palette_of(shown).mean, atol=0.05, rtol=0
    )


def test_stores_the_recolored_photo_before_the_painting(book: Book, content: Path) -> None:
    path = find_pictures(content)[0]
    example = book.look_up(path)
    assert example.shape == (96, 96, 6)
    assert example.dtype == np.uint8
    square = Image.open(path).crop((4, 0, 76, 72)).resize((96, 96), Image.Resampling.BICUBIC)
    recolored = np.asarray(book.teacher.recolor(square), dtype=int)
    assert np.abs(recolored - example[..., :3]).mean() < 4
    assert np.abs(example[..., :3].astype(int) - example[..., 3:]).mean() > 1


def test_paints_each_example_once(book: Book, content: Path) -> None:
    path, other = find_pictures(content)[:2]
    first = book.look_up(path)
    (kept,) = book.folder.iterdir()
    Image.new("RGB", (192, 96), "red").save(kept)
    assert book.look_up(path)[0, 0].tolist() == [255, 0, 0] * 2
    kept.unlink()
    assert np.array_equal(book.look_up(path), first)
    assert not np.array_equal(book.look_up(other), first)
    assert len(list(book.folder.iterdir())) == 2


def test_leaves_no_partial_file(book: Book, content: Path) -> None:
    book.look_up(find_pictures(content)[0])
    assert {path.suffix for path in book.folder.iterdir()} == {".png"}


def test_shrinks_examples_for_evaluation(book: Book, content: Path) -> None:
    found = book.read(find_pictures(content)[:2], 48)
    assert [each.shape for each in found] == [(1, 6, 48, 48)] * 2
    assert all(0 <= each.min() < each.max() <= 1 for each in found)


def test_crops_photo_and_painting_at_the_same_place(crops: ExampleCrops, book: Book) -> None:
    batch = crops.draw(0)
    assert batch.shape[:2] == (3, 6)
    assert batch.shape[2] in {32, 48}
    wholes = [to_batch([book.look_up(path)]) for path in crops.folders[0]]
    side = batch.shape[2]
    for crop in batch:
        assert any(
            torch.equal(whole[0, :, top : top + side, left : left + side], crop)
            for whole in wholes
            for top in range(97 - side)
            for left in range(97 - side)
        )


def test_draws_by_seed_step_and_rank(crops: ExampleCrops) -> None:
    assert torch.equal(crops.draw(4), crops.draw(4))
    assert not torch.equal(crops.draw(4), crops.draw(5))
    other = dataclasses.replace(crops, rank=1, world=2)
    assert not torch.equal(crops.draw(4), other.draw(4))


def test_needs_a_book(crops: ExampleCrops) -> None:
    with pytest.raises(AssertionError, match="from a book"):
        dataclasses.replace(crops, book=None).draw(0)
