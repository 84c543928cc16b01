"""The command `train builtin`, on a few small pictures."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from style_transfer.features.builtin import load_features
from style_transfer.training.curve import read_losses
from tests.style_transfer.training.conftest import Train


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_learns(train: Train, out: Path) -> None:
    assert train("--steps", "60") == 0
    curves = read_losses(out)
    for name in ("relu1_1", "relu2_1", "relu3_1"):
        assert curves[name][-1][1] < curves[name][0][1]


def test_writes_weights_with_a_card_curve_sheet_and_checkpoint(train: Train, out: Path) -> None:
    assert train("--steps", "2") == 0
    card = json.loads((out / "manifest.json").read_text())["builtin"]
    assert card["license"] == "MIT"
    assert card["figures"]["steps"] == 2
    assert [data["name"] for data in card["data"]] == ["content", "style"]
    assert card["command"].endswith("--seed 0 --steps 2")
    assert str(out.parent) not in json.dumps(card)
    for name in ("sheet.png", "curve.png"):
        with Image.open(out / name) as picture:
            assert picture.width > 500
    assert {path.suffix for path in out.iterdir()} == {".json", ".jsonl", ".png", ".safetensors"}


def test_writes_what_the_engine_loads(
    train: Train, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train("--steps", "2") == 0
    monkeypatch.setattr("style_transfer.core.manifest.SHIPPED", out)
    load_features.cache_clear()
    try:
        features = load_features("builtin", torch.device("cpu"))
    finally:
        load_features.cache_clear()
    assert features(torch.rand(1, 3, 32, 32), ["relu3_1"])["relu3_1"].shape == (1, 6, 8, 8)


def test_gives_the_same_weights_for_the_same_seed(train: Train, out: Path) -> None:
    assert train("--steps", "3") == 0
    first = load_file(out / "builtin.safetensors")
    assert train("--steps", "3") == 0
    second = load_file(out / "builtin.safetensors")
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert train("--steps", "3", "--seed", "1") == 0
    other = load_file(out / "builtin.safetensors")
    assert not torch.equal(first["conv1_1.weight"], other["conv1_1.weight"])


def test_resumes_where_it_stopped(train: Train, out: Path) -> None:
    assert train("--steps", "3") == 0
    before = load_file(out / "checkpoint.safetensors")
    assert json.loads((out / "checkpoint.json").read_text())["step"] == 3
    assert train("--steps", "5", "--resume") == 0
    progress = json.loads((out / "checkpoint.json").read_text())
    assert progress["step"] == 5
    after = load_file(out / "checkpoint.safetensors")
    assert before.keys() == after.keys()
    assert not torch.equal(before["network.conv1_1.weight"], after["network.conv1_1.weight"])


def test_stops_cleanly_at_the_time_limit(train: Train, out: Path) -> None:
    # The time of this process only: other work on the machine does not count.
    started = time.process_time()
    assert train("--time-limit", "1s") == 0
    assert time.process_time() - started < 30
    progress = json.loads((out / "checkpoint.json").read_text())
    assert progress["step"] >= 1
    assert progress["seconds"] < 10
    assert (out / "builtin.safetensors").is_file()


def test_stops_cleanly_at_ctrl_c_and_continues(
    train: Train, out: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        while not (out / "losses.jsonl").is_file():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    assert train("--time-limit", "10m") == 0
    thread.join()
    assert "--resume" in capfd.readouterr().err
    step = json.loads((out / "checkpoint.json").read_text())["step"]
    assert step >= 1
    assert not (out / "builtin.safetensors").exists()
    assert train("--steps", str(step + 1), "--resume") == 0
    assert (out / "builtin.safetensors").is_file()


def test_names_and_skips_a_corrupt_file(
    train: Train, content: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (content / "broken.jpg").write_text("not a picture")
    assert train("--steps", "1") == 0
    printed = "".join(capfd.readouterr().err.split())  # rich wraps long paths
    assert "broken.jpg:itcannotbedecoded" in printed
    assert "content:8pictures." in printed


@pytest.mark.parametrize("missing", ["--content", "--style", "--teacher"])
def test_says_what_is_missing(
    train: Train, tmp_path: Path, capfd: pytest.CaptureFixture[str], missing: str
) -> None:
    assert train("--steps", "1", missing, str(tmp_path / "nowhere")) == 2
    assert "nowhere" in "".join(capfd.readouterr().err.split())


def test_refuses_to_resume_from_nothing(train: Train, capfd: pytest.CaptureFixture[str]) -> None:
    assert train("--steps", "1", "--resume") == 2
    assert "no checkpoint" in capfd.readouterr().err


def test_requires_a_limit(train: Train, capfd: pytest.CaptureFixture[str]) -> None:
    assert train() == 2
    assert "--time-limit" in capfd.readouterr().err


def test_evaluates_on_a_separate_folder(train: Train, style: Path, out: Path) -> None:
    assert train("--steps", "1", "--held-out", str(style / "Cubism")) == 0
    card = json.loads((out / "manifest.json").read_text())["builtin"]
    assert card["figures"]["held_out_pictures"] == 4
    assert [data["pictures"] for data in card["data"]] == [8, 8]
