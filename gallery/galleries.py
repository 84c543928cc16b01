"""All writes to galleries: create, change, fill, put in order, delete for good.

Each write to a gallery, and each deletion or restoration of an artwork, first takes the lock
`galleries of OWNER`. Artworks are only in galleries of their owner, so an artwork cannot disappear
while it is put in.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.locks import lock_until_commit
from common.text import visible_text
from gallery.models import Artwork, Gallery, GalleryItem
from gallery.notices import tell_of_gallery
from gallery.refusals import FieldRefused

MAX_GALLERIES: Final = 200
MAX_ITEMS: Final = 500
LONGEST_SLUG: Final = 80


class GalleryRefused(FieldRefused):
    """A gallery cannot be like this."""


class TitleEmpty(GalleryRefused):
    """Nothing of the title can be seen."""

    code = "title_empty"
    sentence = _("Give the gallery a title with at least one letter or digit.")


class SlugEmpty(GalleryRefused):
    """Nothing of the slug can be a part of an address."""

    code = "slug_empty"
    sentence = _("Use at least one letter or digit in the address.")


class SlugTaken(GalleryRefused):
    """Another gallery of the user has this slug."""

    code = "slug_taken"
    sentence = _("You have another gallery with this address. Choose another one.")


class UnknownArtwork(GalleryRefused):
    """An artwork is not there, or belongs to another user, which gets the same answer."""

    code = "unknown_artwork"
    sentence = _("This picture does not exist, or it is not yours.")


class ArtworkTwice(GalleryRefused):
    """The same artwork is named twice."""

    code = "artwork_twice"
    sentence = _("A picture can be in a gallery only once.")


class GalleryFull(GalleryRefused):
    """The gallery would have more artworks than it can hold."""

    code = "gallery_full"
    sentence = _("A gallery can hold 500 pictures. Make another gallery for the others.")


class GalleryChanged(Exception):
    """The artworks of the gallery were changed after the user saw them."""

    code = "gallery_changed"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(
            _("This gallery was changed in another window. Reload the page and try again.")
        )


class TooManyGalleries(Exception):
    """The user has as many galleries as one may have."""

    code = "too_many_galleries"
    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "You have 200 galleries, including those in the trash, which is the limit. Delete "
                "one permanently first."
            )
        )


def lock_galleries(owner_id: int) -> None:
    """Make other writes to the galleries of this user wait until the transaction ends."""
    lock_until_commit(f"galleries of {owner_id}")


@transaction.atomic
def create_gallery(*, owner: User, title: str, slug: str = "", **values: Any) -> Gallery:
    """Create an empty gallery. Without a slug it gets one from its title.

    Raises `GalleryRefused` or `TooManyGalleries`.
    """
    lock_galleries(owner.pk)
    # With those in the trash, so that each of them can be restored.
    if Gallery.with_trash.filter(owner=owner).count() >= MAX_GALLERIES:
        raise TooManyGalleries
    gallery = Gallery(owner=owner)
    shown = _checked_title(title)
    _set(gallery, {**values, "title": shown, "slug": slug or free_slug(owner, shown)})
    gallery.save(force_insert=True)
    return gallery


@transaction.atomic
def change_gallery(*, gallery: Gallery, **values: Any) -> Gallery:
    """Change the given values of `gallery`: title, slug, text, layout, visibility or cover.

    Raises `GalleryRefused`.
    """
    lock_galleries(gallery.owner_id)
    changed = _set(gallery, values)
    if values.get("visibility") == Gallery.Visibility.PRIVATE:
        # "Only me" includes people with a link.
        gallery.share_links.filter(revoked_at=None).update(revoked_at=timezone.now())
    # Only the given fields are saved: another request may change the others at the same time.
    Gallery.objects.filter(pk=gallery.pk).update(
        **{each: getattr(gallery, each) for each in changed}
    )
    return gallery


def _set(gallery: Gallery, values: Mapping[str, Any]) -> list[str]:
    """Check `values` and set them on the row. Return the names of its changed fields."""
    for name, value in values.items():
        check = _CHECKS.get(name)
        setattr(gallery, name, check(gallery, value) if check else value)
    changed = list(values)
    if "visibility" in values:
        is_public = gallery.visibility == Gallery.Visibility.PUBLIC
        # A gallery that stays public keeps its place in lists.
        gallery.published_at = (gallery.published_at or timezone.now()) if is_public else None
        changed.append("published_at")
    return changed


def _checked_title(title: str) -> str:
    shown = visible_text(title)
    if not shown:
        raise TitleEmpty("title")
    return shown


def _checked_slug(gallery: Gallery, slug: str) -> str:
    """Return the slug as it is stored. Raises `GalleryRefused` for one that is used or empty."""
    clean = slugify(slug, allow_unicode=True)[:LONGEST_SLUG]
    if not clean:
        raise SlugEmpty("slug")
    others = Gallery.objects.filter(owner_id=gallery.owner_id, slug=clean).exclude(pk=gallery.pk)
    if others.exists():
        raise SlugTaken("slug")
    return clean


def _checked_cover(gallery: Gallery, cover: Artwork | None) -> Artwork | None:
    if cover and not GalleryItem.objects.filter(gallery=gallery, artwork=cover).exists():
        raise UnknownArtwork("cover")
    return cover


_CHECKS: Final[Mapping[str, Any]] = {
    "title": lambda _gallery, title: _checked_title(title),
    "slug": _checked_slug,
    "text": lambda _gallery, text: visible_text(text),
    "cover": _checked_cover,
}


def free_slug(owner: User, title: str) -> str:
    """Return a slug like `title` that no gallery of `owner` has."""
    # The number that may follow needs some room.
    base = slugify(title, allow_unicode=True)[: LONGEST_SLUG - 4].strip("-") or "gallery"
    used = set(Gallery.objects.filter(owner=owner).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, MAX_GALLERIES + 2))
    return next(slug for slug in (base, *numbered) if slug not in used)


@transaction.atomic
def arrange_gallery(*, gallery: Gallery, artworks: Sequence[UUID], version: int) -> Gallery:
    """Make `artworks` the content of `gallery`, in this order. Others are taken out of it.

    `version` is the one that the user saw. Raises `GalleryChanged` if there is a newer one, and
    `GalleryRefused`; then the gallery stays as it is.
    """
    lock_galleries(gallery.owner_id)
    if len(set(artworks)) < len(artworks):
        raise ArtworkTwice("artworks")
    _check_room(len(artworks))
    _check_owned(gallery, artworks)
    _take_version(gallery, version)
    GalleryItem.objects.filter(gallery=gallery).delete()
    _insert(gallery, artworks, first=0)
    if gallery.cover_id not in artworks:
        Gallery.objects.filter(pk=gallery.pk).update(cover=None)
    gallery.refresh_from_db(fields=["version", "cover"])
    return gallery


@transaction.atomic
def add_to_gallery(*, gallery: Gallery, artworks: Iterable[UUID]) -> int:
    """Put `artworks` at the end of `gallery`, and return how many were not in it before.

    Raises `GalleryRefused` or `GalleryChanged`; then the gallery stays as it is.
    """
    lock_galleries(gallery.owner_id)
    items = GalleryItem.objects.filter(gallery=gallery)
    there = set(items.values_list("artwork", flat=True))
    # A dictionary keeps the order, and each artwork once.
    more = [pk for pk in dict.fromkeys(artworks) if pk not in there]
    _check_room(len(there) + len(more))
    _check_owned(gallery, more)
    if more:
        # A gallery that was deleted at the same time has no row to update.
        if not Gallery.objects.filter(pk=gallery.pk).update(version=F("version") + 1):
            raise GalleryChanged
        last = items.aggregate(last=Max("position"))["last"]
        _insert(gallery, more, first=0 if last is None else last + 1)
        gallery.refresh_from_db(fields=["version"])
    return len(more)


def _check_room(size: int) -> None:
    if size > MAX_ITEMS:
        raise GalleryFull("artworks")


def _check_owned(gallery: Gallery, artworks: Sequence[UUID]) -> None:
    """Raise `GalleryRefused` unless all of `artworks` belong to the owner of the gallery."""
    found = Artwork.objects.filter(owner=gallery.owner_id, pk__in=artworks).count()
    if found != len(artworks):
        raise UnknownArtwork("artworks")


def _take_version(gallery: Gallery, version: int) -> None:
    """Move the gallery on from `version`. Raises `GalleryChanged` if it is not at this version."""
    same = Gallery.objects.filter(pk=gallery.pk, version=version)
    if not same.update(version=F("version") + 1):
        raise GalleryChanged


def _insert(gallery: Gallery, artworks: Sequence[UUID], *, first: int) -> None:
    GalleryItem.objects.bulk_create(
        GalleryItem(gallery=gallery, artwork_id=pk, position=position)
        for position, pk in enumerate(artworks, first)
    )


@transaction.atomic
def delete_gallery(*, gallery: Gallery) -> None:
    """Delete `gallery` for good. Its artworks stay."""
    lock_galleries(gallery.owner_id)
    gallery.delete()


@transaction.atomic
def hide_gallery(*, gallery: Gallery, by: User | None = None) -> None:
    """Hide a public gallery. Its owner still sees it, and its artworks are not changed."""
    _moderate(gallery, Artwork.Moderation.HIDDEN, by)


@transaction.atomic
def show_gallery(*, gallery: Gallery, by: User | None = None) -> None:
    """Show a hidden gallery to everybody again."""
    _moderate(gallery, Artwork.Moderation.VISIBLE, by)


def _moderate(gallery: Gallery, decision: Artwork.Moderation, by: User | None) -> None:
    """Write the decision of the moderator `by`, and tell the owner if it is another one."""
    rows = Gallery.objects.filter(pk=gallery.pk).exclude(moderation=decision)
    if rows.update(moderation=decision):
        is_hidden = decision == Artwork.Moderation.HIDDEN
        tell_of_gallery(gallery=gallery, is_hidden=is_hidden, by=by)
