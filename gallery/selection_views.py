"""The actions on selected pictures. A page asks for the license before they are published."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from gallery.access import viewer_of
from gallery.archives import TooManyToDownload, send_artworks
from gallery.galleries import GalleryChanged, GalleryRefused, TooManyGalleries
from gallery.gallery_forms import SelectionForm
from gallery.models import Artwork, Gallery
from gallery.selection import (
    add_selection,
    publish_selection,
    publishable_together,
)
from gallery.trash import trash_artworks
from gallery.trash_views import say_deleted
from library.plain_words import license_meaning, license_name


@login_required
@require_POST
def selection(request: SignedInRequest) -> HttpResponseBase:
    """Do what the form asks for with the selected artworks of the user."""
    form = SelectionForm(request.POST)
    if not form.is_valid():
        nothing = _("Select at least one picture.")
        others = [str(each) for errors in form.errors.values() for each in errors]
        messages.error(request, nothing if "artworks" in form.errors else others[0])
        return redirect("my-artworks")
    wish = form.cleaned_data
    ids: list[UUID] = wish["artworks"]
    if wish["deed"] == "add":
        return add_pictures(request, ids, wish["gallery"], wish["title"])
    mine = Artwork.objects.owned_by(request.user).with_parts().filter(pk__in=ids)
    found = list(mine.order_by("-created_at"))
    if len(found) < len(set(ids)):
        messages.error(request, _("Some of these pictures do not exist. Select them again."))
        return redirect("my-artworks")
    if wish["deed"] == "download":
        return _download(request, found)
    if wish["deed"] == "publish":
        return _publish(request, found, wish["license"])
    return _delete(request, found)


def add_pictures(
    request: SignedInRequest, ids: Sequence[UUID], gallery: UUID | None, title: str = ""
) -> HttpResponse:
    """Put artworks in a gallery of the user, or in a new one with this title."""
    own = Gallery.objects.owned_by(request.user)
    target = get_object_or_404(own, pk=gallery) if gallery else None
    try:
        found, added = add_selection(owner=request.user, artworks=ids, gallery=target, title=title)
    except (GalleryRefused, GalleryChanged, TooManyGalleries) as refusal:
        messages.error(request, str(refusal))
        return redirect("my-artworks")
    said = ngettext(
        "Added %(count)d picture to “%(title)s”.",
        "Added %(count)d pictures to “%(title)s”.",
        added,
    )
    none = _("“%(title)s” has these pictures already.")
    messages.success(request, (said if added else none) % {"count": added, "title": found.title})
    return redirect("gallery-edit", pk=found.pk)


def _download(request: SignedInRequest, artworks: list[Artwork]) -> HttpResponseBase:
    try:
        return send_artworks(request, artworks, viewer_of(request), title="")
    except TooManyToDownload as refusal:
        messages.error(request, str(refusal))
        return redirect("my-artworks")


def _publish(request: SignedInRequest, artworks: list[Artwork], license_id: str) -> HttpResponse:
    possible = publishable_together(artworks)
    if license_id not in possible.licenses:
        choices = [(each, license_name(each), license_meaning(each)) for each in possible.licenses]
        return _confirm(request, possible.artworks, possible.others, choices)
    public = publish_selection(artworks=possible.artworks, license=license_id)
    if public:
        said = ngettext("Published %(count)d picture.", "Published %(count)d pictures.", public)
        messages.success(request, said % {"count": public})
    # A moderator has hidden them, or a style was withdrawn.
    if refused := len(possible.artworks) - public:
        said = ngettext(
            "%(count)d picture could not be published. Open it to see why.",
            "%(count)d pictures could not be published. Open them to see why.",
            refused,
        )
        messages.warning(request, said % {"count": refused})
    return redirect("my-artworks")


def _delete(request: SignedInRequest, artworks: list[Artwork]) -> HttpResponse:
    """Put the artworks in the trash. Nobody is asked, because it can be undone."""
    count, at = trash_artworks(owner=request.user, artworks=[each.pk for each in artworks])
    said = ngettext(
        "Moved %(count)d picture to the trash.", "Moved %(count)d pictures to the trash.", count
    )
    say_deleted(request, said % {"count": count}, at)
    return redirect("my-artworks")


def _confirm(
    request: SignedInRequest,
    artworks: list[Artwork],
    others: Sequence[Artwork],
    licenses: Sequence[Any],
) -> HttpResponse:
    context = {"artworks": artworks, "others": others, "licenses": licenses}
    return render(request, "gallery/selection.html", context)
