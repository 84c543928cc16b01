"""Importing torchvision where its compiled part does not fit the installed torch.

The wheel's `_C.so` is built for one torch alone; with another, `import torchvision` stops at
"operator torchvision::nms does not exist". The engine needs only networks in Python, so the two
operators that the import looks up are declared, without an implementation, when and only when
the compiled part cannot be loaded: declared beside a working one they would end the process.
"""

from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import torch

_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_DECLARED: list[torch.library.Library] = []  # a Library that is collected takes its operators along


def import_torchvision() -> ModuleType:
    """Import torchvision, with stand-ins for its operators if its compiled part does not load.

    Raises ModuleNotFoundError where torchvision is not installed.
    """
    if not _DECLARED and not _load_compiled_part():
        library = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(operator + _SIGNATURE)
        _DECLARED.append(library)
    import torchvision

    module: ModuleType = torchvision
    return module


def find_compiled(folder: Path) -> list[Path]:
    """List the compiled parts in torchvision's folder; a source checkout has none."""
    return sorted(folder.glob("_C*.so"))


def _load_compiled_part() -> bool:
    found = find_spec("torchvision")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("torchvision is not installed", name="torchvision")
    try:
        for path in find_compiled(Path(found.origin).parent)[:1]:
            torch.ops.load_library(path)
            return True
    except OSError:
        pass
    return False
