"""Notices: written where something happens, or found by a task that looks for it, and read."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from gallery.models import Artwork, ArtworkStyle, Gallery, Notice, ShareLink
from gallery.models.notices import MAX_TITLE
from inference.models import Batch, Job
from library.models import Style

Kind = Notice.Kind
# A link is announced this long before it ends, if it was made for longer.
BEFORE_THE_END: Final = timedelta(days=3)
# The task looks for batches that ended in this time: before, nobody waited for a notice.
RECENT: Final = timedelta(days=3)


def tell(*, owner_id: int, kind: Notice.Kind, about: object, title: str, count: int = 1) -> None:
    """Tell a user of something. It becomes new again if it was told before."""
    now = timezone.now()
    values: dict[str, Any] = {
        "title": title[:MAX_TITLE],
        "count": count,
        "created_at": now,
        "read_at": None,
    }
    Notice.objects.update_or_create(
        owner_id=owner_id,
        kind=kind,
        about=str(about),
        # What waits to be mailed keeps its turn.
        defaults={**values, "waits_since": Coalesce("waits_since", Value(now))},
        create_defaults={**values, "waits_since": now},
    )


def tell_of_like(*, artwork: Artwork) -> None:
    """Tell the owner of `artwork` that it has one more like. Its row is locked.

    All likes that come before the notice is read are one notice.
    """
    before = Notice.objects.unread().filter(
        owner=artwork.owner_id, kind=Kind.LIKED, about=str(artwork.pk)
    )
    count = before.values_list("count", flat=True).first() or 0
    _tell_of_artwork(artwork, Kind.LIKED, count=count + 1)


def take_back_like(*, artwork: Artwork) -> None:
    """Count one like less in a notice that was not read. The row of `artwork` is locked."""
    mine = Notice.objects.unread().filter(
        owner=artwork.owner_id, kind=Kind.LIKED, about=str(artwork.pk)
    )
    for notice in mine:
        if notice.count > 1:
            mine.update(count=notice.count - 1)
        else:
            mine.delete()


def tell_of_decision(*, artworks: Iterable[Artwork], is_hidden: bool, by: User | None) -> None:
    """Tell the owners of published artworks that a moderator hid them, or shows them again."""
    for artwork in artworks:
        if artwork.visibility == Artwork.Visibility.PUBLIC and (
            by is None or artwork.owner_id != by.pk
        ):
            _tell_of_artwork(artwork, Kind.HIDDEN if is_hidden else Kind.SHOWN)


def _tell_of_artwork(artwork: Artwork, kind: Notice.Kind, count: int = 1) -> None:
    tell(owner_id=artwork.owner_id, kind=kind, about=artwork.pk, title=str(artwork), count=count)


def tell_of_gallery(*, gallery: Gallery, is_hidden: bool, by: User | None) -> None:
    """Tell the owner of `gallery` that a moderator hid it, or shows it again."""
    if by is None or by.pk != gallery.owner_id:
        kind = Kind.GALLERY_HIDDEN if is_hidden else Kind.GALLERY_SHOWN
        tell(owner_id=gallery.owner_id, kind=kind, about=gallery.pk, title=gallery.title)


def gather_notices() -> int:
    """Tell of what no request does: batches that are done, links that end, withdrawn styles.

    Each is told once. Returns how many were told.
    """
    found = _new([*_done_batches(), *_ending_links(), *_withdrawn_styles()])
    for each in found:
        each.waits_since = each.created_at
    # Another round may have told one of them a moment ago.
    Notice.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


def _new(found: list[Notice]) -> list[Notice]:
    """Leave out what was told before."""
    rows = Notice.objects.filter(
        # The index begins with the owner.
        owner__in={each.owner_id for each in found},
        kind__in={each.kind for each in found},
        about__in={each.about for each in found},
    )
    told = set(rows.values_list("owner_id", "kind", "about"))
    return [each for each in found if (each.owner_id, each.kind, each.about) not in told]


def _done_batches() -> list[Notice]:
    jobs = Job.objects.filter(in_batch=OuterRef("pk"))
    recent = Batch.objects.filter(
        ~Exists(jobs.active()), Exists(jobs.filter(completed_at__gt=timezone.now() - RECENT))
    )
    # Nobody waits for what was canceled.
    awaited = Count("jobs", filter=~Q(jobs__state=Job.State.CANCELED))
    sizes = recent.annotate(size=awaited).values_list("pk", "owner_id", "size")
    return [
        Notice(owner_id=owner, kind=Kind.BATCH_DONE, about=str(pk), count=size)
        for pk, owner, size in sizes
        if size
    ]


def _ending_links() -> list[Notice]:
    now = timezone.now()
    ending = ShareLink.objects.filter(
        revoked_at=None, expires_at__gt=now, expires_at__lt=now + BEFORE_THE_END
    )
    # A link that was made for a few days only needs no notice, and a link to something in the trash
    # shows nothing.
    lasting = ending.filter(
        expires_at__gt=F("created_at") + 2 * BEFORE_THE_END,
        artwork__trashed_at=None,
        gallery__trashed_at=None,
    )
    return [
        Notice(
            owner_id=link.owner_id,
            kind=Kind.LINK_EXPIRES,
            about=str(link.pk),
            title=str(link.thing)[:MAX_TITLE],
        )
        for link in lasting.select_related("artwork", "gallery__owner")
    ]


def forget_link_end(*, link: ShareLink) -> None:
    """Delete the notice of the end of `link`, so that its new end is told too."""
    old = Notice.objects.filter(owner=link.owner_id, kind=Kind.LINK_EXPIRES, about=str(link.pk))
    old.delete()


def _withdrawn_styles() -> list[Notice]:
    rows = ArtworkStyle.objects.filter(style__state=Style.State.WITHDRAWN, style__owner=None)
    uses = rows.values_list("style", "style__title", "artwork__owner").distinct()
    return [
        Notice(owner_id=owner, kind=Kind.STYLE_WITHDRAWN, about=str(style), title=title[:MAX_TITLE])
        for style, title, owner in uses
    ]


def mark_read(*, owner: User, notice: Notice | None = None) -> int:
    """Mark one notice of `owner` as read, or all of them. Return how many were not read."""
    mine = Notice.objects.owned_by(owner).unread()
    read = mine.filter(pk=notice.pk) if notice else mine
    return read.update(read_at=timezone.now(), waits_since=None)


def sentence_of(notice: Notice) -> str:
    """Return what happened, in words."""
    words = {"title": notice.title, "count": notice.count}
    if notice.kind == Kind.LIKED:
        said = ngettext(
            "%(count)d person liked “%(title)s”.",
            "%(count)d people liked “%(title)s”.",
            notice.count,
        )
    elif notice.kind == Kind.BATCH_DONE:
        said = ngettext(
            "Your batch of %(count)d picture is done.",
            "Your batch of %(count)d pictures is done.",
            notice.count,
        )
    else:
        said = _sentences()[notice.kind]
    return said % words


def _sentences() -> dict[str, str]:
    return {
        Kind.HIDDEN: _("A moderator has hidden “%(title)s”. Only you can see it."),
        Kind.SHOWN: _("Everyone can see “%(title)s” again."),
        Kind.GALLERY_HIDDEN: _("A moderator has hidden the gallery “%(title)s”."),
        Kind.GALLERY_SHOWN: _("Everyone can see the gallery “%(title)s” again."),
        Kind.LINK_EXPIRES: _("Your link to “%(title)s” will expire in a few days."),
        Kind.STYLE_WITHDRAWN: _(
            "The style “%(title)s” was withdrawn. Pictures that you made with it stay, but cannot "
            "be published any more."
        ),
    }


# The pages that notices lead to, and the rows that these pages show to their owner.
_PAGES: Final[dict[str, tuple[str, Callable[[User], QuerySet[Any]]]]] = {
    Kind.LIKED: ("artwork", Artwork.objects.owned_by),
    Kind.HIDDEN: ("artwork", Artwork.objects.owned_by),
    Kind.SHOWN: ("artwork", Artwork.objects.owned_by),
    Kind.GALLERY_HIDDEN: ("gallery-edit", Gallery.objects.owned_by),
    Kind.GALLERY_SHOWN: ("gallery-edit", Gallery.objects.owned_by),
    Kind.BATCH_DONE: ("batch", Batch.objects.visible_to),
    Kind.LINK_EXPIRES: ("link", ShareLink.objects.owned_by),
}


def page_of(notice: Notice) -> str:
    """Return the address of the page that the notice is about."""
    if notice.kind not in _PAGES:
        return reverse("my-artworks")
    name, _rows = _PAGES[notice.kind]
    return reverse(name, kwargs={"pk": notice.about})


def is_gone(notice: Notice) -> bool:
    """Tell whether what the notice is about was deleted, so that its page does not exist."""
    if notice.kind not in _PAGES:
        return False
    _name, rows = _PAGES[notice.kind]
    return not rows(notice.owner).filter(pk=notice.about).exists()
