"""A tiny painting network that is installed, because tracing a whole one takes long."""

import io
import shutil
from contextlib import redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
import torch

from style_transfer.__main__ import main
from style_transfer.backends.variants import variants_folder
from style_transfer.methods.network import johnson
from style_transfer.methods.network.johnson import PaintingNet
from style_transfer.training.export import export_halves, to_halves_

CARD = {"license": "CC0-1.0", "origin": "a test", "data": [], "command": ""}
NAME = "network-tiny"


class Exported(NamedTuple):
    """The folder of the variants of the installed network, and what its export printed."""

    folder: Path
    printed: str


def install(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Install a network of one block in `folder`."""
    use(folder, patch)
    torch.manual_seed(0)
    card = CARD | {"figures": {"artwork": "0" * 16}}
    export_halves(to_halves_(PaintingNet(4)), folder, NAME, card)


def use(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Paint with the networks of `folder`."""
    patch.setenv("STYLEWEB_WEIGHTS_DIR", str(folder))
    patch.setattr(johnson, "BLOCKS", 1)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a network of one block, and return the folder of its variants, still missing."""
    install(tmp_path, monkeypatch)
    return variants_folder()


@pytest.fixture(scope="session")
def first_export(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Export the network in float32 once for all tests, which takes longest of all steps."""
    folder, output = tmp_path_factory.mktemp("exported"), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(output):
        install(folder, patch)
        assert main(["export", NAME]) == 0
    return folder, output.getvalue()


@pytest.fixture
def exported(
    first_export: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Exported:
    """Return a copy of the network and its export in float32."""
    folder, printed = first_export
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    use(tmp_path, monkeypatch)
    return Exported(variants_folder(), printed)
