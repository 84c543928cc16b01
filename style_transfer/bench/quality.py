"""Paint photos in the style of artworks, to look at and to score; see scores.py."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from PIL import Image
from rich.console import Console

from style_transfer.bench import whitening
from style_transfer.core.device import choose_device
from style_transfer.core.sizes import fitted, scaled
from style_transfer.core.spec import StyleInput, TransferSpec
from style_transfer.imaging.color import match_palette, palette_of
from style_transfer.imaging.images import load_picture
from style_transfer.imaging.tensors import to_image, to_tensor
from style_transfer.methods.fast.network import load_painter
from style_transfer.pipeline.stylize import stylize

_GAP = 8  # pixels between two pictures of a sheet
_SHARP = Image.Resampling.LANCZOS  # it keeps the detail of a picture that is made smaller
# Simpler answers than a painting; their distances show what the figures of a painting mean.
UNTOUCHED, COLORS = "photo untouched", "colors matched only"
WHITENED = "whitening and coloring"


@dataclass(frozen=True)
class Pair:
    """A photo and an artwork, both scaled to the painted size, and the answers by their names.

    An answer is a picture that a method made of the two.
    """

    photo_name: str
    artwork_name: str
    photo: Image.Image
    artwork: Image.Image
    answers: dict[str, Image.Image]

    @property
    def names(self) -> tuple[str, str]:
        """Give the names of the photo and of the artwork."""
        return self.photo_name, self.artwork_name

    @property
    def title(self) -> str:
        """Give both names as people read them."""
        return " x ".join(self.names)


@dataclass(frozen=True)
class SizeRule:
    """The size of every picture: pixels of its longest side, or of its shortest one."""

    side: int
    shortest: bool = False

    def scale(self, image: Image.Image) -> Image.Image:
        """Scale an image to this size."""
        longest = fitted(*image.size, self.side)
        shortest = scaled(*image.size, self.side / min(image.size))
        return image.resize(shortest if self.shortest else longest, _SHARP)


def paint_pairs(
    photos: Sequence[Path],
    artworks: Sequence[Path],
    specs: Sequence[TransferSpec],
    rule: SizeRule,
    *,
    device: str,
    console: Console,
    whitened: bool = False,
) -> Iterator[Pair]:
    """Paint every photo in the style of every artwork with each spec, photo by photo.

    All are painted at the size of `rule`. With `whitened`, the answer of whitening and coloring is
    added; see whitening.py. Raises EngineError if a picture cannot be read or painted.
    """
    styles = [load_picture(path).rgb for path in artworks]
    # For the simpler answers and the measures; the methods scale the artwork themselves.
    scaled_styles = [rule.scale(style) for style in styles]
    for path in photos:
        photo = rule.scale(load_picture(path).rgb)
        sized = [replace(spec, size=max(photo.size)) for spec in specs]
        for style, seen, name in zip(styles, scaled_styles, artworks, strict=True):
            answers = {UNTOUCHED: photo, COLORS: _recolored(photo, seen)}
            if whitened:
                answers[WHITENED] = _whitened(photo, seen, device)
            answers |= {spec.method: _painted(photo, style, spec, device) for spec in sized}
            pair = Pair(path.stem, name.stem, photo, seen, answers)
            console.print(pair.title, markup=False)
            yield pair


def lay_sheet(pairs: Sequence[Pair], across: int, method: str) -> Image.Image:
    """Make a sheet: photos in the left column, `across` artworks in the top row.

    `pairs` are in the order of `paint_pairs`.
    """
    side = max(max(pair.photo.size) for pair in pairs)
    blank = Image.new("RGB", (side, side), "white")  # the corner above the photos
    rows = [[blank, *(pair.artwork for pair in pairs[:across])]]
    for first in range(0, len(pairs), across):
        row = pairs[first : first + across]
        rows.append([row[0].photo, *(pair.answers[method] for pair in row)])
    return lay_out(rows)


def lay_out(rows: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """Arrange images in rows and columns on white.

    A row is as high as its highest image, a column as wide as its widest.
    """
    # Sizes of columns and rows with a gap after each, so also after the last.
    widths = [max(image.width for image in column) + _GAP for column in zip(*rows, strict=True)]
    heights = [max(image.height for image in row) + _GAP for row in rows]
    sheet = Image.new("RGB", (sum(widths), sum(heights)), "white")
    for down, row in enumerate(rows):
        for across, image in enumerate(row):
            sheet.paste(image, (sum(widths[:across]), sum(heights[:down])))
    return sheet


def _recolored(photo: Image.Image, artwork: Image.Image) -> Image.Image:
    """Match the mean and the covariance of the photo's colors to the artwork's."""
    place = torch.device("cpu")
    palette = palette_of(to_tensor(artwork, place))
    return to_image(match_palette(to_tensor(photo, place), palette))


def _whitened(photo: Image.Image, artwork: Image.Image, device: str) -> Image.Image:
    painter = load_painter(choose_device(device))
    own, style = (to_tensor(image, painter.device) for image in (photo, artwork))
    return to_image(whitening.paint(own, style, painter))


def _painted(
    photo: Image.Image, style: Image.Image, spec: TransferSpec, device: str
) -> Image.Image:
    *_, last = stylize(photo, [StyleInput(style)], spec, device=device)
    if last.image is None:
        raise AssertionError("the last step brings the result")
    return last.image.convert("RGB")
