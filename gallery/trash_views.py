"""The trash page: what the user deleted, to restore it or to delete it for good."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from common.media import send_media
from gallery.models import Artwork, Gallery
from gallery.trash import Restored, restore, undo
from gallery.trash_emptying import (
    delete_trashed_artwork,
    delete_trashed_gallery,
    empty_trash_of,
)

ARTWORKS_A_PAGE: Final = 36
# With this mark, a message has a button that restores what was deleted (templatetags/trash.py).
UNDO: Final = "undo "


class TrashForm(forms.Form):
    """One artwork or gallery in the trash, or the time of the deletion that is undone."""

    artwork = forms.UUIDField(required=False)
    gallery = forms.UUIDField(required=False)
    at = forms.CharField(max_length=40, required=False)

    def clean_at(self) -> datetime | None:
        """Return the time. What nobody deleted at this time is not restored."""
        try:
            at = datetime.fromisoformat(self.cleaned_data["at"])
        except ValueError:
            return None
        return at if at.tzinfo else None


def say_deleted(request: HttpRequest, sentence: str, at: datetime) -> None:
    """Say what was put in the trash, with a button to undo it."""
    messages.success(request, sentence, extra_tags=f"{UNDO}{at.isoformat()}")


@login_required
@require_safe
def trash(request: SignedInRequest) -> HttpResponse:
    """Show the deleted artworks and galleries of the user, the last one first."""
    artworks = Artwork.with_trash.in_trash().owned_by(request.user)
    galleries = Gallery.with_trash.in_trash().owned_by(request.user)
    page = Paginator(artworks.order_by("-trashed_at", "-pk"), ARTWORKS_A_PAGE)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "galleries": galleries.order_by("-trashed_at"),
        "trash_days": settings.TRASH_DAYS,
        "stored": artworks.aggregate(bytes=Sum("bytes"))["bytes"] or 0,
    }
    return render(request, "gallery/trash.html", context)


@require_safe
def trash_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Send the thumbnail of an artwork in the trash of the user. All other files are not there."""
    return send_trashed(request, pk, request.user)


def send_trashed(request: HttpRequest, pk: UUID, owner: Any) -> HttpResponseBase:
    """Send the thumbnail of an artwork in the trash of `owner`."""
    found = get_object_or_404(Artwork.with_trash.in_trash().owned_by(owner), pk=pk)
    return send_media(request, str(found.thumb.name), public=False)


@login_required
@require_POST
def trash_restore(request: SignedInRequest) -> HttpResponse:
    """Restore one thing, or undo a deletion."""
    form = TrashForm(request.POST)
    wish = form.cleaned_data if form.is_valid() else {}
    if wish.get("at"):
        back = undo(owner=request.user, at=wish["at"])
    else:
        artworks, galleries = ([wish[name]] if wish.get(name) else [] for name in ONE)
        back = restore(owner=request.user, artworks=artworks, galleries=galleries)
    _say_restored(request, back)
    return redirect(_page_of(back) if wish.get("at") else "trash")


ONE: Final = ("artwork", "gallery")


def _page_of(back: Restored) -> Any:
    """Return the page on which restored things are seen."""
    alone = [*back.artworks, *back.galleries]
    if len(alone) == 1:
        return alone[0]
    return "my-artworks"


def _say_restored(request: HttpRequest, back: Restored) -> None:
    if back.artworks:
        count = len(back.artworks)
        said = ngettext("Restored %(count)d picture.", "Restored %(count)d pictures.", count)
        messages.success(request, said % {"count": count})
    for gallery in back.galleries:
        messages.success(request, _("Restored the gallery “%(title)s”.") % {"title": gallery.title})
    for gallery in back.full:
        full = _("“%(title)s” is full, so not all pictures could go back in it.")
        messages.warning(request, full % {"title": gallery.title})
    for artwork in back.unpublished:
        private = _("“%(title)s” is private now, because one of its styles was withdrawn.")
        messages.warning(request, private % {"title": artwork})
    if not back.artworks and not back.galleries:
        messages.error(request, _("This is no longer in the trash."))


@login_required
@require_POST
def trash_delete(request: SignedInRequest) -> HttpResponse:
    """Delete one thing in the trash for good."""
    form = TrashForm(request.POST)
    wish = form.cleaned_data if form.is_valid() else {}
    wished: Any = wish.get("artwork") or wish.get("gallery")
    artwork = Artwork.with_trash.in_trash().owned_by(request.user).filter(pk=wished).first()
    gallery = Gallery.with_trash.in_trash().owned_by(request.user).filter(pk=wished).first()
    is_gone = (artwork is not None and delete_trashed_artwork(artwork=artwork)) or (
        gallery is not None and delete_trashed_gallery(gallery=gallery)
    )
    if is_gone:
        messages.success(request, _("Deleted permanently."))
    else:
        messages.error(request, _("This is no longer in the trash."))
    return redirect("trash")


@login_required
@require_POST
def trash_empty(request: SignedInRequest) -> HttpResponse:
    """Delete everything in the trash of the user for good."""
    empty_trash_of(owner=request.user)
    messages.success(request, _("The trash is empty."))
    return redirect("trash")
