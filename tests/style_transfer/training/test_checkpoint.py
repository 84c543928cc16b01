"""A checkpoint restores a run at the step where it stopped, and contains no pickle."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from style_transfer.core.errors import ModelMissingError
from style_transfer.training.checkpoint import NAME, Progress, load_checkpoint, save_checkpoint
from style_transfer.training.muon import Muon


def build(seed: int) -> tuple[nn.Module, Muon]:
    torch.manual_seed(seed)
    network = nn.Conv2d(3, 4, 3)
    return network, Muon(network.parameters())


def take_step(network: nn.Module, optimizer: Muon) -> None:
    torch.manual_seed(9)
    optimizer.zero_grad()
    network(torch.rand(1, 3, 8, 8)).square().mean().backward()
    optimizer.step()


def test_restores_everything(tmp_path: Path) -> None:
    network, optimizer = build(0)
    take_step(network, optimizer)
    save_checkpoint(tmp_path, Progress(7, 12.5), network, optimizer, {"spread": torch.ones(3)})
    other, second = build(1)
    progress, extra = load_checkpoint(tmp_path, other, second)
    assert progress == Progress(7, 12.5)
    assert torch.equal(extra["spread"], torch.ones(3))
    for each in ((network, optimizer), (other, second)):
        take_step(*each)
    for name, value in network.state_dict().items():
        assert torch.equal(value, other.state_dict()[name])


def test_counts_steps_and_seconds() -> None:
    assert Progress(3, 1.5).after(0.5) == Progress(4, 2.0)


def test_writes_the_progress_of_the_run_as_json(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, Progress(7, 12.5), *build(0), {})
    assert json.loads((tmp_path / "checkpoint.json").read_text()) == {"step": 7, "seconds": 12.5}


def test_replaces_the_previous_file_and_leaves_no_temporary_files(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "run"
    for step in (1, 2):
        save_checkpoint(folder, Progress(step), *build(0), {})
    assert load_checkpoint(folder, *build(1))[0].step == 2
    assert {path.name for path in folder.iterdir()} == {NAME, "checkpoint.json"}


def test_is_not_a_pickle(tmp_path: Path) -> None:
    content = save_checkpoint(tmp_path, Progress(1), *build(0), {}).read_bytes()
    header = int.from_bytes(content[:8], "little")
    assert json.loads(content[8 : 8 + header])["__metadata__"]


def test_says_that_no_checkpoint_exists(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="no checkpoint in"):
        load_checkpoint(tmp_path, *build(0))


def test_refuses_the_checkpoint_of_another_network(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, Progress(1), *build(0), {})
    network = nn.Conv2d(3, 5, 3)
    with pytest.raises(ModelMissingError, match="not a checkpoint of this network"):
        load_checkpoint(tmp_path, network, Muon(network.parameters()))


@pytest.mark.parametrize("content", [b"", b"text", b"\x10" + bytes(40)])
def test_refuses_a_damaged_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(ModelMissingError, match="not a checkpoint"):
        load_checkpoint(tmp_path, *build(0))
