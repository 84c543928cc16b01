"""A small training: a narrow teacher, a few small pictures, and the real command."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from style_transfer.__main__ import main
from style_transfer.features.builtin import FeatureNet, load_features
from style_transfer.features.vgg import SlimVGG, max_pool
from style_transfer.methods.fast.network import Painter, load_painter
from style_transfer.training.export import export_features
from style_transfer.training.material import Material, hold_out
from style_transfer.training.pictures import find_pictures
from style_transfer.training.processes import Place
from style_transfer.training.recipes.decoder import DecoderOptions, prepare_decoder

CPU = torch.device("cpu")
WIDTHS = (4, 4, 6, 6, 6)

Train = Callable[..., int]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def draw_picture(seed: int, *, width: int = 80, height: int = 72) -> Image.Image:
    """Draw soft random blobs of color, similar to a crop of a photo for a small network."""
    noise = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Return a folder with eight photos in nested folders, like COCO."""
    folder = tmp_path / "content"
    for index in range(8):
        path = folder / "train2017" / f"part{index % 2}" / f"{index:03}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_picture(index).save(path)
    return folder


@pytest.fixture
def style(tmp_path: Path) -> Path:
    """Return a folder with eight artworks in one folder per movement, like WikiArt."""
    folder = tmp_path / "style"
    for index in range(8):
        path = folder / ("Cubism", "Fauvism")[index % 2] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_picture(100 + index).save(path)
    return folder


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    """Return a teacher file of the right layout with random weights, including the 1x1 heads."""
    torch.manual_seed(5)
    network = SlimVGG(WIDTHS, max_pool)
    heads = {"conv1_1.to_vgg19.weight": torch.zeros(64, 4, 1, 1)}
    path = tmp_path / "teacher.safetensors"
    save_file(network.state_dict() | heads, path)
    return path


@pytest.fixture
def material(content: Path, style: Path) -> Material:
    """Return six photos and six artworks for training, and four pictures for evaluation."""
    return hold_out((find_pictures(content), find_pictures(style)), (content, style), seed=0)


@pytest.fixture
def builtin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FeatureNet]:
    """Replace the shipped features with untrained features of a few channels."""
    torch.manual_seed(3)
    card = {"license": "MIT", "origin": "a test", "data": [], "command": "", "figures": {}}
    artworks = [torch.rand(1, 3, 64, 64)]
    export_features(SlimVGG(WIDTHS), artworks, tmp_path / "weights", "builtin", card)
    monkeypatch.setattr("style_transfer.core.manifest.SHIPPED", tmp_path / "weights")
    load_features.cache_clear()
    yield load_features("builtin", CPU)
    load_features.cache_clear()


@pytest.fixture
def shipped(builtin: FeatureNet, material: Material, tmp_path: Path) -> Iterator[Painter]:
    """Add a small decoder as `fast` to the small features."""
    assert builtin.layers
    prepare_decoder(DecoderOptions(tmp_path / "weights", 2, (32,)), material, Place(CPU)).export()
    load_painter.cache_clear()
    yield load_painter(CPU)
    load_painter.cache_clear()


@pytest.fixture
def train(content: Path, style: Path, teacher: Path, tmp_path: Path) -> Train:
    """Return a function that runs `train builtin` on the small material with more arguments."""

    def run(*more: str) -> int:
        fixed = f"--content {content} --style {style} --teacher {teacher} --out {tmp_path / 'out'}"
        small = "--batch 2 --size 32 --threads 1 --device cpu"
        return main(["train", "builtin", *fixed.split(), *small.split(), *more])

    return run
