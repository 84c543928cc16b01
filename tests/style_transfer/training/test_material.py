"""The pictures of a training: the held-out ones, and the order of the others."""

from pathlib import Path

import pytest
import torch

from style_transfer.training.material import (
    EVALUATED_SIDE,
    Material,
    build_material,
    hold_out,
    read_held_out,
)
from style_transfer.training.pictures import TrainingDataError, find_pictures
from style_transfer.training.processes import Place
from tests.style_transfer.training.conftest import CPU

ROOTS = (Path("content"), Path("style"))


def test_never_trains_on_held_out_pictures(content: Path, style: Path) -> None:
    paths = find_pictures(content), find_pictures(style)
    material = hold_out(paths, (content, style), seed=0)
    assert len(material.held_out) == 4
    assert not set(material.held_out) & set(material.content + material.style)
    assert len(material.content) == len(material.style) == 6
    assert material == hold_out(paths, (content, style), seed=0)
    assert material.held_out != hold_out(paths, (content, style), seed=1).held_out


def test_holds_out_only_the_needed_pictures() -> None:
    many = [Path(f"{index}.jpg") for index in range(500)]
    material = hold_out((many, many), ROOTS, seed=0, count=24)
    assert len(material.held_out) == 24
    assert len(hold_out((many,), ROOTS[:1], seed=0, count=24).held_out) == 24


@pytest.mark.parametrize("short", [0, 1], ids=["content", "style"])
def test_requires_four_pictures_in_each_folder(short: int) -> None:
    folders = [[Path(f"{index}.jpg") for index in range(8)] for _ in range(2)]
    folders[short] = folders[short][:3]
    with pytest.raises(TrainingDataError, match="four pictures at least") as caught:
        hold_out(folders, ROOTS, seed=0)
    assert "--held-out" in caught.value.hint


def test_alternates_photos_and_artworks(material: Material) -> None:
    crops = material.crops([16, 24], 2, 5, Place(CPU, rank=1, world=2))
    assert crops.folders == (material.content, material.style)
    assert (crops.sizes, crops.batch, crops.seed, crops.rank, crops.world) == ((16, 24), 2, 5, 1, 2)


def test_has_only_photos_for_a_training_of_one_artwork(content: Path) -> None:
    paths = find_pictures(content)
    material = build_material([paths], paths[:1], [content])
    assert material.style == ()
    assert material.folders == (tuple(paths),)
    assert [each["name"] for each in material.describe()] == ["content"]


def test_describes_its_training_data(material: Material) -> None:
    described = [(each["name"], each["pictures"]) for each in material.describe()]
    assert described == [("content", 6), ("style", 6)]


def test_reads_held_out_pictures_at_one_size(material: Material) -> None:
    for picture in read_held_out(material, CPU):
        assert picture.shape[:2] == (1, 3)
        assert max(picture.shape) <= EVALUATED_SIDE


def test_reads_a_few_spread_from_first_to_last(material: Material) -> None:
    every = read_held_out(material, CPU)
    few = read_held_out(material, CPU, count=3)
    assert len(few) == 3
    assert torch.equal(few[0], every[0])
    assert torch.equal(few[-1], every[-1])
    assert torch.equal(read_held_out(material, CPU, count=1)[0], every[0])
    assert len(read_held_out(material, CPU, count=9)) == 4
