"""What a machine computes with: a report of verified variants holds for one such description."""

import hashlib
import json
import os
import platform
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

# Instructions that change how convolutions are computed, in whole numbers or in half precision.
_INSTRUCTIONS = frozenset(
    ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimddp")
)
_CPUINFO = Path("/proc/cpuinfo")


def describe_machine(device: torch.device, providers: Sequence[str]) -> dict[str, Any]:
    """Describe the processor or GPU, the versions of the runtimes, and the providers."""
    on_gpu = device.type == "cuda"
    return {
        "processor": torch.cuda.get_device_name(device) if on_gpu else processor(),
        "instructions": instructions(),
        "torch": torch.__version__,
        "onnxruntime": _version_of("onnxruntime"),
        "providers": list(providers),
    }


def digest_of(machine: dict[str, Any]) -> str:
    """Shorten a description to the name of its report."""
    return hashlib.sha256(json.dumps(machine, sort_keys=True).encode()).hexdigest()[:16]


@cache
def processor() -> str:
    """Name the model of the processor."""
    named = _fields().get("model name", "")
    return f"{named or platform.processor() or platform.machine()}, {os.cpu_count()} threads"


@cache
def instructions() -> list[str]:
    """List the instructions of the processor that matter here."""
    return sorted(_INSTRUCTIONS & set(_fields().get("flags", "").split()))


def multiplies_bytes_exactly() -> bool:
    """Tell whether the processor adds products of bytes without saturation (VNNI, AMX or dot)."""
    return bool({"avx512_vnni", "avx_vnni", "amx_int8", "asimddp"} & set(instructions()))


def _fields() -> dict[str, str]:
    try:
        lines = _CPUINFO.read_text("utf-8", "replace").split("\n\n")[0].splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in lines)
    found = {name.strip(): value.strip() for name, _, value in pairs}
    return {**found, "flags": found.get("flags") or found.get("Features", "")}


def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
