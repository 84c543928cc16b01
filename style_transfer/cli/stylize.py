"""The commands `stylize` and `methods`."""

import argparse
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from style_transfer.backends.variants import AUTO, BACKENDS
from style_transfer.cli.features import add_features_arguments, install_weights
from style_transfer.cli.record import Record
from style_transfer.core.backbones import DEFAULT_BACKBONE, TEXTBOOK_BACKBONE, is_installed
from style_transfer.core.catalog import METHOD_INFOS
from style_transfer.core.controls import controls_of, meaning
from style_transfer.core.errors import InputUnreadableError, InternalError
from style_transfer.core.spec import (
    BOUNDS,
    SWITCHES,
    WARNINGS,
    Step,
    StyleInput,
    TransferSpec,
    check_continues,
    check_has_losses,
    choices_of,
)
from style_transfer.imaging.images import load_picture
from style_transfer.imaging.mask import check_mask_shape, load_mask
from style_transfer.imaging.saving import check_parent, output_format, save_bytes, save_picture
from style_transfer.training.arguments import parse_count

# The reader of a style code refuses longer files, so the rest of a longer file is not read.
_MOST_CODE_BYTES = 2**23
_CODE_SUFFIXES = (".code", ".safetensors")
_DEVICES = "auto, cpu, cuda or cuda:N"


def add_stylize_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `stylize` to the command line of the engine."""
    defaults = TransferSpec()
    parser = subparsers.add_parser("stylize", help="paint a photo in the style of artworks")
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    parser.add_argument(
        "--style",
        dest="styles",
        action="append",
        required=True,
        metavar="FILE[=WEIGHT]",
        help="an artwork (a picture or a style code) and its weight; can be repeated",
    )
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT")
    parser.add_argument("--method", choices=list(METHOD_INFOS), default=defaults.method)
    for name in ("color", "init", "optimizer", "variant"):
        parser.add_argument(f"--{name}", choices=choices_of(name), default=getattr(defaults, name))
    parser.add_argument(
        "--keep-faces",
        choices=choices_of("keep_faces"),
        default=defaults.keep_faces,
        help=meaning("keep_faces"),
    )
    add_features_arguments(parser, default="vgg19 if installed, or builtin")
    for name, bound in BOUNDS.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=int if bound.whole else float,
            default=getattr(defaults, name),
            metavar="N" if bound.whole else "F",
            help=bound.sentence().removeprefix("must be "),
        )
    parser.add_argument(
        "--mask", type=Path, metavar="FILE", help="paint only where this picture is white"
    )
    for name in SWITCHES:
        parser.add_argument(f"--{name.replace('_', '-')}", action="store_true", help=meaning(name))
    parser.add_argument("--device", default="auto", help=_DEVICES)
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="continue the painting in this file if it exists, and save it there at the end",
    )
    _add_machine_arguments(parser)
    parser.add_argument("--report", action="store_true", help="print a report as JSON")
    _add_record_arguments(parser)
    parser.set_defaults(run=run_stylize)


def _add_record_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--log", type=Path, metavar="FILE", help="write the losses of each step as JSON lines"
    )
    parser.add_argument("--curve", type=Path, metavar="FILE", help="draw the losses as a picture")
    parser.add_argument(
        "--frames", type=Path, metavar="DIR", help="also save the picture of every Nth step here"
    )
    parser.add_argument("--every", type=parse_count, default=100, metavar="N", help="default: 100")


def _add_machine_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what depends on the machine: its memory, and what computes the networks."""
    parser.add_argument(
        "--memory",
        type=int,
        metavar="MB",
        default=os.environ.get("STYLEWEB_MEMORY_MB"),
        help="memory that painting may use (default: STYLEWEB_MEMORY_MB, or no limit)",
    )
    parser.add_argument(
        "--backend",
        choices=BACKENDS,
        default=AUTO,
        help="what computes the networks; auto: the fastest that is verified on this machine",
    )


def add_methods_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `methods` to the command line of the engine."""
    parser = subparsers.add_parser("methods", help="list the methods and their controls")
    parser.add_argument("--json", action="store_true", help="as JSON Schema")
    parser.set_defaults(run=run_methods)


def run_stylize(arguments: argparse.Namespace) -> int:
    """Paint the photo that the arguments name, and return the exit status.

    Raises EngineError if an argument is wrong. Most of these errors are found before torch is
    loaded, because that takes seconds.
    """
    _check_places(arguments)
    spec = spec_of(arguments)
    if arguments.log or arguments.curve:
        check_has_losses(spec.method)
    if arguments.frames:
        check_continues(spec.method)
    photo = load_picture(arguments.photo).image
    mask = read_mask(arguments.mask, photo.size)
    styles = [parse_style(word) for word in arguments.styles]

    resume = read_state(arguments.state, spec.method)
    install_weights(arguments)

    from style_transfer.backends.choice import Execution
    from style_transfer.pipeline.stylize import stylize

    steps = stylize(
        photo,
        styles,
        spec,
        device=arguments.device,
        resume=resume,
        memory_mb=arguments.memory,
        execution=Execution(arguments.backend),
        mask=mask,
    )
    record = Record(arguments.log, arguments.curve, arguments.frames, arguments.every)
    last = _follow(record.of(steps))
    if last is None or last.image is None or last.report is None:
        raise InternalError("The engine ended without a result.")
    # The state comes first: from it, all that cannot be written now can be made again.
    if arguments.state is not None and last.painting is not None:
        save_bytes(last.painting.save(), arguments.state)
    save_picture(last.image, arguments.out)
    record.finish()
    for code in last.report.warnings:
        Console(stderr=True).print(WARNINGS[code], style="yellow", markup=False)
    if arguments.report:
        Console().print_json(data=last.report.to_json())
    return 0


def _check_places(arguments: argparse.Namespace) -> None:
    """Raise OutputError for a file that could not be written after the painting."""
    for path in filter(None, (arguments.out, arguments.curve)):
        output_format(path)
    for path in filter(None, (arguments.out, arguments.state, arguments.log, arguments.curve)):
        check_parent(path)


def spec_of(arguments: argparse.Namespace) -> TransferSpec:
    """Read the spec; a method can have more steps here than on the site, and other features."""
    info = METHOD_INFOS[arguments.method]
    names = ("method", "color", "init", "optimizer", "variant", "keep_faces", *BOUNDS, *SWITCHES)
    values = {name: getattr(arguments, name) for name in names}
    if values["steps"] is None:
        values["steps"] = info.command_steps
    values["features"] = arguments.features or DEFAULT_BACKBONE
    if arguments.features is None and "features" in info.used and is_installed(TEXTBOOK_BACKBONE):
        values["features"] = TEXTBOOK_BACKBONE
    return TransferSpec(**values)


def read_state(path: Path | None, method: str) -> bytes | None:
    """Read a saved painting, or return None if the file does not exist.

    Raises SpecError for a method that cannot continue a painting, and InputUnreadableError for a
    file that cannot be read.
    """
    if path is None:
        return None
    check_continues(method)
    try:
        return path.read_bytes() if path.exists() else None
    except OSError as error:
        raise InputUnreadableError(f"{path} cannot be read: {error.strerror}.") from error


def read_mask(path: Path | None, photo: tuple[int, int]) -> Image.Image | None:
    """Read a mask for a photo of a size (width, height).

    Raises MaskUnreadableError and MaskShapeError.
    """
    if path is None:
        return None
    mask = load_mask(path)
    check_mask_shape(mask.size, photo)
    return mask


def parse_style(word: str) -> StyleInput:
    """Read FILE or FILE=WEIGHT. If a file with the whole name exists, its name may end in =NUMBER.

    The file is a style code if its name ends in .code or .safetensors, otherwise a picture.
    """
    path, _, weight = word.rpartition("=")
    if not path or Path(word).exists():
        return _load_style(Path(word), 1.0)
    try:
        share = float(weight)
    except ValueError:
        return _load_style(Path(word), 1.0)
    return _load_style(Path(path), share)


def _load_style(path: Path, share: float) -> StyleInput:
    if path.suffix.lower() not in _CODE_SUFFIXES:
        return StyleInput(load_picture(path).image, share)
    try:
        with path.open("rb") as file:
            return StyleInput(None, share, file.read(_MOST_CODE_BYTES))
    except OSError as error:
        raise InputUnreadableError(f"{path} cannot be read.") from error


def run_methods(arguments: argparse.Namespace) -> int:
    """Print the methods, and return the exit status."""
    if arguments.json:
        schemas = {slug: controls_of(info) for slug, info in METHOD_INFOS.items()}
        Console().print_json(json.dumps(schemas))
        return 0
    console = Console(highlight=False, soft_wrap=True)
    for info in METHOD_INFOS.values():
        console.print(f"[bold]{info.slug}[/bold]  {info.title}. {info.description}")
        for name, control in controls_of(info)["properties"].items():
            console.print(f"  {name:12} {_allowed(control)}", markup=False)
    return 0


def _allowed(control: dict[str, Any]) -> str:
    if "enum" in control:
        values = ", ".join(map(str, control["enum"]))
    elif control["type"] == "boolean":
        values = "true or false"
    else:
        values = f"{control['minimum']} to {control['maximum']}"
    return f"{values}; default {control['default']}. {control['description']}"


def _follow(steps: Iterable[Step]) -> Step | None:
    """Draw a progress bar on the error stream during the steps, and return the last step."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    last = None
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Preparing")
        for last in steps:
            progress.update(
                task, completed=last.done, total=last.total, description=last.stage.capitalize()
            )
    return last
