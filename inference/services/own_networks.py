"""Which styles have a network of their own, told without torch: web processes ask.

A network's card keeps a perceptual_hash of the artwork that it was trained for, and so does a style
code.
"""

from functools import cache
from pathlib import Path

from PIL import Image

from library.models import Style
from style_transfer.core.embedding_header import artwork_in
from style_transfer.core.manifest import installed_networks


def has_own_network(style: Style) -> bool:
    """Tell whether a network was trained for `style`, which its picture or else its code tells."""
    known = [artwork for artwork in installed_networks().values() if artwork]
    own = _hash_of(style) if known else ""
    if not own:
        return False
    # Where no style can be told, there is no need of numpy.
    from style_transfer.imaging.perceptual_hash import SAME, difference

    return any(difference(own, other) <= SAME for other in known)


def _hash_of(style: Style) -> str:
    """Return the perceptual_hash of the artwork of `style`; empty where nothing tells it."""
    # The thumb is the artwork shrunken, which a perceptual_hash does not mind.
    if style.has_picture:
        return _of_picture(style.thumb.path)
    return _in_code(style.code.path) if style.code else ""


# A library asks for dozens at a time, again and again, and no file is ever written over.
@cache
def _of_picture(path: str) -> str:
    from style_transfer.imaging.perceptual_hash import perceptual_hash

    with Image.open(path) as picture:
        return perceptual_hash(picture)


@cache
def _in_code(path: str) -> str:
    return artwork_in(Path(path).read_bytes())
