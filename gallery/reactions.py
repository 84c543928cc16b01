"""Likes and favorites of artworks.

Each write first locks the row of the artwork. So likes are counted one after the other, and an
artwork is not deleted between the check and the write.
"""

from typing import ClassVar

from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.access import Action, Viewer, can
from gallery.models import Artwork, FavoriteArtwork, Like
from gallery.notices import take_back_like, tell_of_like
from library.favorites import MAX_FAVORITES, TooManyFavorites


class OwnArtwork(Exception):
    """The user likes an artwork of their own."""

    code = "own_artwork"
    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__(_("This picture is yours. Only others can like it."))


@transaction.atomic
def like_artwork(*, person: User, artwork: Artwork) -> int:
    """Like `artwork`, and return how many likes it has now. It is safe to repeat this.

    Raises `OwnArtwork`, or Http404 if `person` cannot see the artwork now.
    """
    row = _locked(person, artwork)
    if row.owner_id == person.pk:
        raise OwnArtwork
    _like, is_new = Like.objects.get_or_create(artwork=row, owner=person)
    if is_new:
        Artwork.objects.filter(pk=row.pk).update(like_count=F("like_count") + 1)
        tell_of_like(artwork=row)
    return row.like_count + is_new


@transaction.atomic
def unlike_artwork(*, person: User, artwork: Artwork) -> None:
    """Take back the like of `person`, if there is one. It need not be visible any more."""
    # Every write locks the artwork first.
    row = Artwork.with_trash.select_for_update(of=("self",)).filter(pk=artwork.pk).first()
    gone, _rows = Like.objects.filter(artwork=artwork.pk, owner=person).delete()
    if row is not None and gone:
        Artwork.with_trash.filter(pk=row.pk).update(like_count=F("like_count") - 1)
        take_back_like(artwork=row)


@transaction.atomic
def favor_artwork(*, person: User, artwork: Artwork) -> None:
    """Put `artwork` among the favorites of `person`. It is safe to repeat this.

    Raises `TooManyFavorites`, or Http404 if `person` cannot see the artwork now.
    """
    row = _locked(person, artwork)
    mine = FavoriteArtwork.objects.filter(owner=person)
    if not mine.filter(artwork=row).exists():
        if mine.count() >= MAX_FAVORITES:
            raise TooManyFavorites
        FavoriteArtwork.objects.create(owner=person, artwork=row)


def unfavor_artwork(*, person: User, artwork: Artwork) -> None:
    """Take `artwork` out of the favorites of `person`. It need not be visible any more."""
    FavoriteArtwork.objects.filter(owner=person, artwork=artwork.pk).delete()


def _locked(person: User, artwork: Artwork) -> Artwork:
    """Return the row, locked until the transaction ends."""
    row = Artwork.objects.select_for_update(of=("self",)).filter(pk=artwork.pk).first()
    if row is None or not can(Viewer(person), Action.VIEW, row):
        raise Http404
    return row
