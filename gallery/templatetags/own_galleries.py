"""The galleries and the profile picture of the user, for the pages of other packages."""

from typing import Any

from django import template

from gallery.models import Artwork, Gallery, GalleryQuerySet
from gallery.people import avatar_of

register = template.Library()


@register.simple_tag(takes_context=True)
def own_galleries(context: dict[str, Any]) -> GalleryQuerySet:
    """Return the galleries of the user, by title."""
    return Gallery.objects.owned_by(context["request"].user).only("title").order_by("title")


@register.simple_tag(takes_context=True)
def own_avatar(context: dict[str, Any]) -> Artwork | None:
    """Return the profile picture of the user, if everybody can see it."""
    return avatar_of(context["request"].user)
