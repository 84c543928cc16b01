"""What search engines read about an artwork: schema.org's ImageObject."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from gallery.models import Artwork
from gallery.recipes import picture_credit
from style_transfer.imaging.metadata.xmp import MADE_BY_A_MODEL


def image_object(request: HttpRequest, artwork: Artwork) -> dict[str, Any]:
    """Return the description of a public artwork. Empty values are left out."""
    there, credit = request.build_absolute_uri, picture_credit(artwork)
    page = there(artwork.get_absolute_url())
    maker: dict[str, Any] = {"@type": "Person", "name": credit.creators[0]}
    if not artwork.creator:
        maker["url"] = there(reverse("person", args=[artwork.owner.username]))
    said = {
        "@context": "https://schema.org",
        "@type": "ImageObject",
        "@id": page,
        "url": page,
        "name": str(artwork),
        "description": artwork.alt_text,
        "contentUrl": there(reverse("artwork-file", args=[artwork.pk, "full"])),
        "thumbnailUrl": there(reverse("artwork-file", args=[artwork.pk, "link-preview"])),
        "width": artwork.width,
        "height": artwork.height,
        "creator": maker,
        "creditText": credit.credit,
        "copyrightNotice": credit.rights,
        "license": credit.license_url,
        # The page says what others may do, and whose the picture is.
        "acquireLicensePage": page,
        "keywords": ", ".join(each.tag for each in artwork.tags.all()),
        "datePublished": artwork.published_at.isoformat() if artwork.published_at else "",
        # Nobody knows how an uploaded picture was made, so nothing is said about it.
        "digitalSourceType": MADE_BY_A_MODEL if credit.made_by_model else "",
    }
    return {name: value for name, value in said.items() if value}
