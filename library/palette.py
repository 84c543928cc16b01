"""The main colors of a picture."""

from PIL import Image

COLORS = 6
SIDE = 128


def main_colors(image: Image.Image) -> list[str]:
    """Return the main colors of `image` as #rrggbb, the most frequent first."""
    small = image.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    reduced = small.quantize(COLORS, method=Image.Quantize.MEDIANCUT, kmeans=2)
    palette = reduced.getpalette() or []
    counts = reduced.histogram()[:COLORS]
    frequent = sorted(range(COLORS), key=lambda index: -counts[index])
    colors = [palette[3 * index : 3 * index + 3] for index in frequent if counts[index]]
    return ["#{:02x}{:02x}{:02x}".format(*color) for color in colors]
