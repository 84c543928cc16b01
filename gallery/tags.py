"""The tags of artworks: words that their owner chose, by which others find them."""

import unicodedata
from collections.abc import Sequence
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.search import folded
from common.text import visible_text
from gallery.indexing import lock_artwork, search_text_of
from gallery.models import Artwork, ArtworkTag
from gallery.models.tags import MAX_TAG, MAX_TAGS
from gallery.services import rename_artwork


class TagsRefused(Exception):
    """The tags cannot be like this."""

    code = "invalid"
    status: ClassVar[int] = 422
    field = "tags"
    sentence: ClassVar[object] = ""

    def __init__(self) -> None:
        super().__init__(self.sentence)


class TooManyTags(TagsRefused):
    """There are more tags than an artwork can have."""

    code = "too_many_tags"
    sentence = _("A picture can have 12 tags. Remove some.")


class TagTooLong(TagsRefused):
    """A tag is longer than a word or two."""

    code = "tag_too_long"
    sentence = _("A tag can have 40 characters. Write shorter ones, with commas between them.")


@transaction.atomic
def tag_artwork(*, artwork: Artwork, tags: Sequence[str]) -> Artwork:
    """Give `artwork` these tags in place of those that it has. Raises `TagsRefused`.

    Spellings that differ only in case or accents are one tag.
    """
    row = lock_artwork(artwork)
    clean = _clean(tags)
    ArtworkTag.objects.filter(artwork=row).delete()
    ArtworkTag.objects.bulk_create(
        ArtworkTag(artwork=row, tag=tag, key=key) for key, tag in clean.items()
    )
    row.search_text = artwork.search_text = search_text_of(row)
    row.save(update_fields=["search_text"])
    return artwork


@transaction.atomic
def label_artwork(*, artwork: Artwork, tags: Sequence[str] | None = None, **texts: str) -> Artwork:
    """Change the texts and the tags of `artwork` together, or nothing. Raises `TagsRefused`."""
    if texts:
        rename_artwork(artwork=artwork, **texts)
    if tags is not None:
        tag_artwork(artwork=artwork, tags=tags)
    return artwork


def _clean(tags: Sequence[str]) -> dict[str, str]:
    """Return the tags by their keys, in their order. One of which nothing is left is left out."""
    clean: dict[str, str] = {}
    for each in tags:
        text = unicodedata.normalize("NFKC", visible_text(each)).replace(",", " ")
        tag = " ".join(text.split()).lstrip("# ")
        if len(tag) > MAX_TAG:
            raise TagTooLong
        if key := folded(tag)[: 4 * MAX_TAG]:
            clean.setdefault(key, tag)
    if len(clean) > MAX_TAGS:
        raise TooManyTags
    return clean
