"""Several processes train one network: losses fall, weights agree, time limits do too."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from inference.engine.training.processes import Place, take_place

ROOT = Path(__file__).parents[4]
SCRIPT = """
import os, sys
from rich.console import Console
from safetensors.torch import save_file
from inference.engine.__main__ import build_parser
from inference.engine.training.session import train

arguments = build_parser().parse_args(sys.argv[1:])
run = train(arguments.training.load(), arguments, Console(stderr=True), artworks=True).run
state = {name: value.contiguous() for name, value in run.network.state_dict().items()}
save_file(state, run.folder / f"rank{os.environ['RANK']}.safetensors")
"""


def test_stands_alone_without_torchrun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with take_place("cpu") as place:
        assert place == Place(torch.device("cpu"), rank=0, world=1)


@pytest.mark.slow
def test_two_processes_learn_the_same(
    content: Path, style: Path, teacher: Path, tmp_path: Path
) -> None:
    script, out = tmp_path / "train.py", tmp_path / "out"
    script.write_text(SCRIPT)
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]
    command += ["--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0", str(script)]
    command += ["train", "builtin", f"--content={content}", f"--style={style}"]
    command += [f"--teacher={teacher}", f"--out={out}", "--steps=40", "--batch=2", "--size=32"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, "--device=cpu", "--threads=1"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    one, other = (load_file(out / f"rank{rank}.safetensors") for rank in (0, 1))
    shipped = {name for name in one if not torch.equal(one[name].half(), other[name].half())}
    assert not shipped
    lines = [json.loads(line) for line in (out / "losses.jsonl").read_text().splitlines()]
    assert lines[-1]["relu2_1"] < lines[0]["relu2_1"]
