"""Rows of small pictures with labels, for the pages of the documentation."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps
from torch import Tensor

CELL = 160
_GAP = 6
_LABEL = 16


def read(path: Path, side: int) -> Image.Image:
    """Read a picture as RGB, at most `side` wide and high."""
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return image


def sheet(rows: Sequence[Sequence[tuple[str, Image.Image]]], cell: int = CELL) -> Image.Image:
    """Lay out rows of pictures, each at most `cell` wide and high, with a label below it."""
    fitted = [
        [(label, ImageOps.contain(image, (cell, cell))) for label, image in row] for row in rows
    ]
    heights = [max(image.height for _, image in row) + _LABEL + _GAP for row in fitted]
    columns = max(map(len, rows))
    made = Image.new("RGB", (columns * (cell + _GAP) - _GAP, sum(heights)), "white")
    draw = ImageDraw.Draw(made)
    top = 0
    for row, height in zip(fitted, heights, strict=True):
        bottom = top + height - _LABEL - _GAP
        for across, (label, image) in enumerate(row):
            left = across * (cell + _GAP)
            made.paste(image, (left + (cell - image.width) // 2, bottom - image.height))
            draw.text((left + cell // 2, bottom + 2), label, "#333333", anchor="mt")
        top += height
    return made


def as_gray(values: Tensor, cell: int = CELL) -> Image.Image:
    """Draw numbers (h, w) in gray, the least black and the largest white, without blur."""
    low, high = values.min(), values.max()
    gray = ((values - low) / (high - low).clamp_min(1e-9) * 255).byte().numpy()
    image = Image.fromarray(gray)
    scale = cell / max(image.size)
    return image.resize((round(image.width * scale), round(image.height * scale)), 0).convert("RGB")


def save(image: Image.Image, path: Path, most: int) -> None:
    """Write a WebP of at most `most` bytes, in the best quality that fits."""
    for quality in range(88, 20, -6):
        made = io.BytesIO()
        image.save(made, "WEBP", quality=quality, method=6)
        if made.tell() <= most:
            break
    path.write_bytes(made.getvalue())
