"""The page of curators that fetches the pictures of masterworks from museums."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from inference.models import FETCH_PICTURES, SourceFetch
from inference.pages.staff import staff_with
from inference.services.source_fetches import (
    NothingToFetch,
    cancel_source_fetch,
    request_source_fetch,
)
from library.fetching import missing_pictures
from library.models import Style

curators_only = staff_with(FETCH_PICTURES)

# What a curator can do about each reason for which a picture was not fetched.
REFUSALS: Final[Mapping[str, str | Promise]] = {
    "busy": _("The server had no time to check the picture. Try again later."),
    "crashed": _("This picture stopped the worker several times. Upload another one by hand."),
    "museum_unreachable": _("The museum does not respond. Try again later."),
    "museum_slow": _("The museum sends the picture too slowly. Try again later."),
    "museum_refuses": _("The museum does not hand out the picture. Upload it by hand."),
    "picture_not_free": _("The museum no longer calls this picture free. Do not use it."),
    "record_unreadable": _("The museum's record has an unexpected format. Upload it by hand."),
    "source_too_large": _("The museum's picture is too large. Upload a smaller one by hand."),
    "source_not_https": _("The museum's address is not secure. Upload the picture by hand."),
    "storage_full": _("The server is out of disk space. Free some, then try again."),
    "style_deleted": _("The style was deleted."),
}
NOT_A_PICTURE: Final = _("The museum sent a file that is no usable picture. Upload it by hand.")


@dataclass(frozen=True)
class Line:
    """One masterwork without a picture: where a run stands with it, or why it has none."""

    style: Style
    reason: str | Promise = ""
    is_next: bool = False
    has_source: bool = True


@never_cache
@require_safe
@curators_only
def pictures(request: HttpRequest, user: User) -> HttpResponse:
    """Show what is missing and the last run; with `?part` only the part that changes."""
    del user
    part, whole = "inference/_pictures_now.html", "inference/pictures.html"
    return render(request, part if "part" in request.GET else whole, state_of_pictures())


@require_POST
@curators_only
def pictures_fetch(request: HttpRequest, user: User) -> HttpResponse:
    """Let a worker fetch the missing pictures."""
    try:
        request_source_fetch(by=user)
    except NothingToFetch as refusal:
        messages.info(request, str(refusal))
    return redirect("operators-pictures")


@require_POST
@curators_only
def pictures_cancel(request: HttpRequest, user: User, pk: UUID) -> HttpResponse:
    """Stop the run. Pictures that are here stay."""
    cancel_source_fetch(fetch=get_object_or_404(SourceFetch.objects.visible_to(user), pk=pk))
    return redirect("operators-pictures")


def state_of_pictures() -> dict[str, object]:
    """Return what the page and the list of styles show: the last run and what is missing."""
    fetch = SourceFetch.objects.order_by("-created_at").first()
    missing = missing_pictures()
    named = Style.objects.in_bulk([*missing.fetchable, *missing.without_source], field_name="slug")
    reasons = {each["slug"]: sentence_of(each["code"]) for each in fetch.refused} if fetch else {}
    next_slug = fetch.next_slug if fetch and fetch.is_active else ""
    return {
        "fetch": fetch,
        "missing": len(missing.fetchable),
        "lines": [
            *(
                Line(named[slug], reasons.get(slug, ""), is_next=slug == next_slug)
                for slug in missing.fetchable
            ),
            *(Line(named[slug], has_source=False) for slug in missing.without_source),
        ],
    }


def sentence_of(code: str) -> str | Promise:
    """Return what a curator can do about a refusal; upload validation has codes of its own."""
    return REFUSALS.get(code, NOT_A_PICTURE)
