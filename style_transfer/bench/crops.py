"""Lay sheets that show every answer beside the others at 1:1, a row for each pair."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from style_transfer.bench.measures.faces import Box
from style_transfer.bench.quality import COLORS, UNTOUCHED, WHITENED, Pair, lay_out

_SIDE = 384  # pixels of a crop
_ROWS = 8  # of a sheet; more are hard to look at
_TITLE = 24  # pixels of height for the names above
_PLAIN = {UNTOUCHED, COLORS, WHITENED}  # the photo is shown anyway


def lay_crops(pairs: Sequence[Pair], faces: Mapping[str, Sequence[Box]]) -> Iterator[Image.Image]:
    """Make sheets: in each row the photo, the artwork and the answers to a pair, cut out at 1:1.

    The cut is around the first face, or around the center of a photo without faces.
    """
    names = [name for name in pairs[0].answers if name not in _PLAIN]
    for first in range(0, len(pairs), _ROWS):
        rows = _rows(pairs[first : first + _ROWS], names, faces)
        yield lay_out([_titles(["photo", "artwork", *names]), *rows])


def page_path(out: Path, page: int) -> Path:
    """Name the file of a page: the first has the name itself, the others have a number behind."""
    return out if page == 1 else out.with_name(f"{out.stem}-{page}{out.suffix}")


def _rows(
    pairs: Sequence[Pair], names: Sequence[str], faces: Mapping[str, Sequence[Box]]
) -> Iterator[list[Image.Image]]:
    for pair in pairs:
        box = next(iter(faces.get(pair.photo_name, ())), (0.0, 0.0, 1.0, 1.0))
        center = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        answers = (pair.answers[name] for name in names)
        row = [_cut(pair.photo, center), _cut(pair.artwork, (0.5, 0.5))]
        yield [*row, *(_cut(image, center) for image in answers)]


def _cut(image: Image.Image, center: tuple[float, float]) -> Image.Image:
    """Cut out at most 384 x 384 pixels as near to the center (x, y), as shares, as they fit."""
    corner = []
    for share, side in zip(center, image.size, strict=True):
        corner.append(round(min(max(share * side - _SIDE / 2, 0), max(side - _SIDE, 0))))
    left, top = corner
    right, bottom = min(left + _SIDE, image.width), min(top + _SIDE, image.height)
    return image.crop((left, top, right, bottom))


def _titles(names: Sequence[str]) -> list[Image.Image]:
    titles = []
    for name in names:
        title = Image.new("RGB", (_SIDE, _TITLE), "white")
        ImageDraw.Draw(title).text((4, 4), name, fill="black", font_size=14)
        titles.append(title)
    return titles
