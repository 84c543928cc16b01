"""The two scripts of the guide's path: short, with public names only, and they run."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file

FOLDER = Path(__file__).parents[2] / "examples"
SCRIPTS = sorted(FOLDER.glob("*.py"))
Run = Callable[..., None]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a script with arguments, as a user does."""

    def call(name: str, *words: object) -> None:
        monkeypatch.setattr(sys, "argv", [name, *map(str, words)])
        import_module(f"examples.{name}").main()

    return call


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_is_short_and_uses_public_names_only(script: Path) -> None:
    source = script.read_text("utf-8")
    assert len(source.splitlines()) < 60
    for node in ast.walk(ast.parse(source)):
        names = [node.attr] if isinstance(node, ast.Attribute) else []
        if isinstance(node, ast.ImportFrom):
            names = [*(node.module or "").split("."), *(each.name for each in node.names)]
        assert not [name for name in names if name.startswith("_")]


def test_lets_waiting_threads_sleep_before_torch_is_loaded() -> None:
    program = (
        "import examples, os, sys; print(os.environ['OMP_WAIT_POLICY'], 'torch' in sys.modules)"
    )
    environment = {name: v for name, v in os.environ.items() if name != "OMP_WAIT_POLICY"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=FOLDER.parent, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["passive", "False"]


def test_trains_on_a_folder_like_coco_and_paints(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "coco" / "val2017"
    folder.mkdir(parents=True)
    for seed in range(3):
        noise = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((96, 72)).save(folder / f"{seed:012}.jpg")
    (folder / "corrupt.jpg").write_bytes(b"no picture")
    painting = tmp_path / "painting.jpg"
    Image.effect_mandelbrot((120, 90), (-2, -1, 1, 1), 50).convert("RGB").save(painting)
    weights, out = tmp_path / "painter.safetensors", tmp_path / "out"

    words = ("--size", 64, "--steps", 2)
    run("train", tmp_path / "coco", painting, weights, *words)
    assert "shrink.0.weight" in " ".join(load_file(weights))
    assert "'style'" in capsys.readouterr().out

    run("infer", weights, folder / "000000000000.jpg", out, "--size", 64)
    with Image.open(out / "000000000000.png") as painted:
        assert painted.size == (64, 48)
        assert painted.getextrema() != ((0, 0), (0, 0), (0, 0))


def test_stops_at_its_time_limit_with_weights(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "photos").mkdir()
    painting = Image.effect_mandelbrot((120, 90), (-2, -1, 1, 1), 50).convert("RGB")
    painting.save(tmp_path / "photos" / "a.png")
    words = (tmp_path / "photos" / "a.png", tmp_path / "w.safetensors", "--size", 64)
    run("train", tmp_path / "photos", *words, "--steps", 10**6, "--minutes", 0.01)
    steps = capsys.readouterr().out.splitlines()
    assert 0 < len(steps) < 1000
    assert load_file(tmp_path / "w.safetensors")
