"""Pages of one's own styles: add, change, offer to the library, delete."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from common.sandbox.client import ServerBusy
from common.storage import StorageFull
from common.upload_limit import TooManyUploads
from common.uploads import UploadRefused
from library.forms import AnswersForm, OfferForm, OwnStyleForm, answers_of
from library.models import Style
from library.own_styles import (
    StyleQuotaExceeded,
    StyleRefused,
    add_style,
    change_style,
    delete_own_style,
    offer_style,
    take_back_style,
)

STYLES_A_PAGE = 24


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_styles(request: SignedInRequest) -> HttpResponse:
    """List the user's own styles, newest first. A POST adds one and opens the studio with it."""
    if request.method != "POST":
        return _page(request, OwnStyleForm())
    form = OwnStyleForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            style, _created = add_style(
                owner=request.user, file=form.cleaned_data["file"], answers=form.answers
            )
        except (UploadRefused, StyleQuotaExceeded, StorageFull) as refusal:
            form.add_error("file", str(refusal))
        except (TooManyUploads, ServerBusy) as refusal:
            form.add_error("file", str(refusal))
            page = _page(request, form, status=refusal.status)
            page["Retry-After"] = str(refusal.retry_after)
            return page
        else:
            messages.success(request, _("Added. Only you can see it."))
            return redirect(f"{reverse('my-styles')}#{style.slug}")
    return _page(request, form, status=422)


def _page(request: SignedInRequest, form: OwnStyleForm, status: int = 200) -> HttpResponse:
    mine = Style.objects.owned_by(request.user).select_related("artist", "resembles")
    page = Paginator(mine.order_by("-created_at", "slug"), STYLES_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "page": page,
        "tiles": [(style, answers_of(style), OfferForm()) for style in page],
    }
    return render(request, "library/my_styles.html", context, status=status)


@login_required
@require_POST
def my_style_change(request: HttpRequest, slug: str) -> HttpResponse:
    """Change the title of a style, or what its owner says about the rights."""
    style = _own(request, slug)
    form = AnswersForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return _back(style)
    return _tried(request, style, lambda: change_style(style=style, answers=form.answers))


@login_required
@require_POST
def my_style_offer(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer a style to the library."""
    style = _own(request, slug)
    form = OfferForm(request.POST)
    given = form.cleaned_data["license"] if form.is_valid() else ""
    return _tried(request, style, lambda: offer_style(style=style, rights=given))


@login_required
@require_POST
def my_style_take_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the offer of a style back."""
    return _back(take_back_style(style=_own(request, slug)))


@login_required
@require_POST
def my_style_delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete a style; pictures that were made with it keep their credit."""
    style = _own(request, slug)
    try:
        delete_own_style(style=style)
    except StyleRefused as refusal:
        messages.error(request, str(refusal))
        return _back(style)
    messages.success(request, _("Deleted."))
    return redirect("my-styles")


def _own(request: HttpRequest, slug: str) -> Style:
    mine = Style.objects.owned_by(request.user)
    return get_object_or_404(mine, slug=slug)


def _tried(request: HttpRequest, style: Style, change: Callable[[], Style]) -> HttpResponse:
    """Make the change, and return to the style, with the reason of a refusal."""
    try:
        change()
    except StyleRefused as refusal:
        messages.error(request, str(refusal))
    return _back(style)


def _back(style: Style) -> HttpResponse:
    return redirect(f"{reverse('my-styles')}#{style.slug}")
