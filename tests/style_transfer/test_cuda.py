"""The engine on an NVIDIA GPU; these tests are skipped if there is none.

They need only the engine, so a machine without Django can run them:
`python -m pytest --noconftest -c /dev/null tests/style_transfer/test_cuda.py`.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from rich.console import Console

from style_transfer.bench.speed import machine
from style_transfer.cli.train import KINDS
from style_transfer.core.device import choose_device
from style_transfer.core.spec import Step, StyleInput, TransferSpec
from style_transfer.imaging.tensors import to_image
from style_transfer.methods.fast.embedding_cache import EmbeddingCache
from style_transfer.pipeline.stylize import stylize
from style_transfer.training.dead_leaves import draw_dead_leaves
from style_transfer.training.session import train

if not torch.cuda.is_available():
    pytest.skip("there is no GPU", allow_module_level=True)

PHOTO = to_image(draw_dead_leaves(1, 320))
ARTWORK = to_image(draw_dead_leaves(2, 256)).convert("L").convert("RGB")
STYLE = StyleInput(ARTWORK)


def paint(spec: TransferSpec, device: str, photo: Image.Image = PHOTO) -> Step:
    *_, last = stylize(photo, [STYLE], spec, device=device, cache=EmbeddingCache())
    return last


def apart(first: Step, second: Step) -> float:
    """Return the mean difference of pixel values, in levels of 255."""
    pictures = [np.asarray(each.image, dtype=float) for each in (first, second)]
    return float(np.abs(pictures[0] - pictures[1]).mean())


@pytest.fixture
def crowded() -> Iterator[None]:
    """Limit this process to a small share of the GPU's memory."""
    torch.cuda.empty_cache()
    whole = torch.cuda.get_device_properties(0).total_memory
    used = torch.cuda.memory_reserved()
    torch.cuda.set_per_process_memory_fraction((used + 150 * 2**20) / whole)
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)


def test_appears_in_the_figures() -> None:
    assert machine("auto").startswith(torch.cuda.get_device_name(0))


def test_is_preferred_by_auto() -> None:
    assert choose_device("auto").type == "cuda"


@pytest.mark.parametrize("method", ["fast", "optimize"])
def test_paints_the_same_as_the_cpu(method: str) -> None:
    spec = TransferSpec(method=method, size=320, steps=12 if method == "optimize" else None)
    there, here = (paint(spec, device) for device in ("cuda", "cpu"))
    assert there.report is not None
    assert there.report.device.startswith("cuda")
    original = Step(0, 1, "", image=PHOTO)
    assert apart(there, here) < 0.25 * apart(here, original)


@pytest.mark.parametrize("method", ["fast", "optimize"])
def test_paints_the_same_twice(method: str) -> None:
    spec = TransferSpec(method=method, size=192, steps=4 if method == "optimize" else None)
    assert apart(paint(spec, "cuda"), paint(spec, "cuda")) < 0.5


def test_returns_the_photo_at_strength_0() -> None:
    assert apart(paint(TransferSpec(strength=0), "cuda"), Step(0, 1, "", image=PHOTO)) == 0


@pytest.mark.usefixtures("crowded")
@pytest.mark.parametrize("method", ["fast", "optimize"])
def test_finishes_when_its_memory_runs_out(method: str) -> None:
    photo = PHOTO.resize((2400, 1800))
    spec = TransferSpec(method=method, steps=1 if method == "optimize" else None)
    last = paint(spec, "cuda", photo)
    assert last.image is not None
    assert last.image.size == photo.size


def test_trains_a_network_that_paints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in range(6):
        to_image(draw_dead_leaves(seed, 128)).save(photos / f"{seed}.png")
    ARTWORK.save(tmp_path / "leaves.png")
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    parser = argparse.ArgumentParser()
    [kind] = [each for each in KINDS if each.name == "network"]
    kind.add_arguments(parser)
    own = parser.parse_args(["--style", str(tmp_path / "leaves.png"), "--out", str(tmp_path)])
    common = {"content": photos, "held_out": None, "threads": None, "device": "cuda"}
    limits = {"time_limit": 1e9, "steps": 30, "batch": 2, "sizes": (96,), "rate": 0.003}
    arguments = argparse.Namespace(**vars(own), **common, **limits, seed=0, resume=False)

    recipe = train(kind.load(), arguments, Console(quiet=True), artworks=False)

    assert recipe.run.progress.step == 30
    assert paint(TransferSpec(method="network", size=192), "cuda").image is not None
