"""Pictures that are drawn by code, so that nobody holds a right to them.

They have what a broken network shows: a calm sky, soft shading, edges at every angle, grain, and
small dark shapes like eyes.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

PALETTES = (
    ((20, 40, 90), (40, 90, 150), (230, 190, 60), (245, 235, 200), (15, 20, 40)),
    ((160, 60, 40), (220, 120, 60), (250, 210, 150), (90, 120, 80), (50, 30, 40)),
)
_STROKES = 900
_GRAIN = 3.0  # of 255


def draw_landscape(size: tuple[int, int], seed: int = 5) -> Image.Image:
    """Draw a sky with a sun over two hills, a house and a road, of a size (width, height)."""
    width, height = size
    rows = np.linspace(0, 1, height)[:, None]
    sky = np.array((105, 155, 215)) * (1 - rows) + np.array((215, 225, 235)) * rows  # (H, 3)
    image = Image.fromarray(np.repeat(sky[:, None], width, 1).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    sun = (0.74 * width, 0.14 * height)
    draw.ellipse((*sun, sun[0] + 0.1 * width, sun[1] + 0.1 * width), fill=(255, 245, 200))
    for base, swing, color in ((0.62, 0.06, (96, 128, 110)), (0.74, 0.05, (70, 100, 50))):
        steps = np.linspace(0, 1, 60)
        ridge = base - swing * np.sin(6.3 * steps / base + 9 * base)
        top = [(float(x) * width, float(y) * height) for x, y in zip(steps, ridge, strict=True)]
        draw.polygon([*top, (width, height), (0, height)], fill=color)
    left, roof = 0.2 * width, 0.55 * height
    draw.rectangle((left, roof, left + 0.16 * width, 0.74 * height), fill=(190, 170, 150))
    peak = (left + 0.08 * width, 0.44 * height)
    draw.polygon([(left, roof), peak, (left + 0.16 * width, roof)], fill=(120, 50, 40))
    draw.line((0.6 * width, height, 0.52 * width, 0.72 * height), fill=(180, 170, 150), width=9)
    return _with_grain(image, seed)


def draw_portrait(size: tuple[int, int], seed: int = 6) -> Image.Image:
    """Draw a face in front of a wall, of a size (width, height)."""
    width, height = size
    image = Image.new("RGB", size, (150, 148, 140))
    draw = ImageDraw.Draw(image)

    def oval(x: float, y: float, rx: float, ry: float, color: tuple[int, int, int]) -> None:
        box = ((x - rx) * width, (y - ry) * height, (x + rx) * width, (y + ry) * height)
        draw.ellipse(box, fill=color)

    oval(0.5, 1.0, 0.45, 0.25, (50, 60, 90))
    oval(0.5, 0.4, 0.3, 0.31, (60, 40, 30))
    oval(0.5, 0.45, 0.24, 0.28, (222, 178, 150))
    for x in (0.41, 0.59):
        oval(x, 0.41, 0.045, 0.022, (240, 240, 235))
        oval(x, 0.41, 0.018, 0.018, (40, 50, 60))
    oval(0.5, 0.5, 0.03, 0.05, (205, 155, 130))
    oval(0.5, 0.6, 0.08, 0.022, (165, 75, 75))
    return _with_grain(image.filter(ImageFilter.GaussianBlur(1.2)), seed)


def draw_strokes(
    seed: int, palette: Sequence[tuple[int, int, int]], size: tuple[int, int] = (288, 224)
) -> Image.Image:
    """Draw an artwork of broad strokes that follow a flow, in the colors of a palette."""
    chance, (width, height) = np.random.default_rng(seed), size
    image = Image.new("RGB", size, palette[0])
    draw = ImageDraw.Draw(image)
    for _ in range(_STROKES):
        x, y = chance.random() * width, chance.random() * height
        angle = np.sin(3 * x / width + seed) + np.cos(4 * y / height)
        reach = 6 + 10 * chance.random()
        color = np.array(palette[int(chance.integers(len(palette)))])
        shade = np.clip(color + chance.normal(0, 12, 3), 0, 255).astype(int)
        across, down = float(np.cos(angle) * reach), float(np.sin(angle) * reach)
        ends = (x - across, y - down, x + across, y + down)
        draw.line(ends, fill=tuple(map(int, shade)), width=int(chance.integers(3, 8)))
    return _with_grain(image, seed)


def _with_grain(image: Image.Image, seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).normal(0, _GRAIN, (image.height, image.width, 1))
    return Image.fromarray(np.clip(np.array(image) + noise, 0, 255).astype(np.uint8))
