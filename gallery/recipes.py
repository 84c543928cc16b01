"""The recipe of an artwork, which has everything to make it again, and the credits."""

from collections.abc import Iterable
from typing import Any, Final

from gallery.models import Artwork
from inference.files.credits import copyright_of, credit_line, style_lines
from inference.models import Job, JobStyle, Revision
from library.credits import attribution, work_of
from library.licenses import LICENSES, UNKNOWN_RIGHTS, LicenseId
from library.models import Style
from style_transfer.imaging.metadata.xmp import PictureCredit

VERSION: Final = 1
# What the recipe says of the engine's report; inference/live/snapshots/report.py has the words.
REPORTED: Final = (
    *("source_size", "result_size", "conversions", "resized", "tiles", "device", "seconds"),
)


def recipe_of(job: Job) -> dict[str, Any]:
    """Return the recipe of a finished job: settings, versions of styles, engine and weights."""
    report = job.report
    return {
        "version": VERSION,
        "spec": job.spec,
        "seed": job.spec.get("seed"),
        "photo": {"width": job.photo.width, "height": job.photo.height},
        "styles": [_ingredient(part) for part in job.job_styles.select_related("style__artist")],
        "engine_version": report.get("engine_version", ""),
        "weights": report.get("weights", {}),
        "device": job.device,
        "stopped_early": job.stopped_early,
        "development": development_in_recipe(job.shown),
        "report": {name: report[name] for name in REPORTED if name in report},
    }


def development_in_recipe(revision: Revision | None) -> dict[str, Any] | None:
    """Return how the painting was developed afterwards; None for a picture as painted."""
    return {"strength": revision.strength, "color": revision.color} if revision else None


def _ingredient(part: JobStyle) -> dict[str, Any]:
    """Return the entry of one style in the recipe."""
    style = part.style
    return {
        "style": style.slug,
        "title": style.title,
        "artist": style.artist.name,
        "license": style.license,
        "version": part.version,
        "weight": part.weight,
        # The library stores only the hash of the current version. The job may have an older one.
        "image_sha256": style.image_sha256 if part.version == style.version else "",
    }


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
