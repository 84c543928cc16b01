"""Turn a part of a network into an ONNX file, and compare it with torch."""

import warnings
from typing import Any

import torch
from torch import Tensor

from style_transfer.backends.sessions import Session
from style_transfer.backends.variants import OPSET
from style_transfer.core.errors import EngineError, InternalError
from style_transfer.export.graphs import Part

TRACED = (64, 96)
ODD_SIZES = ((49, 67), (75, 101), (133, 57))  # (height, width) of the inputs
TOLERANCE = 1e-3  # the largest difference from torch, for values around 1


class ExportError(EngineError):
    """A network could not be exported."""

    code = "export_failed"
    hint = "Nothing was written. The backend `torch` paints with this network."


class ExporterMissingError(EngineError):
    """The packages that write ONNX files are not installed."""

    code = "exporter_missing"
    hint = 'Install them with `pip install "styleweb[onnx]"`.'


def require_exporter() -> None:
    """Raise ExporterMissingError if a package that writes ONNX files is not installed."""
    try:
        import onnx
        import onnxscript
    except ImportError as error:
        raise ExporterMissingError("To export needs the packages onnx and onnxscript.") from error
    del onnx, onnxscript


def trace(part: Part) -> Any:
    """Export a part to an ONNX model for inputs of any size; raises ExportError."""
    require_exporter()
    free = torch.export.Dim.DYNAMIC
    shapes = [_free_sides(each.ndim, free) for each in part.draw(*TRACED)]
    try:
        # The exporter warns of its own outdated calls.
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                part.module.eval(),
                part.draw(*TRACED),
                dynamo=True,
                dynamic_shapes=tuple(shapes),
                input_names=part.inputs,
                output_names=part.outputs,
                opset_version=OPSET,
                external_data=False,
                verbose=False,
            )
    except torch.onnx.OnnxExporterError as error:
        raise ExportError(f"The part {part.name} cannot be exported.") from error
    if program is None:
        raise ExportError(f"The part {part.name} cannot be exported.")
    return program.model_proto


def _free_sides(dimensions: int, free: Any) -> dict[int, Any]:
    """Free the batch and the sides of a picture, the batch of a table, and nothing of a flag."""
    return {0: free, 2: free, 3: free} if dimensions == 4 else {0: free} if dimensions == 2 else {}


def largest_error(part: Part, content: bytes) -> float:
    """Compare a file with torch on inputs of three odd sizes; give the largest difference.

    Raises VariantRefusedError for a file that ONNX Runtime cannot read, and ExportError for one
    that cannot take a size.
    """
    session = Session(content)
    return max(_error_at(part, session, size) for size in ODD_SIZES)


def _error_at(part: Part, session: Session, size: tuple[int, int]) -> float:
    inputs = part.draw(*size)
    with torch.no_grad():
        wanted = part.module(*inputs)
    expected: tuple[Tensor, ...] = wanted if isinstance(wanted, tuple) else (wanted,)
    try:
        found = session.run(*inputs)
    except InternalError as error:
        raise ExportError(f"The part {part.name} cannot take inputs of {size}.") from error
    pairs = zip(found, expected, strict=True)
    errors = [float((one - other).abs().max()) for one, other in pairs if one.shape == other.shape]
    if len(errors) < len(expected):
        raise ExportError(f"The part {part.name} gives outputs of another shape at {size}.")
    return max(errors)
