"""What pages tell other sites and search engines about what they show."""

import json
from typing import Any, Final

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from common.derivatives import PREVIEW_SIDE, fitted_size
from gallery.embeds import frame_of
from gallery.models import Artwork, Gallery
from gallery.structured_data import image_object
from library.models import Style

register = template.Library()

# In a script element, these could end it or begin another one.
_ESCAPES: Final = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def site(context: dict[str, Any]) -> str:
    """Return the address of the site, without a slash at its end."""
    request = context["request"]
    return f"{request.scheme}://{request.get_host()}"


@register.simple_tag(takes_context=True)
def structured_data(context: dict[str, Any], artwork: Artwork) -> SafeString:
    """Return the description of an artwork as a block of data. Browsers do not run it."""
    text = json.dumps(image_object(context["request"], artwork), ensure_ascii=False)
    safe = mark_safe(text.translate(_ESCAPES))  # noqa: S308  # nothing in it ends the element
    return format_html('<script type="application/ld+json">{}</script>', safe)


@register.simple_tag(takes_context=True)
def embed_code(context: dict[str, Any], artwork: Artwork) -> str:
    """Return the HTML that shows an artwork on another site, as text of a page."""
    return escape(frame_of(context["request"], artwork)["html"])


@register.simple_tag
def face_of(gallery: Gallery) -> Artwork | None:
    """Return the public artwork that stands for a gallery."""
    # `with_summary` adds the column.
    row: Any = Gallery.objects.filter(pk=gallery.pk).with_summary(public_only=True)
    return Artwork.objects.filter(pk__in=row.values("face")).first()


@register.filter
def link_size(shown: Artwork | Style) -> tuple[int, int]:
    """Return the width and height of the link preview of an artwork or a style."""
    return fitted_size(shown.width, shown.height, PREVIEW_SIDE)


@register.filter
def translated(words: str) -> str:
    """Return the translation unescaped, so that it can be cut. `translate` would escape it."""
    return gettext(words)
