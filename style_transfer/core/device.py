"""The device on which the engine computes."""

import torch

from style_transfer.core.errors import DeviceMissingError

DEVICES = ("auto", "cpu", "cuda")


def choose_device(name: str) -> torch.device:
    """Turn auto, cpu, cuda or cuda:N into a device; auto prefers a GPU.

    Raises DeviceMissingError for a GPU that this machine lacks, and for any other name.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, index = name.partition(":")
    if kind not in DEVICES or (index and not index.isdecimal()):
        raise DeviceMissingError(f"There is no device called {name}.")
    if kind == "cuda" and torch.cuda.device_count() <= int(index or 0):
        raise DeviceMissingError("This machine has no such CUDA device.")
    return torch.device(name)


def knows_bfloat16(device: torch.device) -> bool:
    """Tell whether convolutions on this device are faster in bfloat16 than in float32.

    A processor without bfloat16 instructions emulates them, which is slower.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    asked = getattr(torch.cpu, "_is_avx512_bf16_supported", None)  # torch has no public name for it
    return asked is not None and bool(asked())
