"""The command `bench quality`: paint pairs, look at them beside other tools, and score them."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from style_transfer.core.catalog import DEFAULT_METHOD, METHOD_INFOS
from style_transfer.core.errors import EngineError, InputUnreadableError
from style_transfer.core.spec import TransferSpec
from style_transfer.imaging.saving import save_picture

if TYPE_CHECKING:
    from style_transfer.bench.beside import PaintedFolder
    from style_transfer.bench.measures.faces import Box
    from style_transfer.bench.predictor import StylePredictor
    from style_transfer.bench.quality import Pair

METHODS = list(METHOD_INFOS)
NO_METHOD = "none"
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
_WIDE = 180  # columns of a table that goes to a file


class NothingToScoreError(EngineError):
    """No pictures are painted and none are named, or both `none` and a method were asked for."""

    code = "nothing_to_score"
    hint = "Name methods that paint, or `--methods none` with folders for `--beside`."


def add_quality_parser(
    kinds: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> argparse.ArgumentParser:
    """Add `quality` to the kinds of `bench`."""
    quality = kinds.add_parser("quality", help="paint each photo in each style, and score them")
    for what in ("content", "style"):
        quality.add_argument(
            f"--{what}",
            type=Path,
            nargs="+",
            required=True,
            help="pictures, or folders with pictures",
        )
    quality.add_argument("-o", "--out", type=Path, required=True, metavar="SHEET.png")
    quality.add_argument(
        "--most", type=int, default=4, help="how many photos, and how many artworks, at most"
    )
    size = quality.add_mutually_exclusive_group()
    size.add_argument("--size", type=int, default=512, help="pixels of the longest side")
    size.add_argument("--short-side", type=int, metavar="SIZE", help="pixels of the shortest side")
    quality.add_argument(
        "--methods",
        nargs="+",
        choices=[*METHODS, NO_METHOD],
        default=[DEFAULT_METHOD],
        help="methods to compare; the sheet shows the first one. "
        "`none` paints nothing, and scores the pictures of --beside only",
    )
    _add_comparison_arguments(quality)
    quality.set_defaults(run=run_quality)
    return quality


def _add_comparison_arguments(quality: argparse.ArgumentParser) -> None:
    quality.add_argument(
        "--beside",
        type=parse_beside,
        action="append",
        default=[],
        metavar="NAME=FOLDER",
        help="compare with painted pictures, named PHOTO__ARTWORK.jpg, .png or .webp; "
        "the sheet then shows all at 1:1",
    )
    quality.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="write what is painted to FOLDER/METHOD, for a later --beside",
    )
    quality.add_argument(
        "--predictor",
        type=Path,
        metavar="FILE.onnx",
        help="network that predicts a style, for the distance in style; needs onnxruntime",
    )
    quality.add_argument(
        "--faces",
        type=Path,
        metavar="FILE.json",
        help="boxes of the faces of photos (default: those of some photos that are often painted)",
    )
    quality.add_argument(
        "--metric",
        help="network that measures distances: builtin, vgg19, or a reduced VGG-19 (safetensors)",
    )


def run_quality(arguments: argparse.Namespace) -> int:
    """Write a contact sheet, print the scores, and return the exit status.

    Raises EngineError.
    """
    photos = pictures_in(arguments.content, arguments.most)
    artworks = pictures_in(arguments.style, arguments.most)

    from style_transfer.bench.face_boxes import MARKED, read_faces
    from style_transfer.bench.predictor import StylePredictor

    # All that may be refused, before anything is painted.
    faces = read_faces(arguments.faces or MARKED)
    predictor = StylePredictor(arguments.predictor) if arguments.predictor else None
    pairs = _paint(arguments, photos, artworks)
    _write_sheets(pairs, arguments, len(artworks), faces)
    _print_scores(pairs, arguments, faces, predictor)
    return 0


def parse_beside(words: str) -> "PaintedFolder":
    """Read NAME=FOLDER; raises ArgumentTypeError for other words."""
    from style_transfer.bench.beside import PaintedFolder

    name, equals, folder = words.partition("=")
    if not (name and equals and folder):
        raise argparse.ArgumentTypeError(f"{words!r} is not NAME=FOLDER")
    return PaintedFolder(name, Path(folder))


def pictures_in(places: Sequence[Path], most: int) -> list[Path]:
    """List at most `most` pictures: the named ones, and those of named folders by name.

    Raises InputUnreadableError if there are none.
    """
    found: list[Path] = []
    for place in places:
        inside = sorted(place.glob("*")) if place.is_dir() else [place]
        found += [path for path in inside if path.suffix.lower() in _SUFFIXES]
    if not found:
        named = ", ".join(map(str, places))
        raise InputUnreadableError(
            f"There are no pictures in {named}.",
            hint="Name a folder with JPEG, PNG or WebP files.",
        )
    return found[:most]


def _paint(
    arguments: argparse.Namespace, photos: Sequence[Path], artworks: Sequence[Path]
) -> "list[Pair]":
    """Paint all pairs, and put the pictures of other tools beside them."""
    from style_transfer.bench import beside, quality

    methods = _methods(arguments)
    specs = [
        TransferSpec(method=method, size=arguments.size, steps=arguments.steps)
        for method in methods
    ]
    beside.check_beside(arguments.beside, methods, photos, artworks)
    rule = quality.SizeRule(arguments.size)
    if arguments.short_side:
        rule = quality.SizeRule(arguments.short_side, shortest=True)
    pairs = []
    for pair in quality.paint_pairs(
        photos,
        artworks,
        specs,
        rule,
        device=arguments.device,
        console=Console(stderr=True),
        whitened=bool(arguments.metric),
    ):
        if arguments.keep:
            painted = {method: pair.answers[method] for method in methods}
            beside.keep_painted(pair, painted, arguments.keep)
        pairs.append(beside.put_beside(pair, arguments.beside))
    return pairs


def _methods(arguments: argparse.Namespace) -> list[str]:
    """Give the methods that paint; raises NothingToScoreError."""
    methods: list[str] = arguments.methods
    if NO_METHOD not in methods:
        return methods
    if len(methods) > 1:
        raise NothingToScoreError("Nothing is to be painted, and a method is named.")
    if not arguments.beside:
        raise NothingToScoreError("Nothing is to be scored.")
    return []


def _shown(arguments: argparse.Namespace) -> list[str]:
    """Name the answers that are shown: those of the methods, and those beside them."""
    return [*_methods(arguments), *(each.name for each in arguments.beside)]


def _write_sheets(
    pairs: "Sequence[Pair]",
    arguments: argparse.Namespace,
    across: int,
    faces: "Mapping[str, Sequence[Box]]",
) -> None:
    """Write a sheet of whole pictures, or sheets of crops if there is something beside them."""
    from style_transfer.bench.crops import lay_crops, page_path
    from style_transfer.bench.quality import lay_sheet

    if not arguments.beside:
        save_picture(lay_sheet(pairs, across, _shown(arguments)[0]), arguments.out)
        return
    for page, sheet in enumerate(lay_crops(pairs, faces), 1):
        save_picture(sheet, page_path(arguments.out, page))


def _print_scores(
    pairs: "Sequence[Pair]",
    arguments: argparse.Namespace,
    faces: "Mapping[str, Sequence[Box]]",
    predictor: "StylePredictor | None",
) -> None:
    """Print the means of all answers, then the worst pairs of each that is shown."""
    from style_transfer.bench import scores
    from style_transfer.bench.distances import load_metric
    from style_transfer.core.device import choose_device
    from style_transfer.imaging.tensors import to_tensor

    metric, title = None, f"{len(pairs)} pairs"
    if arguments.metric:
        place = choose_device(arguments.device)
        artworks = [to_tensor(pair.artwork, place) for pair in pairs]
        metric = load_metric(arguments.metric, artworks, place)
        title += f", distances by {metric.title}"
    if arguments.predictor:
        title += f", style by {arguments.predictor.name}"
    scorer = scores.Scorer(faces, predictor, metric)
    figures = [scorer.score(pair) for pair in pairs]
    # A file has no width of its own, and rich would cut the table to 80 columns.
    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    console.print(scores.means_table(title, figures))
    for answer in _shown(arguments):
        console.print(scores.worst_table(answer, pairs, figures))
