"""What the search of the public gallery looks into: a column of words and one of colors.

Each write to one of the texts keeps the column up to date, with the row of the artwork locked.
The names of people change more often, and are looked up in a column of their own.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404

from common.search import searchable
from gallery.models import Artwork, ArtworkStyle, ArtworkTag


def lock_artwork(artwork: Artwork) -> Artwork:
    """Return the row as it is now, locked until the transaction ends. Raises Http404."""
    rows = Artwork.objects.select_for_update(of=("self",)).select_related("owner")
    row = rows.filter(pk=artwork.pk).first()
    if row is None:
        # It was deleted at the same time.
        raise Http404
    return row


def search_text_of(artwork: Artwork) -> str:
    """Return the words of an artwork: its own, its tags, and the labels of its styles."""
    parts = artwork.artwork_styles.select_related("style__artist").order_by("pk")
    return _text(artwork, parts, artwork.tags.order_by("pk"))


def _text(artwork: Artwork, parts: Iterable[ArtworkStyle], tags: Iterable[ArtworkTag]) -> str:
    labels = [text for part in parts for text in (part.style.title, part.style.artist.name)]
    own = (artwork.title, artwork.alt_text, artwork.creator)
    return searchable(*own, *(each.tag for each in tags), *labels)


def color_column(names: Iterable[str]) -> str:
    """Return how the column keeps the names of colors."""
    return f" {' '.join(names)} "


def refresh_search(*, batch: int = 500) -> int:
    """Write the search text of every artwork again, and return how many had another one.

    A curator may have renamed a style, or rows may have been written in bulk.
    """
    changed = 0
    parts = ArtworkStyle.objects.select_related("style__artist").order_by("pk")
    rows = Artwork.with_trash.order_by("pk").prefetch_related(
        Prefetch("artwork_styles", parts), Prefetch("tags", ArtworkTag.objects.order_by("pk"))
    )
    found = list(rows[:batch])
    while found:
        for artwork in found:
            # Almost all of them are up to date, so they are compared without a lock.
            text = _text(artwork, artwork.artwork_styles.all(), artwork.tags.all())
            changed += text != artwork.search_text and _refresh(artwork)
        found = list(rows.filter(pk__gt=found[-1].pk)[:batch])
    return changed


@transaction.atomic
def _refresh(artwork: Artwork) -> bool:
    """Write the search text of one artwork, and return False if it was deleted before."""
    # Made again of the locked row: its owner may have changed it since it was read.
    row = Artwork.with_trash.select_for_update(of=("self",)).filter(pk=artwork.pk).first()
    if row is not None:
        row.search_text = search_text_of(row)
        row.save(update_fields=["search_text"])
    return row is not None
