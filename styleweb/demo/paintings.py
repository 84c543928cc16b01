"""Paintings for a site that looks alive: the photos of the home page, painted by the method fast.

Photos and styles are those that the project ships, so everything may be shown and passed on.
"""

from collections.abc import Iterator
from itertools import cycle, islice, product
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from PIL import Image

from inference.worker import engine
from inference.worker.inputs import load_style
from library.demonstration import PAIRS
from library.models import Style
from style_transfer.core.spec import TransferSpec

# Parts of a photo, as shares of its width: from, to. A narrow part makes an upright picture.
PARTS: Final = ((0.0, 1.0), (0.05, 0.55), (0.45, 0.95))
SIDE: Final = 640


def painted(count: int) -> Iterator[tuple[Image.Image, Image.Image, str]]:
    """Yield pictures with their photo and the slug of their style; each takes a few seconds."""
    styles = list(Style.objects.published().in_display_order())
    photos = list(_photos())
    # Neighbors have different photos and styles.
    pairs = zip(cycle(photos), cycle(styles), strict=False)
    spec = TransferSpec(size=SIDE)
    for photo, style in islice(pairs, count):
        *_, last = engine.stylize(photo, [load_style(style, spec.method)], spec)
        if last.image is not None:
            yield last.image, photo, style.slug


def _photos() -> Iterator[Image.Image]:
    for (first, last), pair in product(PARTS, PAIRS):
        with Image.open(Path(str(finders.find(pair.before)))) as opened:
            whole = opened.convert("RGB")
        yield whole.crop((int(first * whole.width), 0, int(last * whole.width), whole.height))
