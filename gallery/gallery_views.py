"""Pages of galleries: one gallery, my galleries, and the page where I put one in order."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from common.problems import OWNER_ONLY
from gallery.access import NOBODY, Action, can, viewer_of
from gallery.galleries import (
    MAX_ITEMS,
    GalleryChanged,
    GalleryRefused,
    TooManyGalleries,
    arrange_gallery,
    change_gallery,
    create_gallery,
)
from gallery.gallery_forms import GalleryForm, ItemForm, NewGalleryForm
from gallery.models import Artwork, Gallery, GalleryItem
from gallery.trash import trash_gallery
from gallery.trash_views import say_deleted
from gallery.visitors import items_for_visitors

ITEMS_A_PAGE: Final = 60
GALLERIES_A_PAGE: Final = 24
LAYOUTS: Final = Gallery.Layout.values


@require_safe
def gallery(request: HttpRequest, name: str, slug: str) -> HttpResponse:
    """Show a gallery in the layout that its owner chose, or in another one that is asked for."""
    found = get_object_or_404(
        Gallery.objects.select_related("owner", "cover"),
        owner__in=User.objects.named(name),
        slug=slug,
    )
    if not can(viewer_of(request), Action.VIEW, found):
        raise Http404
    return gallery_page(request, found)


def gallery_page(request: HttpRequest, found: Gallery) -> HttpResponse:
    """Answer with the page of a gallery that this client may see."""
    owns = can(viewer_of(request), Action.CHANGE, found)
    items = found.items.with_labels().order_by("position")
    shown = items if owns else items.public()
    asked = request.GET.get("layout")
    layout = asked if asked in LAYOUTS else found.layout
    # A slideshow shows all pictures, because nobody turns the pages of a big screen.
    a_page = MAX_ITEMS if layout == Gallery.Layout.SLIDESHOW else ITEMS_A_PAGE
    page = Paginator(shown, a_page).get_page(request.GET.get("page"))
    # Visitors with a link do not see a gallery that a moderator has hidden.
    has_link = owns and not found.is_hidden and found.share_links.working().exists()
    by_link = _unpublished_by_link(found) if has_link else 0
    context = {
        "gallery": found,
        "owns": owns,
        "page": page,
        "layout": layout,
        "layouts": Gallery.Layout.choices,
        "is_open": can(NOBODY, Action.VIEW, found),
        "has_link": has_link,
        "by_link": by_link,
        "unseen": _unpublished(found) - by_link if owns else 0,
    }
    return render(request, f"gallery/layouts/{layout}.html", context)


def _unpublished(found: Gallery) -> int:
    """Return how many of its artworks are not public, in one query."""
    return found.items.exclude(pk__in=found.items.public().values("pk")).count()


def _unpublished_by_link(found: Gallery) -> int:
    """Return how many of these visitors with a link see. They see all that can be shared."""
    seen = items_for_visitors(found)
    return seen.exclude(pk__in=found.items.public().values("pk")).count()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_galleries(request: SignedInRequest) -> HttpResponse:
    """List the galleries of the user, and create a new one."""
    form = NewGalleryForm(request.POST or None)
    if form.is_valid():
        try:
            made = create_gallery(owner=request.user, **form.cleaned_data)
        except GalleryRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        except TooManyGalleries as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Gallery created. Only you can see it."))
            return redirect("gallery-edit", pk=made.pk)
    mine = Gallery.objects.owned_by(request.user).with_summary(public_only=False)
    rows = mine.select_related("owner").order_by("-created_at")
    page = Paginator(rows, GALLERIES_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "tiles": tiles_of(page), "form": form}
    status = 422 if form.errors else 200
    return render(request, "gallery/my_galleries.html", context, status=status)


def tiles_of(galleries: Iterable[Gallery]) -> list[tuple[Gallery, Artwork | None]]:
    """Return each gallery with the artwork that stands for it. This takes one query for all."""
    listed: list[Any] = list(galleries)
    faces = Artwork.objects.in_bulk([each.face for each in listed if each.face])
    return [(each, faces.get(each.face)) for each in listed]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def gallery_edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Change what is said about a gallery, and put its artworks in order."""
    found = own_gallery(request, pk)
    form = GalleryForm(request.POST or None, gallery=found)
    if form.is_valid():
        try:
            change_gallery(gallery=found, **form.cleaned_data)
        except GalleryRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(_next_page(found), pk=pk)
    if form.errors:
        # The heading and the links of the page show what is stored.
        found = own_gallery(request, pk)
    context = {
        "gallery": found,
        "form": form,
        "items": found.items.select_related("artwork").order_by("position"),
    }
    status = 422 if form.errors else 200
    return render(request, "gallery/gallery_edit.html", context, status=status)


def _next_page(saved: Gallery) -> str:
    """Return where to go on: a gallery for people with a link needs a link."""
    is_shared = saved.visibility == Gallery.Visibility.LINK
    needs_link = is_shared and not saved.share_links.working().exists()
    return "gallery-share" if needs_link else "gallery-edit"


@login_required
@require_POST
def gallery_items(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Move an artwork by one place, take it out, or make it the cover."""
    found = own_gallery(request, pk)
    form = ItemForm(request.POST)
    if form.is_valid():
        try:
            _change_item(found, **form.cleaned_data)
        except (GalleryChanged, GalleryRefused) as refusal:
            messages.error(request, str(refusal))
    return redirect("gallery-edit", pk=pk)


def _change_item(found: Gallery, *, artwork: UUID, version: int, deed: str) -> None:
    if deed == "cover":
        item = GalleryItem.objects.filter(gallery=found, artwork=artwork).select_related("artwork")
        cover = item.first()
        change_gallery(gallery=found, cover=cover.artwork if cover else Artwork(pk=artwork))
        return
    order = [*found.items.order_by("position").values_list("artwork", flat=True)]
    if artwork not in order:
        raise GalleryChanged
    place = order.index(artwork)
    order.remove(artwork)
    if deed != "remove":
        order.insert(max(0, place + (1 if deed == "later" else -1)), artwork)
    arrange_gallery(gallery=found, artworks=order, version=version)


@login_required
@require_POST
def gallery_delete(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Put a gallery in the trash. Its artworks stay."""
    at = trash_gallery(gallery=own_gallery(request, pk))
    said = _("The gallery is in the trash. Its pictures are still in My pictures.")
    say_deleted(request, said, at)
    return redirect("my-galleries")


def own_gallery(request: HttpRequest, pk: UUID) -> Gallery:
    """Return a gallery of the user. Raises Http404, or PermissionDenied for one that is public."""
    found: Gallery = get_object_or_404(Gallery.objects.select_related("owner"), pk=pk)
    viewer = viewer_of(request)
    if not can(viewer, Action.VIEW, found):
        raise Http404
    # The gallery is visible to this user, so a 403 tells nothing new.
    if not can(viewer, Action.CHANGE, found):
        raise PermissionDenied(OWNER_ONLY)
    return found
