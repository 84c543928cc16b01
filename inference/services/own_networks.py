"""Which styles have a network of their own; found without torch, because web processes ask.

The card of a network holds the perceptual hash of the artwork that the network was trained for. The
row of a style holds the hash of its artwork.
"""

from library.models import Style
from style_transfer.core.manifest import installed_networks


def has_own_network(style: Style) -> bool:
    """Tell whether a network was trained for `style`, by the hash of its artwork."""
    known = [artwork for artwork in installed_networks().values() if artwork]
    if not known or not style.perceptual_hash:
        return False
    # Imported only here: without a hash, this process needs no numpy.
    from style_transfer.imaging.perceptual_hash import SAME, difference

    return any(difference(style.perceptual_hash, other) <= SAME for other in known)
