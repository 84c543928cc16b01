"""How a training computes: channels last everywhere, bfloat16 where the machine is faster so."""

from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

_FAST = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # flags of x86 and of Arm processors
_CPU = Path("/proc/cpuinfo")

Network = TypeVar("Network", bound=nn.Module)


def prefers_bfloat16(device: torch.device, cpu: Path = _CPU) -> bool:
    """Tell whether convolutions are faster in bfloat16 on a device.

    A processor without the instructions emulates them and takes longer than in float32, and so
    counts one whose flags, the lines of the file `cpu`, cannot be read.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    try:
        words = cpu.read_text().split()
    except OSError:
        return False
    return not _FAST.isdisjoint(words)


def lay_out(network: Network, device: torch.device) -> Network:
    """Move a network to a device with its weights channels last, as oneDNN and cuDNN prefer."""
    moved: Network = network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return moved
