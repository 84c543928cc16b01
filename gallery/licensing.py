"""Under which licenses an artwork may be published."""

from typing import Final
from uuid import UUID

from django.db.models import QuerySet

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


def private_use_only(artworks: QuerySet[Artwork]) -> set[UUID]:
    """Return which of `artworks` nobody but their owner may see. This takes one query."""
    rows = artworks.values_list("pk", "rights", "artwork_styles__style__license")
    # Only uploaded artworks have rights of their own.
    given: dict[UUID, tuple[str, set[str]]] = {}
    for pk, rights, license_id in rows:
        given.setdefault(pk, (rights, set()))[1].update([license_id] if license_id else [])
    return {
        pk
        for pk, (rights, licenses) in given.items()
        if not (_decide_upload(rights) if rights else allowed_outputs(licenses)).publishable
    }


def _decide_upload(rights: str) -> Decision:
    """Decide about a picture that is shown as it is. A license that others gave stays the same."""
    if rights not in LICENSES:
        return allowed_outputs((rights,))
    return Decision((rights,), LICENSES[rights].requires_attribution, ())
