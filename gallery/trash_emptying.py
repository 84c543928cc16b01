"""Deletion for good: one thing from the trash, the whole trash, and what was in it long enough."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from django.db import transaction

from accounts.models import User
from gallery.galleries import delete_gallery, lock_galleries
from gallery.models import Artwork, ArtworkQuerySet, Gallery, GalleryQuerySet
from gallery.services import delete_artwork

logger = logging.getLogger(__name__)
# A request or a round deletes this many, and the next round the others.
AT_ONCE: Final = 200
# Rows that were put in the trash at this time are deleted in the next round.
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@transaction.atomic
def delete_trashed_artwork(*, artwork: Artwork) -> bool:
    """Delete an artwork in the trash, and its files. Return False if it was restored before."""
    lock_galleries(artwork.owner_id)
    trashed = Artwork.with_trash.filter(pk=artwork.pk, trashed_at__isnull=False)
    # Read again: the names of its files may have changed before it was put in the trash.
    found = trashed.select_for_update().first()
    if found is None:
        return False
    delete_artwork(artwork=found)
    return True


@transaction.atomic
def delete_trashed_gallery(*, gallery: Gallery) -> bool:
    """Delete a gallery in the trash. Return False if it was restored before."""
    lock_galleries(gallery.owner_id)
    found = Gallery.with_trash.filter(pk=gallery.pk, trashed_at__isnull=False).first()
    if found is None:
        return False
    delete_gallery(gallery=found)
    return True


def empty_trash_of(*, owner: User) -> None:
    """Delete everything in the trash of `owner` for good.

    Nothing of it can be restored from now on. If there is much, a part of the files goes later.
    """
    _expire_artworks(owner=owner)
    _expire_galleries(owner=owner)
    _delete_artworks(Artwork.with_trash.owned_by(owner))
    _delete_galleries(Gallery.with_trash.owned_by(owner))


def empty_trash_of_artworks(*, owner: User) -> None:
    """Delete the artworks in the trash of `owner` for good."""
    _expire_artworks(owner=owner)
    _delete_artworks(Artwork.with_trash.owned_by(owner))


def empty_trash_of_galleries(*, owner: User) -> None:
    """Delete the galleries in the trash of `owner` for good."""
    _expire_galleries(owner=owner)
    _delete_galleries(Gallery.with_trash.owned_by(owner))


def _expire_artworks(*, owner: User) -> None:
    Artwork.with_trash.in_trash().filter(owner=owner).update(trashed_at=LONG_AGO)


def _expire_galleries(*, owner: User) -> None:
    Gallery.with_trash.in_trash().filter(owner=owner).update(trashed_at=LONG_AGO)


def empty_trash() -> int:
    """Delete what was in the trash long enough, and return how many. Each in a transaction."""
    return _delete_artworks(Artwork.with_trash.all()) + _delete_galleries(Gallery.with_trash.all())


def _delete_artworks(artworks: ArtworkQuerySet) -> int:
    """Delete those of `artworks` that were in the trash long enough, and return how many."""
    overdue = artworks.overdue().order_by("trashed_at")[:AT_ONCE]
    return sum(_succeeds(partial(delete_trashed_artwork, artwork=each), each) for each in overdue)


def _delete_galleries(galleries: GalleryQuerySet) -> int:
    """Delete those of `galleries` that were in the trash long enough, and return how many."""
    overdue = galleries.overdue().order_by("trashed_at")[:AT_ONCE]
    return sum(_succeeds(partial(delete_trashed_gallery, gallery=each), each) for each in overdue)


def _succeeds(delete: Callable[[], bool], row: Artwork | Gallery) -> bool:
    """Delete a row, and return whether it is gone now. If this fails, the others still go."""
    try:
        return delete()
    except Exception:  # whatever one row raises, the round goes on
        logger.exception("%s %s could not be deleted yet", type(row).__name__, row.pk)
        return False
