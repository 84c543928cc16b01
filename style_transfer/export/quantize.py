"""Quantize a part to eight bits, calibrated on what it gets in real paintings.

Static quantization with Q and DQ nodes, per channel (Jacob et al. 2018, "Quantization and Training
of Neural Networks for Efficient Integer-Arithmetic-Only Inference"). Two flavors: unsigned
activations for processors, and symmetric signed ones for TensorRT. Only convolutions are quantized:
norms stay in float, and so do the layers that see or make pixels.
"""

import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from style_transfer.backends.machine import multiplies_bytes_exactly
from style_transfer.backends.sessions import Session, load_runtime
from style_transfer.backends.variants import Precision
from style_transfer.export.graphs import Part

QUANTIZED = (Precision.INT8, Precision.S8)
Sample = tuple[Tensor, ...]  # the inputs of a part in one painting


def quantize(part: Part, content: bytes, samples: Sequence[Sample], flavor: Precision) -> bytes:
    """Quantize a float file of a part; `samples` are inputs that it gets in paintings."""
    load_runtime()
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quant_pre_process, quantize_static

    signed = flavor is Precision.S8
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings(), _quietly():
        warnings.simplefilter("ignore")
        plain, prepared, done = (Path(name, f"{each}.onnx") for each in ("a", "b", "c"))
        plain.write_bytes(content)
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            done,
            _Reader(part, samples),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=_kept_in_float(onnx.load(prepared), part),
            per_channel=True,
            # Without VNNI, sums of products of eight bits saturate; with seven bits they fit.
            reduce_range=not signed and not multiplies_bytes_exactly(),
            activation_type=QuantType.QInt8 if signed else QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            extra_options=_SYMMETRIC if signed else {},
        )
        return done.read_bytes()


# What TensorRT asks for: no offsets, and biases in float.
_SYMMETRIC = {
    "ActivationSymmetric": True,
    "WeightSymmetric": True,
    "QuantizeBias": False,
    "AddQDQPairToWeight": True,
    "DedicatedQDQPair": True,
}


def halve(content: bytes) -> bytes:
    """Turn a float file into one in float16 with float inputs and outputs.

    Norms and enlargements stay in float32, where means of large maps are exact.
    """
    load_runtime()
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16
    from onnxruntime.transformers.onnx_model import OnnxModel

    blocked = ["ReduceMean", "Pow", "Sqrt", "Reciprocal", "Clip", "Resize", "Where"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        halved = convert_float_to_float16(
            onnx.load_model_from_string(content), keep_io_types=True, op_block_list=blocked
        )
    # The casts of the inputs stand behind their readers, and results that stay in float32 are noted
    # as float16. ONNX Runtime takes both, but neither is valid.
    OnnxModel.graph_topological_sort(halved.graph)
    del halved.graph.value_info[:]
    found: bytes = onnx.shape_inference.infer_shapes(halved, strict_mode=True).SerializeToString()
    return found


def relative_error(part: Part, content: bytes, sample: Sample) -> float:
    """Compare a file with torch on a sample: the RMS of the difference, relative to the output."""
    found = Session(content).run(*sample)[0]
    with torch.no_grad():
        wanted = part.module(*sample)
    expected = wanted[0] if isinstance(wanted, tuple) else wanted
    return float((found - expected).square().mean().sqrt() / expected.square().mean().sqrt())


def _kept_in_float(model: Any, part: Part) -> list[str]:
    """List the convolutions whose weights stay in float."""
    return [
        node.name
        for node in model.graph.node
        if node.op_type == "Conv" and node.input[1].endswith(part.floats or ("\0",))
    ]


class _Reader:
    """Gives ONNX Runtime the samples one by one."""

    def __init__(self, part: Part, samples: Sequence[Sample]) -> None:
        self._feeds = self._all(part, samples)

    def _all(self, part: Part, samples: Sequence[Sample]) -> Iterator[dict[str, np.ndarray]]:
        for sample in samples:
            arrays = (np.ascontiguousarray(each.float().numpy()) for each in sample)
            yield dict(zip(part.inputs, arrays, strict=True))

    def get_next(self) -> dict[str, np.ndarray] | None:
        """Give the next sample, or None after the last."""
        return next(self._feeds, None)


class _quietly:  # noqa: N801
    """Silence the log of the quantizer, which advises steps that are taken already."""

    def __enter__(self) -> None:
        logging.disable(logging.WARNING)

    def __exit__(self, *_: object) -> None:
        logging.disable(logging.NOTSET)
