"""Under which licenses an artwork may be published."""

from typing import Final

from gallery.models import Artwork
from library.licenses import (
    LICENSES,
    OWN_WORK,
    UNKNOWN_RIGHTS,
    Decision,
    LicenseId,
    allowed_outputs,
)

CC_LICENSES: Final = [
    each for each in LICENSES if each not in {LicenseId.PDM, LicenseId.ALL_RIGHTS_RESERVED}
]
# The possible answers about the rights of an uploaded picture.
RIGHTS: Final[list[str]] = [OWN_WORK, LicenseId.PDM.value, *CC_LICENSES, UNKNOWN_RIGHTS]


def decide(artwork: Artwork) -> Decision:
    """Return what the owner of `artwork` may do with it."""
    if artwork.is_uploaded:
        return _decide_upload(artwork.rights)
    return allowed_outputs(part.style.license for part in artwork.artwork_styles.all())


def _decide_upload(rights: str) -> Decision:
    """Decide about a picture that is shown as it is. A license that others gave stays the same."""
    if rights not in LICENSES:
        return allowed_outputs((rights,))
    return Decision((rights,), LICENSES[rights].requires_attribution, ())
