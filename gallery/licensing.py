"""Under which licenses an artwork may be published."""

from gallery.models import Artwork
from library.licenses import Decision, allowed_outputs


def decide(artwork: Artwork) -> Decision:
    """Return what the owner of `artwork` may do with it."""
    return allowed_outputs(part.style.license for part in artwork.artwork_styles.all())
