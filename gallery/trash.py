"""The trash: delete so that it can be undone, and restore. gallery/trash_emptying.py empties it.

What is in the trash is gone for everybody at once. Its files stay, and a restored artwork gets its
places in galleries back.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from gallery.galleries import MAX_ITEMS, free_slug, lock_galleries
from gallery.models import Artwork, Gallery, GalleryItem, TrashedItem
from inference.services.jobs import touch_job
from library.models import Style


class Restored(NamedTuple):
    """What came back from the trash."""

    artworks: list[Artwork]
    galleries: list[Gallery]
    full: list[Gallery]
    """Galleries that have no room any more for an artwork that was in them."""
    unpublished: list[Artwork]
    """Artworks that were public. One of their styles was withdrawn while they were in the trash."""


@transaction.atomic
def trash_artworks(*, owner: User, artworks: Collection[UUID]) -> tuple[int, datetime]:
    """Put these artworks of `owner` in the trash. Return how many, and the time for an undo.

    An artwork that is not there any more is left out.
    """
    lock_galleries(owner.pk)
    now = timezone.now()
    mine = Artwork.objects.filter(owner=owner, pk__in=artworks)
    found = list(mine.select_for_update().only("job"))
    ids = [each.pk for each in found]
    items = GalleryItem.objects.filter(artwork__in=ids)
    TrashedItem.objects.bulk_create(
        TrashedItem(artwork_id=item.artwork_id, gallery_id=item.gallery_id, position=item.position)
        for item in items
    )
    _next_versions({item.gallery_id for item in items})
    items.delete()
    Artwork.objects.filter(pk__in=ids).update(trashed_at=now)
    _tell_clients(found)
    return len(ids), now


@transaction.atomic
def trash_gallery(*, gallery: Gallery) -> datetime:
    """Put `gallery` in the trash, and return the time for an undo. Its artworks stay."""
    lock_galleries(gallery.owner_id)
    now = timezone.now()
    Gallery.objects.filter(pk=gallery.pk).update(trashed_at=now)
    return now


@transaction.atomic
def restore(
    *, owner: User, artworks: Collection[UUID] = (), galleries: Collection[UUID] = ()
) -> Restored:
    """Take these out of the trash of `owner`. What is not in it is left out."""
    lock_galleries(owner.pk)
    back = _restore_galleries(owner, galleries)
    found = Artwork.with_trash.in_trash().filter(owner=owner, pk__in=artworks)
    pictures = list(found.select_for_update())
    unpublished = _unpublish_withdrawn(pictures)
    ids = [each.pk for each in pictures]
    Artwork.with_trash.filter(pk__in=ids).update(trashed_at=None)
    full = _put_back(ids)
    _tell_clients(pictures)
    return Restored(pictures, back, full, unpublished)


def undo(*, owner: User, at: datetime) -> Restored:
    """Restore everything that `owner` deleted at the time `at`."""
    artworks = Artwork.with_trash.in_trash().filter(owner=owner, trashed_at=at)
    galleries = Gallery.with_trash.in_trash().filter(owner=owner, trashed_at=at)
    return restore(
        owner=owner,
        artworks=list(artworks.values_list("pk", flat=True)),
        galleries=list(galleries.values_list("pk", flat=True)),
    )


def _restore_galleries(owner: User, galleries: Collection[UUID]) -> list[Gallery]:
    back = list(Gallery.with_trash.in_trash().filter(owner=owner, pk__in=galleries))
    for gallery in back:
        taken = Gallery.objects.filter(owner=owner, slug=gallery.slug).exists()
        slug = free_slug(owner, gallery.title) if taken else gallery.slug
        Gallery.with_trash.filter(pk=gallery.pk).update(trashed_at=None, slug=slug)
        gallery.trashed_at, gallery.slug = None, slug
    return back


def _unpublish_withdrawn(artworks: Iterable[Artwork]) -> list[Artwork]:
    """Make the artworks private that nobody could publish now, and return them."""
    public = [each.pk for each in artworks if each.visibility == Artwork.Visibility.PUBLIC]
    withdrawn = Artwork.with_trash.filter(pk__in=public, styles__state=Style.State.WITHDRAWN)
    found = list(withdrawn.distinct())
    Artwork.with_trash.filter(pk__in=[each.pk for each in found]).update(
        visibility=Artwork.Visibility.PRIVATE, published_at=None
    )
    return found


def _put_back(artworks: Collection[UUID]) -> list[Gallery]:
    """Put the artworks in the galleries that they were in. Return the galleries that are full."""
    places = TrashedItem.objects.filter(artwork__in=artworks)
    full = [
        place
        for place, items in groupby(places.order_by("gallery"), attrgetter("gallery_id"))
        if not _insert(place, list(items))
    ]
    places.delete()
    return list(Gallery.objects.filter(pk__in=full))


def _insert(gallery: UUID, places: list[TrashedItem]) -> bool:
    """Insert artworks at their old places. Return whether there was room for all of them."""
    items = GalleryItem.objects.filter(gallery=gallery)
    order = list(items.values_list("position", "artwork_id"))
    kept = sorted(places, key=attrgetter("position"))[: max(0, MAX_ITEMS - len(order))]
    # Before the one that has this place now.
    before = [(place.position, -1, place.artwork_id) for place in kept]
    merged = sorted([*before, *((position, 0, artwork) for position, artwork in order)])
    if len({position for position, *_ in merged}) == len(merged):
        _create(gallery, ((place.position, place.artwork_id) for place in kept))
    else:
        items.delete()
        _create(gallery, enumerate(artwork for *_, artwork in merged))
    _next_versions({gallery})
    return len(kept) == len(places)


def _create(gallery: UUID, places: Iterable[tuple[int, UUID]]) -> None:
    GalleryItem.objects.bulk_create(
        GalleryItem(gallery_id=gallery, artwork_id=artwork, position=position)
        for position, artwork in places
    )


def _next_versions(galleries: Collection[UUID]) -> None:
    """Let clients see that the artworks of these galleries have changed."""
    Gallery.with_trash.filter(pk__in=galleries).update(version=F("version") + 1)


def _tell_clients(artworks: Iterable[Artwork]) -> None:
    """Send new snapshots of the jobs, because these name the artworks that were kept of them."""
    for artwork in artworks:
        if artwork.job_id is not None:
            touch_job(job_id=artwork.job_id)
