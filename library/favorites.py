"""The favorite styles of a user."""

from typing import ClassVar, Final

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from library.models import FavoriteStyle, Style

MAX_FAVORITES: Final = 5000


class TooManyFavorites(Exception):
    """The user has as many favorites as one may have."""

    code = "too_many_favorites"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(_("You have 5000 favorites, which is the limit. Remove some first."))


@transaction.atomic
def favor_style(*, person: User, style: Style) -> None:
    """Put `style` among the favorites of `person`. It is safe to repeat this.

    Raises `TooManyFavorites`, or Http404 if `person` cannot see the style now.
    """
    # Locked, so that it is not deleted before the favorite is written.
    seen = Style.objects.visible_to(person).select_for_update(of=("self",))
    row = seen.filter(pk=style.pk).first()
    if row is None:
        raise Http404
    mine = FavoriteStyle.objects.filter(owner=person)
    if not mine.filter(style=row).exists():
        if mine.count() >= MAX_FAVORITES:
            raise TooManyFavorites
        FavoriteStyle.objects.create(owner=person, style=row)


def unfavor_style(*, person: User, slug: str) -> None:
    """Take a style out of the favorites of `person`. It need not be visible any more."""
    FavoriteStyle.objects.filter(owner=person, style__slug=slug).delete()
