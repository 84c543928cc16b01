"""What visitors with a share link get: the page, its pictures, and the question for the password.

No cache may keep any of it, because the link can be revoked at any time.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts.login_guard import TooManyAttempts
from common.derivatives import PREVIEW_SIDE, fitted_size
from gallery.access import Action, Viewer, can
from gallery.archives import NothingToDownload
from gallery.galleries import MAX_ITEMS
from gallery.gallery_views import ITEMS_A_PAGE, LAYOUTS
from gallery.materials import materials_of
from gallery.media_views import send_artwork, send_gallery
from gallery.models import Artwork, Gallery, ShareLink
from gallery.share_forms import UnlockForm
from gallery.shares import count_visit
from gallery.visitors import (
    KEY_SECONDS,
    LinkEnded,
    LinkLocked,
    WrongLinkPassword,
    find_link,
    items_for_visitors,
    open_link,
    unlock_link,
)
from inference.pages.recipes import print_size, studio_query
from library.plain_words import license_meaning

COOKIE: Final = "share_key"
View = Callable[..., HttpResponseBase]


def _open(request: HttpRequest, token: str) -> ShareLink:
    return open_link(token=token, user=request.user, key=request.COOKIES.get(COOKIE, ""))


def _for_visitors(view: View) -> View:
    """Call `view` with the link that the client opens, or say why the link does not open."""

    @wraps(view)
    def inner(request: HttpRequest, token: str, **address: Any) -> HttpResponseBase:
        try:
            answer = view(request, _open(request, token), **address)
        except LinkEnded as ended:
            answer = _ended_page(request, ended)
        except LinkLocked as locked:
            answer = _password_page(request, locked.link, UnlockForm())
        return _kept_by_nobody(answer)

    return require_safe(inner)


def _kept_by_nobody(answer: HttpResponseBase) -> HttpResponseBase:
    patch_cache_control(answer, private=True, no_store=True)
    answer["X-Robots-Tag"] = "noindex"
    # The address has the token, so no request that the page makes may name it, and no log get it.
    answer["Referrer-Policy"] = "strict-origin"
    return answer


def _ended_page(request: HttpRequest, ended: LinkEnded) -> HttpResponse:
    return render(request, "gallery/shares/ended.html", {"words": str(ended)}, status=410)


def _password_page(
    request: HttpRequest, link: ShareLink, form: UnlockForm, status: int = 200
) -> HttpResponse:
    """Ask for the password. The page says nothing about what the link shows."""
    context = {"form": form, "address": reverse("share-unlock", kwargs={"token": link.token})}
    return render(request, "gallery/shares/locked.html", context, status=status)


@_for_visitors
def share(request: HttpRequest, link: ShareLink) -> HttpResponse:
    """Show what a link names."""
    if link.gallery:
        answer = _gallery_page(request, link, link.gallery)
    else:
        answer = _artwork_page(request, link, link.thing.pk)
    # Other pages and layouts of a gallery belong to the same visit.
    is_first = not {"page", "layout"} & set(request.GET)
    if is_first and request.method == "GET" and request.user != link.owner:
        count_visit(link=link)
    return answer


@_for_visitors
def share_artwork(request: HttpRequest, link: ShareLink, pk: UUID) -> HttpResponse:
    """Show one artwork of a gallery that a link names."""
    return _artwork_page(request, link, pk)


@_for_visitors
def share_materials(request: HttpRequest, link: ShareLink, pk: UUID) -> HttpResponse:
    """Show what an artwork depends on, if the link shows its recipe."""
    found, viewer = _shown(link, pk), Viewer(user=None, link=link)
    if not can(viewer, Action.VIEW_RECIPE, found):
        raise Http404
    context = {
        **_about_visitor(request, link),
        "heading": str(found),
        "back": reverse("share-artwork", kwargs={"token": link.token, "pk": pk})
        if link.gallery
        else link.get_absolute_url(),
        "materials": materials_of(found, viewer),
        "artwork": found,
    }
    return render(request, "gallery/materials.html", context)


@_for_visitors
def share_archive(request: HttpRequest, link: ShareLink) -> HttpResponseBase:
    """Send the pictures of a gallery as a ZIP file, as far as the link allows downloads."""
    if link.gallery is None:
        raise Http404
    try:
        return send_gallery(request, link.gallery, Viewer(user=None, link=link))
    except NothingToDownload:
        # The page says that there are no pictures yet.
        return redirect(link)


@require_safe
def share_file(request: HttpRequest, token: str, pk: UUID, variant: str) -> HttpResponseBase:
    """Send a picture that a link shows, in the variants of `artwork-file`."""
    try:
        link = _open(request, token)
    except (LinkEnded, LinkLocked) as closed:
        # The page of the link says why. In place of a picture nobody could read it.
        raise Http404 from closed
    viewer = Viewer(user=None, link=link)
    return _kept_by_nobody(send_artwork(request, _shown(link, pk), variant, viewer))


@require_POST
def share_unlock(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take the password of a link, and let the browser open it for half a day."""
    try:
        link = find_link(token)
    except LinkEnded as ended:
        return _kept_by_nobody(_ended_page(request, ended))
    form = UnlockForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            key = unlock_link(link=link, request=request, **form.cleaned_data)
        except (WrongLinkPassword, TooManyAttempts) as refusal:
            form.add_error("password", str(refusal))
            status = refusal.status
        else:
            answer = redirect(link)
            answer.set_cookie(
                COOKIE,
                key,
                max_age=KEY_SECONDS,
                path=link.get_absolute_url(),
                secure=request.is_secure(),
                httponly=True,
                samesite="Lax",
            )
            return _kept_by_nobody(answer)
    return _kept_by_nobody(_password_page(request, link, form, status))


def _shown(link: ShareLink, pk: UUID) -> Artwork:
    """Return an artwork that the link shows. Raises Http404 for every other one."""
    found = get_object_or_404(Artwork.objects.with_parts(), pk=pk)
    if not can(Viewer(user=None, link=link), Action.VIEW, found):
        raise Http404
    return found


def _gallery_page(request: HttpRequest, link: ShareLink, gallery: Gallery) -> HttpResponse:
    """Answer with the page of the gallery that the link names."""
    if not can(Viewer(user=None, link=link), Action.VIEW, gallery):
        raise Http404
    items = items_for_visitors(gallery).with_artworks().order_by("position")
    asked = request.GET.get("layout")
    layout = asked if asked in LAYOUTS else gallery.layout
    a_page = MAX_ITEMS if layout == Gallery.Layout.SLIDESHOW else ITEMS_A_PAGE
    page = Paginator(items, a_page).get_page(request.GET.get("page"))
    first = page.object_list[0].artwork if page.object_list else None
    context = {
        **_about_visitor(request, link),
        "gallery": gallery,
        "page": page,
        "layout": layout,
        "layouts": Gallery.Layout.choices,
        # A messenger shows it beside the link.
        "artwork": first,
        "link_size": first and fitted_size(first.width, first.height, PREVIEW_SIDE),
        "may_download": can(Viewer(user=None, link=link), Action.DOWNLOAD, gallery),
    }
    return render(request, f"gallery/shares/{layout}.html", context)


def _artwork_page(request: HttpRequest, link: ShareLink, pk: UUID) -> HttpResponse:
    """Answer with the page of an artwork that the link shows."""
    found, viewer = _shown(link, pk), Viewer(user=None, link=link)
    parts = sorted(found.artwork_styles.all(), key=lambda part: -part.weight)
    weights = {part.style.slug: part.weight for part in parts}
    size = fitted_size(found.width, found.height, link.max_side or max(found.width, found.height))
    context = {
        **_about_visitor(request, link),
        "artwork": found,
        "parts": parts if can(viewer, Action.VIEW_RECIPE, found) else [],
        "shows_recipe": can(viewer, Action.VIEW_RECIPE, found),
        "like_this": studio_query(weights, found.recipe.get("spec", {})),
        "shows_before": bool(found.before) and can(viewer, Action.VIEW_PHOTO, found),
        "meaning": license_meaning(found.license),
        "may_download": can(viewer, Action.DOWNLOAD, found),
        "size": size,
        "print_size": print_size(*size),
        "link_size": fitted_size(found.width, found.height, PREVIEW_SIDE),
    }
    return render(request, "gallery/shares/artwork.html", context)


def _about_visitor(request: HttpRequest, link: ShareLink) -> dict[str, Any]:
    """Return what every page needs. The owner sees it like a visitor who is not signed in."""
    if request.user != link.owner:
        return {"link": link}
    return {"link": link, "is_trial": True, "user": AnonymousUser()}
