"""A strip below a picture with a caption, as museums print it below reproductions.

Nothing here imports Django, because the processes that draw do not load it.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

from PIL import Image, ImageDraw, ImageFont

PAPER: Final = (255, 255, 255)
INK: Final = (38, 36, 33)
# Parts of the width of the picture, and pixels.
SMALLEST: Final = 11
MOST_LINES: Final = 12
_TEXT: Final = 1 / 60
_LARGEST: Final = 44
# The first that has a character draws it. The last one is for Chinese, Japanese and Korean.
_FONTS: Final = (
    *("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSansCJK-Regular.ttc"),
    *("DroidSansFallbackFull.ttf", "DroidSansFallback.ttf", "wqy-microhei.ttc"),
)
_NO_CHARACTER: Final = "\U0010ffff"

Font = ImageFont.FreeTypeFont


def with_caption(image: Image.Image, lines: Sequence[str]) -> Image.Image:
    """Return `image` with `lines` in a strip below it, broken where they are too long.

    The strip is opaque below a transparent picture too.
    """
    size = min(_LARGEST, max(SMALLEST, round(image.width * _TEXT)))
    fonts = _fonts(size)
    broken = (row for line in lines for row in _rows(line, fonts, image.width - 2 * size))
    rows, step = list(islice(broken, MOST_LINES)), round(size * 1.45)
    height = len(rows) * step + round(size * 1.2)
    paper = PAPER if image.mode == "RGB" else (*PAPER, 255)
    sheet = Image.new(image.mode, (image.width, image.height + height), paper)
    sheet.paste(image)
    draw = ImageDraw.Draw(sheet)
    for number, row in enumerate(rows):
        top = image.height + round(size * 0.6) + number * step
        _draw_row(draw, row, (size, top), fonts)
    return sheet


def _fonts(size: int) -> list[Font]:
    """Return the fonts of this machine. Pillow brings one for Latin letters."""
    found = []
    for name in _FONTS:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    own = ImageFont.load_default(size)
    return [*found, own] if isinstance(own, Font) else found


def _rows(line: str, fonts: Sequence[Font], width: float) -> Iterator[str]:
    """Break `line` into rows of at most `width` px, between words where there are some."""
    row = ""
    for word in _words(" ".join(line.split())):
        if row and _length(row + word.rstrip(), fonts) > width:
            yield row.rstrip()
            row = ""
        row += word
    if row:
        yield row.rstrip()


def _words(line: str) -> list[str]:
    """Return the parts of `line` between which a row can end, with the spaces after them."""
    words = [""]
    for char in line:
        words[-1] += char
        # Scripts without spaces can be broken after each character.
        if char == " " or ord(char) >= 0x2E80 or len(words[-1]) >= 40:
            words.append("")
    return [word for word in words if word]


def _length(text: str, fonts: Sequence[Font]) -> float:
    return sum(_font_of(char, fonts).getlength(char) for char in text)


def _draw_row(
    draw: ImageDraw.ImageDraw, row: str, place: tuple[float, float], fonts: Sequence[Font]
) -> None:
    """Draw the runs of characters of one font, one after the other."""
    left, top = place
    baseline = top + fonts[0].getmetrics()[0]
    for run in _runs(row, fonts):
        font = _font_of(run[0], fonts)
        draw.text((left, baseline), run, fill=INK, font=font, anchor="ls")
        left += font.getlength(run)


def _runs(row: str, fonts: Sequence[Font]) -> list[str]:
    runs: list[str] = []
    for char in row:
        if runs and _font_of(runs[-1][0], fonts) is _font_of(char, fonts):
            runs[-1] += char
        else:
            runs.append(char)
    return runs


def _font_of(char: str, fonts: Sequence[Font]) -> Font:
    """Return the first font with `char`, or the first one if none has it."""
    return next((font for font in fonts if _has(font, char)), fonts[0])


@lru_cache(maxsize=4096)
def _has(font: Font, char: str) -> bool:
    """Tell whether `font` has `char`: it draws all characters that it lacks in one way."""
    return char == " " or bytes(font.getmask(char)) != bytes(font.getmask(_NO_CHARACTER))
