"""Crops depend only on the seed and the step, and the folders alternate."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from style_transfer.training.crops import Crops, crop_at_random, to_batch
from style_transfer.training.pictures import find_pictures


@pytest.fixture
def crops(content: Path, style: Path) -> Crops:
    folders = (tuple(find_pictures(content)), tuple(find_pictures(style)))
    return Crops(folders, sizes=(32,), batch=4, seed=1)


def test_returns_squares_in_the_unit_range(crops: Crops) -> None:
    batch = crops.draw(0)
    assert batch.shape == (4, 3, 32, 32)
    assert batch.dtype == torch.float32
    assert 0 <= batch.min() < batch.max() <= 1
    assert batch.is_contiguous(memory_format=torch.channels_last)


def test_draws_the_same_for_the_same_step(crops: Crops) -> None:
    assert torch.equal(crops.draw(5), crops.draw(5))
    assert not torch.equal(crops.draw(5), crops.draw(6))


def test_draws_others_for_another_seed_or_rank(crops: Crops) -> None:
    seeded = Crops(crops.folders, (32,), 4, seed=2)
    ranked = Crops(crops.folders, (32,), 4, seed=1, rank=1, world=2)
    assert not torch.equal(crops.draw(0), seeded.draw(0))
    assert not torch.equal(crops.draw(0), ranked.draw(0))


def test_uses_the_same_sizes_in_every_process(crops: Crops) -> None:
    ranks = [Crops(crops.folders, (16, 24), 1, 1, rank, 2) for rank in range(2)]
    sides = [[each.draw(step).shape[-1] for step in range(12)] for each in ranks]
    assert sides[0] == sides[1]
    assert set(sides[0]) == {16, 24}


def test_continues_from_a_step(crops: Crops) -> None:
    batches = crops.follow(3, torch.device("cpu"))
    for step in range(3, 8):
        assert torch.equal(next(batches), crops.draw(step))
    batches.close()


def test_alternates_between_the_folders(tmp_path: Path) -> None:
    folders = []
    for name, color in (("red", (255, 0, 0)), ("blue", (0, 0, 255))):
        path = tmp_path / f"{name}.png"
        Image.new("RGB", (64, 64), color).save(path)
        folders.append((path,))
    batch = Crops(tuple(folders), sizes=(16,), batch=4, seed=0).draw(0)
    assert batch[:, 0, 0, 0].tolist() == [1, 0, 1, 0]
    assert batch[:, 2, 0, 0].tolist() == [0, 1, 0, 1]


def test_varies_scale_position_and_flip(tmp_path: Path) -> None:
    path = tmp_path / "ramp.png"
    ramp = np.tile(np.arange(128, dtype=np.uint8), (96, 1))
    Image.fromarray(np.stack([ramp] * 3, axis=-1)).save(path)
    chance = random.Random(0)
    crops = [crop_at_random(path, 32, chance) for _ in range(40)]
    rises = [float(crop[16, 31, 0]) - float(crop[16, 0, 0]) for crop in crops]
    assert any(rise > 0 for rise in rises)
    assert any(rise < 0 for rise in rises)
    assert min(map(abs, rises)) < 40  # about as many source pixels as the crop has
    assert max(map(abs, rises)) > 55  # about twice as many
    assert all(abs(rise) < 68 for rise in rises)


def test_enlarges_a_small_picture_only_as_needed(tmp_path: Path) -> None:
    path = tmp_path / "small.png"
    Image.new("RGB", (20, 30), (9, 9, 9)).save(path)
    assert crop_at_random(path, 32, random.Random(0)).shape == (32, 32, 3)


def test_stacks_pictures_without_changing_them() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    batch = to_batch([pixels, pixels])
    assert batch.shape == (2, 3, 2, 4)
    assert torch.equal((batch[1] * 255).round().byte().permute(1, 2, 0), torch.from_numpy(pixels))
