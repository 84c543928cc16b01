"""A tiny painting network that is installed, because tracing a whole one takes long."""

from pathlib import Path

import pytest
import torch

from style_transfer.backends.variants import variants_folder
from style_transfer.methods.network import johnson
from style_transfer.methods.network.johnson import PaintingNet
from style_transfer.training.export import export_halves, to_halves_

CARD = {"license": "CC0-1.0", "origin": "a test", "data": [], "command": ""}
NAME = "network-tiny"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a network of one block, and return the folder of its variants, still missing."""
    monkeypatch.setenv("STYLEWEB_WEIGHTS_DIR", str(tmp_path))
    monkeypatch.setattr(johnson, "BLOCKS", 1)
    torch.manual_seed(0)
    card = CARD | {"figures": {"artwork": "0" * 16}}
    export_halves(to_halves_(PaintingNet(4)), tmp_path, NAME, card)
    return variants_folder()
