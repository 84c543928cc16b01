"""Sample sheets: rows of pictures with a name above each column."""

from collections.abc import Sequence

from PIL import Image, ImageDraw
from torch import Tensor

from style_transfer.imaging.tensors import to_image

_LABEL = 16  # pixels
_GAP = 4


def draw_rows(rows: Sequence[Sequence[Tensor]], names: Sequence[str]) -> Image.Image:
    """Draw rows of pictures (1, 3, H, W) in [0, 1], unscaled; each column has its largest width.

    Each row has as many pictures as there are names.
    """
    images = [[to_image(picture) for picture in row] for row in rows]
    widths = [max(row[column].width for row in images) for column in range(len(names))]
    heights = [max(image.height for image in row) for row in images]
    size = (sum(widths) + _GAP * (len(widths) - 1), _LABEL + sum(heights) + _GAP * len(heights))
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    left = 0
    for column, name in enumerate(names):
        draw.text((left + 2, 2), name, fill="black")
        top = _LABEL
        for row, height in zip(images, heights, strict=True):
            sheet.paste(row[column], (left, top))
            top += height + _GAP
        left += widths[column] + _GAP
    return sheet
