"""Which styles have a network of their own; asked without torch, so web processes may.

A network's card keeps a perceptual_hash of the artwork that it was trained for, and so does a style
code.
"""

import json
import os
from functools import cache
from pathlib import Path

from PIL import Image

from library.models import Style
from style_transfer.core import spec
from style_transfer.core.embedding_header import artwork_in

PREFIX = "network-"
SHIPPED = Path(spec.__file__).parents[1] / "weights"
ADDED = "STYLEWEB_WEIGHTS_DIR"


def has_own_network(style: Style) -> bool:
    """Tell whether a network was trained for `style`, which its picture or else its code tells."""
    known = _fingerprints()
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


def _fingerprints() -> list[str]:
    """Return the perceptual_hashes in the cards of all painting networks that are installed."""
    folders = [SHIPPED, *(Path(folder) for folder in [os.environ.get(ADDED)] if folder)]
    return [
        str(card["figures"]["artwork"])
        for folder in folders
        for name, card in _cards(folder).items()
        if name.startswith(PREFIX) and card.get("figures", {}).get("artwork")
    ]


def _cards(folder: Path) -> dict[str, dict[str, dict[str, object]]]:
    """Return the cards of a folder, by name; none where they cannot be read."""
    try:
        cards = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return cards if isinstance(cards, dict) else {}
