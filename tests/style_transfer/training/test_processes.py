"""Several processes train one network: losses fall, and weights and time limits agree."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from style_transfer.training.processes import Place, take_place

ROOT = Path(__file__).parents[3]
SCRIPT = """
import os, sys
from rich.console import Console
from safetensors.torch import save_file
from style_transfer.__main__ import build_parser
from style_transfer.training.session import train

arguments = build_parser().parse_args(sys.argv[1:])
kind, console = arguments.training, Console(stderr=True)
run = train(kind.load(), arguments, console, artworks=kind.artworks).run
state = {name: value.contiguous() for name, value in run.network.state_dict().items()}
save_file(state, run.folder / f"rank{os.environ['RANK']}.safetensors")
"""


def test_is_a_single_process_without_torchrun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with take_place("cpu") as place:
        assert place == Place(torch.device("cpu"), rank=0, world=1)


def train_two(tmp_path: Path, *words: str) -> Path:
    """Run `train` in two processes; return the folder of the run."""
    script, out = tmp_path / "train.py", tmp_path / "out"
    script.write_text(SCRIPT)
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]
    command += ["--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0", str(script)]
    command += ["train", *words, f"--out={out}", "--batch=2", "--device=cpu", "--threads=1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return out


def assert_agree(out: Path) -> None:
    """Check that the exported weights of both processes are equal."""
    one, other = (load_file(out / f"rank{rank}.safetensors") for rank in (0, 1))
    assert not {name for name in one if not torch.equal(one[name].half(), other[name].half())}


@pytest.mark.slow
def test_learns_the_same_in_two_processes(
    content: Path, style: Path, teacher: Path, tmp_path: Path
) -> None:
    words = [f"--content={content}", f"--style={style}", f"--teacher={teacher}"]
    out = train_two(tmp_path, "builtin", *words, "--steps=16", "--size=32")
    assert_agree(out)
    lines = [json.loads(line) for line in (out / "losses.jsonl").read_text().splitlines()]
    assert lines[-1]["relu2_1"] < lines[0]["relu2_1"]


@pytest.mark.slow
def test_trains_one_network_in_two_processes(content: Path, style: Path, tmp_path: Path) -> None:
    artwork = next(style.rglob("*.png"))
    words = [f"--content={content}", f"--style={artwork}", "--light", "--style-size=64"]
    words += ["--adversarial-weight=0.1"]
    out = train_two(tmp_path, "network", *words, "--steps=3", "--size=64", "--name=blobs")
    assert_agree(out)
    assert "discriminator" in json.loads((out / "losses.jsonl").read_text().splitlines()[0])
    assert (out / "network-blobs.safetensors").is_file()
