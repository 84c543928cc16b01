"""torchvision is imported once, even if its compiled part does not fit this torch."""

import subprocess
import sys
from pathlib import Path

import pytest

from style_transfer.features import torchvision_shim
from style_transfer.features.torchvision_shim import import_torchvision

ROOT = Path(__file__).parents[3]


def run_fresh(code: str) -> str:
    """Run code in a new interpreter, because operators can be declared only once per process."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_returns_a_torchvision_that_builds_vgg19() -> None:
    models = import_torchvision().models
    assert models.vgg.cfgs["E"][:3] == [64, 64, "M"]


def test_returns_the_same_module_twice() -> None:
    assert import_torchvision() is import_torchvision()


def test_declares_stubs_if_the_compiled_part_does_not_load() -> None:
    code = (
        "import torch\n"
        "def refuse(path): raise OSError('undefined symbol')\n"
        "torch.ops.load_library = refuse\n"
        "from style_transfer.features import torchvision_shim as shim\n"
        "print(shim.import_torchvision().__name__, len(shim._DECLARED))\n"
    )
    assert run_fresh(code) == "torchvision 1"


def test_declares_nothing_if_the_compiled_part_loads() -> None:
    # The library stands for a real one with nms: a second declaration would end the process.
    code = (
        "import sys, types, torch\n"
        "native = torch.library.Library('torchvision', 'DEF')\n"
        "native.define('nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')\n"
        "torch.ops.load_library = lambda path: None\n"
        "from style_transfer.features import torchvision_shim as shim\n"
        "sys.modules['torchvision'] = types.ModuleType('torchvision')\n"
        "sys.modules['torchvision'].__spec__ = types.SimpleNamespace(origin=shim.__file__)\n"
        "shim.find_compiled = lambda folder: [folder / '_C.so']\n"
        "print(shim.import_torchvision().__name__, len(shim._DECLARED))\n"
    )
    assert run_fresh(code) == "torchvision 0"


def test_says_when_torchvision_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torchvision_shim, "_DECLARED", [])
    monkeypatch.setattr(torchvision_shim, "find_spec", lambda _name: None)
    with pytest.raises(ModuleNotFoundError, match="torchvision is not installed"):
        import_torchvision()
