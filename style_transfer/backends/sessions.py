"""Run an ONNX file by ONNX Runtime on tensors, with chosen providers and torch's threads.

The package onnxruntime is optional, and it is loaded when a first file is opened.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from style_transfer.backends.variants import Variant, VariantRefusedError, read_part
from style_transfer.core.errors import DeviceMissingError, InternalError, OutOfMemoryError
from style_transfer.core.manifest import user_data

CPU_PROVIDER = "CPUExecutionProvider"
TENSORRT = "TensorrtExecutionProvider"
GPU_PROVIDERS = (TENSORRT, "CUDAExecutionProvider")
PROVIDERS = (CPU_PROVIDER, *GPU_PROVIDERS, "OpenVINOExecutionProvider")
SETTING = "STYLEWEB_ONNX_PROVIDERS"
_OPEN = 64  # files that stay loaded in a process


class ProviderMissingError(DeviceMissingError):
    """ONNX Runtime is not installed, or it lacks a provider."""

    code = "provider_missing"
    hint = "Install onnxruntime with that provider, or choose the backend `torch`."


def load_runtime() -> Any:
    """Load the package onnxruntime; raises ProviderMissingError if it is not installed.

    Its builds send figures about their use to Microsoft, with an identifier of the machine, unless
    a variable is set before they are loaded. So no other module loads the package first.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime
    except ImportError as error:
        raise ProviderMissingError(
            "The backend onnx needs the package onnxruntime.",
            hint='Install it with `pip install "styleweb[onnx]"`, or choose the backend `torch`.',
        ) from error
    return onnxruntime


def is_installed() -> bool:
    """Tell whether ONNX Runtime is installed here."""
    try:
        load_runtime()
    except ProviderMissingError:
        return False
    return True


def choose_providers(device: torch.device, asked: Sequence[str] = ()) -> tuple[str, ...]:
    """Choose the providers of a device, the first preferred: `asked`, or else those installed.

    Raises ProviderMissingError for a provider that is not installed.
    """
    installed = load_runtime().get_available_providers()
    asked = asked or tuple(filter(None, os.environ.get(SETTING, "").replace(",", " ").split()))
    for name in asked:
        if name not in installed:
            raise ProviderMissingError(f"ONNX Runtime here has no provider {name}.")
    if asked:
        return tuple(asked)
    if device.type == "cuda":
        return (*(each for each in GPU_PROVIDERS if each in installed), CPU_PROVIDER)
    return (CPU_PROVIDER,)


class Session:
    """An ONNX file that is ready to run; all of its inputs and outputs are float32 tensors."""

    def __init__(
        self,
        content: bytes,
        providers: Sequence[str] = (CPU_PROVIDER,),
        shapes: Mapping[str, Sequence[Sequence[int]]] | None = None,
    ) -> None:
        """Load a file. Raises VariantRefusedError if ONNX Runtime cannot read it.

        `shapes` gives the smallest, usual and largest shape of each input; only TensorRT asks.
        """
        runtime = load_runtime()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = 3
        # An arena would keep the memory of the largest picture for ever. Threads that spin while
        # they wait take the processor from other processes.
        options.enable_cpu_mem_arena = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        chosen = [(name, options_of(name, content, shapes or {})) for name in providers]
        try:
            self._session = runtime.InferenceSession(content, options, providers=chosen)
        except Exception as error:  # each of its errors is a class of its own
            raise VariantRefusedError(
                f"ONNX Runtime cannot read this file: {_first_line(error)}"
            ) from error
        # Without its libraries, a provider is skipped with a warning only.
        if self._session.get_providers()[0] != providers[0]:
            raise ProviderMissingError(f"The provider {providers[0]} could not be started.")
        self.inputs = [each.name for each in self._session.get_inputs()]
        self.outputs = [each.name for each in self._session.get_outputs()]

    def run(self, *inputs: Tensor) -> list[Tensor]:
        """Compute the outputs, on the device of the first input.

        Raises OutOfMemoryError, and InternalError for any other failure.
        """
        arrays = [np.ascontiguousarray(each.detach().float().cpu().numpy()) for each in inputs]
        try:
            found = self._session.run(None, dict(zip(self.inputs, arrays, strict=True)))
        except Exception as error:
            if "allocate memory" in str(error) or "bad allocation" in str(error):
                raise OutOfMemoryError("There is too little memory for this size.") from error
            raise InternalError(f"ONNX Runtime failed: {_first_line(error)}") from error
        return [torch.from_numpy(each).to(inputs[0].device) for each in found]


def open_part(network: str, part: str, variant: Variant, providers: Sequence[str]) -> Session:
    """Open an exported part of a network; a file that was opened before is not loaded again.

    Raises VariantMissingError, VariantRefusedError and ProviderMissingError.
    """
    content, card = read_part(network, part, variant)
    shapes = json.dumps(card.figures.get("shapes", {}))
    return _open(content, tuple(providers), shapes, torch.get_num_threads())


@lru_cache(maxsize=_OPEN)
def _open(content: bytes, providers: tuple[str, ...], shapes: str, _threads: int) -> Session:
    return Session(content, providers, json.loads(shapes))


def options_of(
    provider: str, content: bytes, shapes: Mapping[str, Sequence[Sequence[int]]]
) -> dict[str, str]:
    """Give the options of a provider: TensorRT keeps its engines, which take minutes to build.

    No precision is enabled, so TensorRT takes the types from the file, as its version 11 always
    does.
    """
    if provider != TENSORRT:
        return {}
    profiles = {
        f"trt_profile_{kind}_shapes": ",".join(
            f"{name}:{'x'.join(map(str, kinds[place]))}" for name, kinds in shapes.items()
        )
        for place, kind in enumerate(("min", "opt", "max"))
        if shapes
    }
    return {**_cache_options(content), **profiles}


def tensorrt_cache() -> Path:
    """Give the folder of TensorRT's engines; it may not exist yet."""
    return user_data() / "tensorrt"


def _cache_options(content: bytes) -> dict[str, str]:
    """Give the options of TensorRT's cache; none where this user may not write one.

    ONNX Runtime names an engine by the structure of a graph, not by its weights. Two networks for
    artworks differ in their weights only, and each would get the engine of the other. So each file
    has a folder of its own.
    """
    cache = tensorrt_cache()
    engines = cache / hashlib.sha256(content).hexdigest()[:16]
    try:
        engines.mkdir(parents=True, exist_ok=True)
    except OSError:
        return {}
    if not os.access(engines, os.W_OK | os.X_OK):
        return {}
    return {
        "trt_engine_cache_enable": "True",
        "trt_engine_cache_path": str(engines),
        "trt_timing_cache_enable": "True",
        "trt_timing_cache_path": str(cache),  # times of layers, which all networks share
    }


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
