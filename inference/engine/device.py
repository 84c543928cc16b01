"""Where the engine computes."""

import torch

from inference.engine.errors import DeviceMissingError

DEVICES = ("auto", "cpu", "cuda")


def choose_device(name: str) -> torch.device:
    """Turn auto, cpu, cuda or cuda:N into a device; auto prefers a GPU.

    Raises DeviceMissingError for a GPU that this machine does not have and for other names.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    kind, _, index = name.partition(":")
    if kind not in DEVICES or (index and not index.isdecimal()):
        raise DeviceMissingError(f"There is no device called {name}.")
    if kind == "cuda" and torch.cuda.device_count() <= int(index or 0):
        raise DeviceMissingError("This machine has no such CUDA device.")
    return torch.device(name)
