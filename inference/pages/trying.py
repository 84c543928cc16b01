"""What people without an account are told and can do: begin to try the site, and delete it all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.guests import (
    TooManyGuests,
    TryingOff,
    begin_guest,
    forget_guest,
    guest_of,
    usable_until,
)
from accounts.models import User
from common.problems import request_problem
from inference.pages.forms import SIZE_WORDS
from inference.services.guest_limits import PHOTOS, SIDE, pictures_left
from inference.services.guests import delete_guest


@dataclass(frozen=True)
class Trying:
    """The limits of somebody without an account, and what is left of them."""

    ends_at: datetime | None
    pictures_left: int
    side: int = SIDE
    photos: int = PHOTOS


def trying_of(guest: User | None) -> Trying:
    """Return the limits of a guest, or of a visitor who has not begun yet."""
    if guest is None:
        return Trying(None, pictures_left=1)
    return Trying(usable_until(guest), pictures_left(guest))


@require_POST
def trying_begin(request: HttpRequest) -> HttpResponse:
    """Make the guest of this browser, so that the studio can send the photo.

    A script calls this, so a refusal is a problem document.
    """
    if not request.user.is_authenticated:
        try:
            begin_guest(request=request)
        except (TryingOff, TooManyGuests) as refusal:
            return request_problem(refusal).response()
    return HttpResponse(status=204)


@require_POST
def trying_delete(request: HttpRequest) -> HttpResponse:
    """Delete the guest of this browser with photos and pictures, before the day has ended."""
    if guest := guest_of(request):
        delete_guest(guest_id=guest.pk)
        forget_guest(request.session)
        messages.success(request, _("Your photos and pictures were deleted."))
    return redirect("home")


def context_of(request: HttpRequest, maker: Any) -> dict[str, Any]:
    """Return what the studio tells somebody without an account; nothing to users."""
    if request.user.is_authenticated:
        return {"trying": None}
    told = trying_of(maker if isinstance(maker, User) else None)
    sizes = [value for value, _word in SIZE_WORDS if value and int(value) <= SIDE]
    return {"trying": told, "small_sizes": sizes}
