"""Export a network: trace its parts, check each, and write all files with their cards, or none."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from style_transfer.backends.variants import (
    OPSET,
    Precision,
    part_name,
    variants_folder,
    weights_of,
)
from style_transfer.core.manifest import Card, find_card, write_card
from style_transfer.export.graphs import Graph, Part, graph_of
from style_transfer.export.onnx_files import (
    TOLERANCE,
    ExportError,
    largest_error,
    require_exporter,
    trace,
)
from style_transfer.imaging.saving import OutputError, save_bytes
from style_transfer.training.export import find_revision

COMMAND = "style-transfer export"


@dataclass(frozen=True)
class Exported:
    """A part as it was exported; `error` is its largest difference from torch."""

    part: Part
    content: bytes
    error: float


# Called after each part, with its number from 1 on.
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
    network: str, *, advance: Advance, file: Path | None = None, folder: Path | None = None
) -> list[Path]:
    """Export an installed network in float32, and return the files.

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
    parts = export_float(graph, advance)
    return write_parts(graph, Precision.FLOAT32, parts, file=file, folder=folder)


def write_parts(
    graph: Graph,
    precision: Precision,
    parts: list[Exported],
    *,
    file: Path | None = None,
    folder: Path | None = None,
    figures: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write the parts of a network with their cards; raises OutputError, and removes what it wrote.

    The files come first and the cards last, so a file that is found with a card is complete.
    """
    folder = file.parent if file is not None else folder or variants_folder()
    cards = {
        part_name(graph.network, each.part.name, precision): _card(graph, precision, each, figures)
        for each in parts
    }
    paths = [file or folder / card.file for card in cards.values()]
    written: list[Path] = []  # new files
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, each in zip(paths, parts, strict=True):
            new = not path.exists()
            save_bytes(each.content, path)
            written += [path] * new
        for (name, card), path in zip(cards.items(), paths, strict=True):
            write_card(folder, name, Card(**{**vars(card), "file": path.name}))
    except (OSError, OutputError) as error:
        for path in written:
            path.unlink()
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    return paths


def _card(
    graph: Graph, precision: Precision, each: Exported, figures: Mapping[str, Any] | None
) -> Card:
    source = find_card(graph.weights[0])[1]
    return Card(
        file=f"{part_name(graph.network, each.part.name, precision)}.onnx",
        sha256=hashlib.sha256(each.content).hexdigest(),
        license=source.license,
        origin=f"Exported from the weights {', '.join(graph.weights)} of this installation.",
        command=f"{COMMAND} {graph.network}",
        revision=find_revision(),
        date=datetime.now(UTC).date().isoformat(),
        figures={
            "weights": weights_of(graph.weights),
            "opset": OPSET,
            "precision": precision.value,
            "largest_error": each.error,
            **(figures or {}),
        },
    )
