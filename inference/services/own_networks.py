"""Which styles have a network of their own; found without torch, because web processes ask.

The card of a network holds the perceptual hash of the artwork that the network was trained for. A
style code holds the hash of its artwork too.
"""

from functools import cache
from pathlib import Path

from PIL import Image

from library.models import Style
from style_transfer.core.embedding_header import artwork_in
from style_transfer.core.manifest import installed_networks


def has_own_network(style: Style) -> bool:
    """Tell whether a network was trained for `style`, by the hash of its picture or code."""
    known = [artwork for artwork in installed_networks().values() if artwork]
    own = _hash_of(style) if known else ""
    if not own:
        return False
    # Imported only here: without a hash, this process needs no numpy.
    from style_transfer.imaging.perceptual_hash import SAME, difference

    return any(difference(own, other) <= SAME for other in known)


def _hash_of(style: Style) -> str:
    """Return the perceptual hash of the artwork of `style`; empty if it is not known."""
    # The thumbnail has the same perceptual hash as the artwork and is faster to read.
    if style.has_picture:
        return _of_picture(style.thumb.path)
    return _in_code(style.code.path) if style.code else ""


# The page of the library asks for dozens of styles each time. No file is ever overwritten, so the
# answers stay valid.
@cache
def _of_picture(path: str) -> str:
    from style_transfer.imaging.perceptual_hash import perceptual_hash

    with Image.open(path) as picture:
        return perceptual_hash(picture)


@cache
def _in_code(path: str) -> str:
    return artwork_in(Path(path).read_bytes())
