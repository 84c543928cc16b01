"""The page of the user's photos."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inference.models import Photo, PhotoQuerySet
from inference.services.photos import PhotoInUse, delete_photo

PHOTOS_A_PAGE = 48
# From this share of the quota on, the page asks the user to delete some photos.
NEARLY_FULL = 0.9


@login_required
@require_safe
def photos(request: HttpRequest) -> HttpResponse:
    """List the photos that the user uploaded, newest first."""
    mine = Photo.objects.visible_to(request.user).order_by("-created_at")
    page = Paginator(mine, PHOTOS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, **storage_used(mine)}
    return render(request, "inference/photos.html", context)


@login_required
@require_POST
def photo_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a photo, its small versions and the jobs made from it."""
    try:
        delete_photo(photo=get_object_or_404(Photo.objects.visible_to(request.user), pk=pk))
        messages.success(request, _("Deleted."))
    except PhotoInUse as refusal:
        messages.error(request, str(refusal))
    return redirect("photos")


def storage_used(photos: PhotoQuerySet) -> dict[str, Any]:
    """Return how many bytes `photos` take, the quota, and whether it is nearly full."""
    stored, limit = photos.stored_bytes(), settings.PHOTOS_MAX_BYTES_PER_USER
    return {"stored": stored, "limit": limit, "nearly_full": stored > NEARLY_FULL * limit}
