"""The credits of an artwork, and what its files say about it."""

from collections.abc import Iterable

from common.passports import Provenance
from gallery.models import Artwork
from inference.files.credits import copyright_of, credit_line, style_lines
from inference.files.recipes import facts_of
from library.credits import attribution, work_of
from library.licenses import LICENSES, UNKNOWN_RIGHTS, LicenseId
from library.models import Style
from style_transfer.imaging.metadata.xmp import PictureCredit


def credit_text(styles: Iterable[Style]) -> str:
    """Return the credit of a picture that uses `styles`, with one line for each style."""
    return attribution([work_of(style) for style in styles], form="text")


def credit_of(artwork: Artwork) -> str:
    """Return the credit of `artwork`: of its styles, or of the maker of an uploaded picture."""
    if not artwork.is_uploaded:
        return credit_text(styles_of(artwork))
    known = LICENSES.get(artwork.rights)
    if known is None:
        return artwork.creator
    title = f"“{artwork.title}”" if artwork.title else "Picture"
    by = f" by {artwork.creator}" if artwork.creator else ""
    return " ".join(filter(None, (f"{title}{by}, {known.name}", known.url)))


def styles_of(artwork: Artwork) -> list[Style]:
    """Return the styles of an artwork, the one with the largest weight first."""
    # Sorted here, because `order_by` on prefetched rows makes another query. The key makes the
    # order of equal weights stable.
    parts = sorted(artwork.artwork_styles.all(), key=lambda part: (-part.weight, part.pk))
    return [part.style for part in parts]


def picture_credit(artwork: Artwork) -> PictureCredit:
    """Return what the files of the artwork say about it."""
    # An uploaded picture has the license that others gave it, even before it is published.
    known = LICENSES.get(artwork.license or artwork.rights)
    owner = artwork.owner.public_name
    maker = artwork.creator or owner
    return PictureCredit(
        title=artwork.title,
        creators=(maker,),
        rights=_rights(artwork, maker, known.name if known else ""),
        license_url=known.url if known else "",
        credit=_credit_line(artwork, owner),
        made_by_model=not artwork.is_uploaded,
    )


def provenance_of(artwork: Artwork) -> Provenance:
    """Return what the files of the artwork say: the credit, and a passport if it was made here."""
    if artwork.is_uploaded:
        return Provenance(picture_credit(artwork))
    facts = facts_of(artwork.recipe, artwork.created_at.date(), artwork.painting)
    return Provenance(picture_credit(artwork), facts)


def caption_of(artwork: Artwork) -> list[str]:
    """Return the lines of a caption below the picture."""
    known = LICENSES.get(artwork.license or artwork.rights)
    maker = artwork.creator or artwork.owner.public_name
    named = f"“{artwork.title}” by {maker}" if artwork.title else maker
    first = f"{named}, {known.name}" if known else named
    return [first, *style_lines(styles_of(artwork))]


def _credit_line(artwork: Artwork, owner: str) -> str:
    if artwork.is_uploaded:
        return f"{artwork.creator}, shown by {owner}" if artwork.creator else owner
    return credit_line(owner, styles_of(artwork))


def _rights(artwork: Artwork, maker: str, license_name: str) -> str:
    """Return the sentence about rights. It is in English, because the file leaves the site."""
    if not license_name:
        return "" if artwork.rights == UNKNOWN_RIGHTS else copyright_of(maker)
    if license_name == LicenseId.ALL_RIGHTS_RESERVED.label:
        return f"{copyright_of(maker)}. All rights reserved."
    return f"{maker}, {license_name}"
