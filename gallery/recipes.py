"""How an artwork was made: all that is needed to make it again, and the credits."""

from collections.abc import Iterable
from typing import Any, Final

from gallery.models import Artwork
from gallery.xmp import PictureCredit, build_xmp
from inference.models import Job, JobStyle
from library.credits import attribution, work_of
from library.licenses import LICENSES, LicenseId
from library.models import Style

VERSION: Final = 1


def recipe_of(job: Job) -> dict[str, Any]:
    """Return the recipe of a finished job: settings, styles as they were, engine and weights."""
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
    }


def _ingredient(part: JobStyle) -> dict[str, Any]:
    """Return what the recipe says of one style."""
    style = part.style
    return {
        "style": style.slug,
        "title": style.title,
        "artist": style.artist.name,
        "license": style.license,
        "version": part.version,
        "weight": part.weight,
        # The hash is of the version that is in the library now, which may differ from the one used.
        "image_sha256": style.image_sha256 if part.version == style.version else "",
    }


def credit_text(styles: Iterable[Style]) -> str:
    """Return the credit of a picture made after `styles`, a line each."""
    return attribution([work_of(style) for style in styles], form="text")


def styles_of(artwork: Artwork) -> list[Style]:
    """Return the styles of an artwork, the weightiest first."""
    parts = artwork.artwork_styles.select_related("style__artist").order_by("-weight", "pk")
    return [part.style for part in parts]


def embedded_credit(artwork: Artwork) -> bytes:
    """Return the XMP packet that the artwork's files carry."""
    known = LICENSES.get(artwork.license)
    after = "; ".join(f"{style.title}, {style.artist.name}" for style in styles_of(artwork))
    owner = artwork.owner.public_name
    return build_xmp(
        PictureCredit(
            title=artwork.title,
            creators=(owner,),
            rights=_rights(owner, known.name if known else ""),
            license_url=known.url if known else "",
            credit=f"{owner}, made with Styleweb after {after}" if after else owner,
        )
    )


def _rights(owner: str, license_name: str) -> str:
    """Return the sentence about rights, in English, as it leaves the site with the file."""
    if not license_name:
        return ""
    if license_name == LicenseId.ALL_RIGHTS_RESERVED.label:
        return f"© {owner}. All rights reserved."
    return f"{owner}, {license_name}"
