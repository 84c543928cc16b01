"""What the user of a page said about an artwork or a style with one click."""

from typing import Any

from django import template

from accounts.models import User
from gallery.models import Artwork, FavoriteArtwork, Like

register = template.Library()


@register.simple_tag(takes_context=True)
def likes_it(context: dict[str, Any], artwork: Artwork) -> bool:
    """Tell whether the user likes `artwork`."""
    user = context["request"].user
    return isinstance(user, User) and Like.objects.filter(owner=user, artwork=artwork).exists()


@register.simple_tag(takes_context=True)
def is_favorite(context: dict[str, Any], artwork: Artwork) -> bool:
    """Tell whether `artwork` is among the favorites of the user."""
    user = context["request"].user
    return (
        isinstance(user, User)
        and FavoriteArtwork.objects.filter(owner=user, artwork=artwork).exists()
    )
