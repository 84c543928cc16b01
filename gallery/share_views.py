"""Pages where a user shares something by a link, and looks after these links."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from gallery.gallery_views import own_gallery
from gallery.models import Artwork, Gallery, ShareLink
from gallery.qr_codes import qr_code
from gallery.share_forms import LinkForm, ShareForm
from gallery.shares import (
    LinkRefused,
    TooManyLinks,
    change_link,
    create_link,
    revoke_link,
    why_not,
)
from gallery.views import own_artwork

LINKS_A_PAGE: Final = 40


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def artwork_share(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """List the links to an artwork, and create a new one."""
    return _share_page(request, own_artwork(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def gallery_share(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """List the links to a gallery, and create a new one."""
    return _share_page(request, own_gallery(request, pk))


def _share_page(request: SignedInRequest, thing: Artwork | Gallery) -> HttpResponse:
    form = ShareForm(request.POST or None)
    if form.is_valid():
        try:
            made = create_link(thing=thing, **form.values())
        except (LinkRefused, TooManyLinks) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your link is ready. Now send it to your visitors."))
            return redirect("link", pk=made.pk)
    mine = ShareLink.objects.owned_by(request.user).with_things().filter(**_names(thing))
    context = {
        "thing": thing,
        "form": form,
        "refusal": why_not(thing),
        "links": mine.order_by("-created_at")[:LINKS_A_PAGE],
    }
    status = 422 if form.errors else 200
    return render(request, "gallery/shares/new.html", context, status=status)


def _names(thing: Artwork | Gallery) -> dict[str, Artwork | Gallery]:
    return {"artwork" if isinstance(thing, Artwork) else "gallery": thing}


@login_required
@require_safe
def my_links(request: SignedInRequest) -> HttpResponse:
    """List the links of the user, newest first."""
    mine = ShareLink.objects.owned_by(request.user).with_things().order_by("-created_at")
    page = Paginator(mine, LINKS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "gallery/shares/my_links.html", {"page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show the address of a link, and change what its visitors may see and do."""
    found = _own_link(request, pk)
    form = LinkForm(request.POST or None, link=found)
    if form.is_valid():
        try:
            change_link(link=found, **form.values())
        except LinkRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("link", pk=pk)
    context = {
        "link": found,
        "form": form,
        "address": request.build_absolute_uri(found.get_absolute_url()),
    }
    status = 422 if form.errors else 200
    return render(request, "gallery/shares/link.html", context, status=status)


@login_required
@require_safe
def link_qr(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Send the QR code of a link, to show it, or with `?download=1` as a PNG to print."""
    address = request.build_absolute_uri(_own_link(request, pk).get_absolute_url())
    form = "png" if "download" in request.GET else "svg"
    kind = {"png": "image/png", "svg": "image/svg+xml"}[form]
    answer = HttpResponse(qr_code(address, form), content_type=kind)
    if form == "png":
        answer["Content-Disposition"] = 'attachment; filename="styleweb-link.png"'
    return answer


@login_required
@require_POST
def link_revoke(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """End a link from the next request on."""
    revoke_link(link=_own_link(request, pk))
    messages.success(request, _("Revoked. The link does not work any more."))
    return redirect("my-links")


def _own_link(request: HttpRequest, pk: UUID) -> ShareLink:
    return get_object_or_404(ShareLink.objects.owned_by(request.user).with_things(), pk=pk)
