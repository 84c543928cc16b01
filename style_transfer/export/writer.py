"""Export a network: trace its parts, check each, and write all files with their cards, or none."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from style_transfer.backends.variants import (
    OPSET,
    Backend,
    Precision,
    Variant,
    VariantMissingError,
    VariantRefusedError,
    part_name,
    read_part,
    variants_folder,
    weights_of,
)
from style_transfer.core.errors import EngineError
from style_transfer.core.manifest import Card, find_card, read_manifest, write_card
from style_transfer.export.calibration import calibration_data, samples_of
from style_transfer.export.graphs import Graph, Part, graph_of, shapes_of
from style_transfer.export.onnx_files import (
    TOLERANCE,
    ExportError,
    largest_error,
    require_exporter,
    trace,
)
from style_transfer.export.quantize import QUANTIZED, halve, quantize, relative_error
from style_transfer.imaging.saving import OutputError, save_bytes
from style_transfer.training.export import find_revision

COMMAND = "style-transfer export"
# The gate judges pictures; this only refuses a part that is plainly broken.
_LARGEST_SHARE = 0.5


@dataclass(frozen=True)
class Exported:
    """A part as it was exported.

    `error` is its largest difference from torch in float32, and otherwise the RMS of the
    difference relative to that of the output.
    """

    part: Part
    content: bytes
    error: float


# Called after each part.
Advance = Callable[[Exported], None]


def export_float(graph: Graph, advance: Advance) -> list[Exported]:
    """Trace and check every part of a network in float32; raises ExportError."""
    found = []
    for part in graph.parts:
        content = trace(part).SerializeToString()
        one = Exported(part, content, largest_error(part, content))
        if not one.error <= TOLERANCE:  # NaN is not either
            raise ExportError(f"The part {part.name} differs from torch by {one.error:.2g}.")
        advance(one)
        found.append(one)
    return found


def export_network(
    network: str,
    precision: Precision = Precision.FLOAT32,
    *,
    advance: Advance,
    file: Path | None = None,
    folder: Path | None = None,
) -> list[Path]:
    """Export an installed network, and return the files.

    They go to the folder of the user's variants, to `folder`, or, for a network of one part, to
    `file`. Raises ModelMissingError, ExportError and OutputError; then nothing was written.
    """
    require_exporter()
    graph = graph_of(network)
    if file is not None and len(graph.parts) > 1:
        raise OutputError(
            f"{network} has {len(graph.parts)} parts, and {file.name} is a single file.",
            hint="Name a folder after -o, without .onnx at the end.",
        )
    if precision is Precision.FLOAT32:
        parts = export_float(graph, advance)
    else:
        parts = convert(graph, _float_parts(graph), precision, advance)
    return write_parts(graph, precision, parts, file=file, folder=folder)


def _float_parts(graph: Graph) -> list[Exported]:
    """Take the float parts that are exported already, or else export them."""
    float32 = Variant(Backend.ONNX, Precision.FLOAT32)
    try:
        return [
            Exported(part, read_part(graph.network, part.name, float32)[0], 0.0)
            for part in graph.parts
        ]
    except (VariantMissingError, VariantRefusedError):
        return export_float(graph, lambda _: None)


def convert(
    graph: Graph, parts: Sequence[Exported], precision: Precision, advance: Advance
) -> list[Exported]:
    """Convert float parts to eight bits or to float16."""
    samples, found = samples_of(graph), []
    for each in parts:
        seen = samples[each.part.name]
        if precision in QUANTIZED:
            content = quantize(each.part, each.content, seen, precision)
        else:
            content = halve(each.content)
        one = Exported(each.part, content, relative_error(each.part, content, seen[0]))
        if not one.error <= _LARGEST_SHARE:
            raise ExportError(
                f"The part {each.part.name} in {precision} differs by {one.error:.0%}."
            )
        advance(one)
        found.append(one)
    return found


def write_parts(
    graph: Graph,
    precision: Precision,
    parts: list[Exported],
    *,
    file: Path | None = None,
    folder: Path | None = None,
) -> list[Path]:
    """Write the parts of a network with their cards; raises OutputError, and removes what it wrote.

    The files come first and the cards last, so a file that is found with a card is complete.
    """
    folder = file.parent if file is not None else folder or variants_folder()
    cards = {
        part_name(graph.network, each.part.name, precision): _card(graph, precision, each)
        for each in parts
    }
    paths = [file or folder / card.file for card in cards.values()]
    written: list[Path] = []  # new files
    try:
        folder.mkdir(parents=True, exist_ok=True)
        read_manifest(folder)  # a damaged one ends this before a file is written
        for path, each in zip(paths, parts, strict=True):
            new = not path.exists()
            save_bytes(each.content, path)
            written += [path] * new
        for (name, card), path in zip(cards.items(), paths, strict=True):
            write_card(folder, name, Card(**{**vars(card), "file": path.name}))
    except (OSError, EngineError) as error:
        for path in written:
            path.unlink()
        if isinstance(error, EngineError):
            raise
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    return paths


def _card(graph: Graph, precision: Precision, each: Exported) -> Card:
    source = find_card(graph.weights[0])[1]
    return Card(
        file=f"{part_name(graph.network, each.part.name, precision)}.onnx",
        sha256=hashlib.sha256(each.content).hexdigest(),
        license=source.license,
        origin=f"Exported from the weights {', '.join(graph.weights)} of this installation.",
        data=calibration_data() if precision in QUANTIZED else [],
        command=f"{COMMAND} {graph.network} --precision {precision}",
        revision=find_revision(),
        date=datetime.now(UTC).date().isoformat(),
        figures={
            "weights": weights_of(graph.weights),
            "opset": OPSET,
            "precision": precision.value,
            "largest_error": each.error,
            "shapes": shapes_of(each.part),
        },
    )
