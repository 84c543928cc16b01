"""The page of a person, and the choice of the picture on it."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from common.page_cursor import page_at
from gallery.access import viewer_of
from gallery.gallery_views import tiles_of
from gallery.people import (
    AvatarNotPublic,
    artworks_of,
    avatar_of,
    find_person,
    galleries_of,
    remove_avatar,
    set_avatar,
)
from gallery.search import NEWEST, ORDERS
from gallery.views import ARTWORKS_A_PAGE, own_artwork

GALLERIES_SHOWN: Final = 24


@require_safe
def person(request: HttpRequest, name: str) -> HttpResponse:
    """Show what a person published. The person sees the same page as everybody else."""
    found = find_person(name, viewer_of(request))
    galleries = galleries_of(found).select_related("owner").order_by("-published_at")
    shown = galleries if request.GET.get("galleries") == "all" else galleries[:GALLERIES_SHOWN]
    mine = artworks_of(found).with_labels()
    context = {
        "person": found,
        "avatar": avatar_of(found),
        "tiles": tiles_of(shown),
        "more_galleries": len(shown) == GALLERIES_SHOWN,
        "page": page_at(request, mine, ORDERS[NEWEST], size=ARTWORKS_A_PAGE),
    }
    return render(request, "gallery/person.html", context)


@login_required
@require_POST
def artwork_avatar(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Use an artwork as the profile picture of its owner."""
    found = own_artwork(request, pk)
    try:
        set_avatar(artwork=found)
    except AvatarNotPublic as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("This is now your profile picture."))
    return redirect(found)


@login_required
@require_POST
def avatar_remove(request: SignedInRequest) -> HttpResponse:
    """Remove the profile picture of the user."""
    remove_avatar(owner=request.user)
    messages.success(request, _("Profile picture removed."))
    return redirect("profile")
