"""Photos x artworks on one sheet, to be looked at at 1:1."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from rich.console import Console

from inference.engine.images import load_picture
from inference.engine.pyramid import fitted
from inference.engine.registry import stylize
from inference.engine.spec import StyleInput, TransferSpec

_GAP = 8
_SHARP = Image.Resampling.LANCZOS


def contact_sheet(
    photos: Sequence[Path],
    artworks: Sequence[Path],
    spec: TransferSpec,
    device: str,
    console: Console,
) -> Image.Image:
    """Paint every photo in every manner: photos down the left, artworks along the top.

    Raises EngineError as loading and painting do.
    """
    side = spec.size or 512
    styles = [load_picture(path).rgb for path in artworks]
    blank = Image.new("RGB", (side, side), "white")
    rows = [[blank, *(_within(style, side) for style in styles)]]
    for path in photos:
        photo = load_picture(path).rgb
        row = [_within(photo, side)]
        for style, name in zip(styles, artworks, strict=True):
            row.append(_painted(photo, style, spec, device))
            console.print(f"{path.stem} x {name.stem}", markup=False)
        rows.append(row)
    return lay_out(rows)


def lay_out(rows: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """Put images in rows and columns on white, each cell as large as its row and column need."""
    widths = [max(image.width for image in column) + _GAP for column in zip(*rows, strict=True)]
    heights = [max(image.height for image in row) + _GAP for row in rows]
    sheet = Image.new("RGB", (sum(widths), sum(heights)), "white")
    for down, row in enumerate(rows):
        for across, image in enumerate(row):
            sheet.paste(image, (sum(widths[:across]), sum(heights[:down])))
    return sheet


def _within(image: Image.Image, side: int) -> Image.Image:
    return image.resize(fitted(*image.size, side), _SHARP)


def _painted(
    photo: Image.Image, style: Image.Image, spec: TransferSpec, device: str
) -> Image.Image:
    *_, last = stylize(photo, [StyleInput(style)], spec, device=device)
    if last.image is None:
        raise AssertionError("the last step brings the result")
    return last.image.convert("RGB")
