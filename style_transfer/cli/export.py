"""The command `export`: write a network as ONNX files. It loads torch only when it runs."""

import argparse
from pathlib import Path

from rich.console import Console


def add_export_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `export` to the command line of the engine."""
    parser = subparsers.add_parser("export", help="write a network as ONNX files")
    parser.add_argument(
        "network", metavar="NETWORK", help="fast, or the name of a network for one artwork"
    )
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar="OUT",
        help="a folder, or a file ending in .onnx for a network of one part"
        " (default: where the backend onnx looks)",
    )
    parser.add_argument(
        "--precision",
        choices=["float32", "int8"],
        default="float32",
        help="int8 is for processors; it is calibrated on pictures that the engine draws",
    )
    parser.add_argument(
        "--tensorrt",
        choices=["float16", "s8"],
        metavar="float16|s8",
        help="for TensorRT instead; prints the line of trtexec for each file",
    )
    parser.set_defaults(run=run_export)


def run_export(arguments: argparse.Namespace) -> int:
    """Export the network that the arguments name, and return the exit status.

    Raises ModelMissingError, ExportError, ExporterMissingError and OutputError.
    """
    from style_transfer.backends.variants import Precision
    from style_transfer.export.graphs import shapes_of
    from style_transfer.export.tensorrt import trtexec_line
    from style_transfer.export.writer import Exported, export_network

    console = Console(highlight=False, soft_wrap=True)

    precision = Precision(arguments.tensorrt or arguments.precision)
    kind = "largest difference" if precision is Precision.FLOAT32 else "relative difference"
    made: list[Exported] = []

    def tell(done: Exported) -> None:
        made.append(done)
        size = len(done.content) / 1e3
        console.print(f"{done.part.name}: {size:.0f} kB, {kind} from torch {done.error:.1e}")

    paths = export_network(arguments.network, precision, advance=tell, **destination(arguments.out))
    if arguments.tensorrt:
        for path, done in zip(paths, made, strict=True):
            console.print(trtexec_line(path, shapes_of(done.part)), markup=False)
    console.print(f"Wrote {len(paths)} files to {paths[0].parent}.", markup=False)
    return 0


def destination(out: Path | None) -> dict[str, Path | None]:
    """Tell a file, which ends in .onnx, from a folder."""
    single = out is not None and out.suffix.lower() == ".onnx"
    return {"file": out if single else None, "folder": None if single else out}
