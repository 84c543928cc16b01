"""The credit of an artwork that people copy: the artwork itself, then its styles."""

from gallery.models import Artwork
from library.credits import Work, work_of, work_of_picture


def works_of(artwork: Artwork, *, page: str = "") -> list[Work]:
    """Return the facts for the credit of `artwork` and its styles, the largest weight first.

    `page` is the full address of the artwork, if others can open it.
    """
    maker = artwork.creator or artwork.owner.public_name
    own = work_of_picture(artwork.title, maker, artwork.license or artwork.rights, source_url=page)
    # Sorted here, because `order_by` on prefetched rows makes another query.
    parts = sorted(artwork.artwork_styles.all(), key=lambda part: (-part.weight, part.pk))
    return [own, *(work_of(part.style) for part in parts)]
