"""Import torchvision even if its compiled part does not fit the installed torch.

The wheel's `_C.so` is built for one version of torch. With another version, `import torchvision`
fails with "operator torchvision::nms does not exist". The engine needs only the networks, which
are written in Python. The import looks up two operators, so this module declares them without an
implementation. It does so only if the compiled part cannot be loaded: a second declaration beside
working operators would end the process.
"""

from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import torch

_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_DECLARED: list[torch.library.Library] = []  # if a Library is freed, its operators are removed


def import_torchvision() -> ModuleType:
    """Import torchvision, with empty operators if its compiled part cannot be loaded.

    Raises ModuleNotFoundError if torchvision is not installed.
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
    """List the compiled files in torchvision's folder; a source checkout has none."""
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
