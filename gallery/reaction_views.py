"""The buttons to like an artwork and to keep it among the favorites, and the page of favorites."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from common.page_cursor import page_at
from gallery.access import Action, can, viewer_of
from gallery.models import Artwork, FavoriteArtwork
from gallery.reactions import (
    OwnArtwork,
    favor_artwork,
    like_artwork,
    unfavor_artwork,
    unlike_artwork,
)
from library.favorites import TooManyFavorites
from library.models import FavoriteStyle

FAVORITES_A_PAGE: Final = 36
NEWEST: Final = ("-created_at", "-id")


@require_POST
def artwork_like(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Like an artwork, or take the like back with `on=0`."""
    return _react(request, pk, like_artwork, unlike_artwork)


@require_POST
def artwork_favorite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put an artwork among the favorites, or take it out with `on=0`."""
    return _react(request, pk, favor_artwork, unfavor_artwork)


def _react(
    request: HttpRequest, pk: UUID, add: Callable[..., object], remove: Callable[..., object]
) -> HttpResponse:
    page = reverse("artwork", kwargs={"pk": pk})
    if not isinstance(request.user, User):
        # The sign-in leads back to the picture, because this address has no page.
        return redirect_to_login(page, login_url="account_login")
    artwork = Artwork.objects.filter(pk=pk).first()
    is_seen = artwork is not None and can(viewer_of(request), Action.VIEW, artwork)
    if request.POST.get("on") == "0":
        # This tells nothing of an artwork that the user does not see.
        remove(person=request.user, artwork=Artwork(pk=pk))
        return redirect(page if is_seen else "favorites")
    if not is_seen:
        raise Http404
    try:
        add(person=request.user, artwork=artwork)
    except (OwnArtwork, TooManyFavorites) as refusal:
        messages.error(request, str(refusal))
    return redirect(page)


@login_required
@require_safe
def favorites(request: SignedInRequest) -> HttpResponse:
    """Show the favorite pictures of the user, or with `?show=styles` the favorite styles."""
    shows_styles = request.GET.get("show") == "styles"
    model: Any = FavoriteStyle if shows_styles else FavoriteArtwork
    mine = model.objects.filter(owner=request.user).visible_to(request.user)
    rows = mine.with_styles() if shows_styles else mine.with_artworks()
    page = page_at(request, rows, NEWEST, size=FAVORITES_A_PAGE)
    context = {"page": page, "shows_styles": shows_styles}
    return render(request, "gallery/favorites.html", context)
