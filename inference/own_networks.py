"""Which styles have a network of their own; asked without torch, so web processes may.

A network's card keeps a fingerprint of the artwork that it was trained for.
"""

import json
import os
from pathlib import Path

from PIL import Image

from inference.engine import spec
from library.models import Style

PREFIX = "network-"
SHIPPED = Path(spec.__file__).parent / "weights"
ADDED = "STYLEWEB_WEIGHTS_DIR"


def has_own_network(style: Style) -> bool:
    """Tell whether a network was trained for the picture of `style`."""
    known = _fingerprints()
    if not known or not style.has_picture:
        return False
    # Most sites have no such network, and then need no numpy.
    from inference.engine.fingerprint import SAME, difference, fingerprint

    # The thumb is the artwork shrunken, which a fingerprint does not mind.
    with style.thumb.open("rb") as file, Image.open(file) as thumb:
        own = fingerprint(thumb)
    return any(difference(own, other) <= SAME for other in known)


def _fingerprints() -> list[str]:
    """Return the fingerprints in the cards of all painting networks that are installed."""
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
