"""Pages of the studio: choose a photo and styles, and start a job or a batch."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.validators import slug_re
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.guests import TooManyGuests, begin_guest, maker_of, may_try
from accounts.models import User
from common.sandbox.client import ServerBusy
from common.storage import StorageFull
from common.upload_limit import TooManyUploads
from common.uploads import UploadRefused
from inference.models import Photo
from inference.pages.forms import (
    StudioForm,
    control_bounds,
    initial_from,
    method_choice,
    styles_in_studio,
)
from inference.pages.photos import storage_used
from inference.pages.tiles import tiles_of
from inference.pages.trying import context_of
from inference.services.refusals import JobRefused
from inference.services.storage import StorageQuotaExceeded
from library.demonstration import PAIRS
from library.forms import OwnStyleForm
from library.licenses import allowed_outputs
from library.models import Style, StyleQuerySet
from library.plain_words import outcome_sentence
from style_transfer.core.catalog import DEFAULT_METHOD, METHOD_INFOS

EARLIER_PHOTOS = 6
STYLES_SHOWN = 150
# The page of own styles shows all of them.
OWN_STYLES = 24


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def studio(request: HttpRequest) -> HttpResponse:
    """Show the studio; a POST starts a job, or a batch where several pictures are wanted."""
    maker = maker_of(request)
    if request.method != "POST":
        return _studio_page(request, StudioForm(initial=initial_from(request.GET), user=maker))
    # Everybody may see the studio; a POST needs an account, or a guest.
    if not (maker.is_authenticated or settings.TRYING):
        return redirect_to_login(reverse("studio"), login_url="account_login")
    form = StudioForm(request.POST, request.FILES, user=maker)
    if form.is_valid():
        try:
            owner = maker if isinstance(maker, User) else begin_guest(request=request)
            return redirect(form.start(owner))
        except (UploadRefused, StorageQuotaExceeded, StorageFull) as refusal:
            form.add_error(form.sending, str(refusal))
        except (TooManyUploads, TooManyGuests, ServerBusy) as refusal:
            form.add_error(form.sending, str(refusal))
            page = _studio_page(request, form, status=refusal.status)
            page["Retry-After"] = str(refusal.retry_after)
            return page
        except JobRefused as refusal:
            form.add_error(None, refusal.message)
            # The id itself can be the reason: its job may have been deleted.
            form.take_new_id()
    return _studio_page(request, form, status=422)


def _studio_page(request: HttpRequest, form: StudioForm, status: int = 200) -> HttpResponse:
    # A guest may have begun while the form was read.
    maker = maker_of(request)
    chosen = form["styles"].value() or []
    library = _library(chosen)
    styles = [*_own_styles(request.user, chosen), *library]
    tiles = tiles_of(styles, request.user)
    # The default method is offered even if no style is published yet.
    offered = {slug for tile in tiles for slug in tile.usable} | {DEFAULT_METHOD}
    mine = Photo.objects.visible_to(maker).order_by("-created_at")
    photo_id = form["photo_id"].value()
    context = {
        "form": form,
        "tiles": tiles,
        "methods": [method_choice(info) for info in METHOD_INFOS.values() if info.slug in offered],
        "more_photos": getattr(form, "cleaned_data", {}).get("more_photos", []),
        "chosen": chosen,
        "left_out": _left_out(library),
        "weights": form.initial.get("weights", {}),
        "techniques": sorted({style.technique for style in styles if style.technique}),
        "periods": sorted({tile.period for tile in tiles if tile.period}),
        "has_favorites": any(tile.is_favorite for tile in tiles),
        "photos": mine[:EARLIER_PHOTOS],
        "photo": next((each for each in mine if str(each.pk) == str(photo_id)), None),
        "samples": PAIRS,
        "size": str(form["size"].value() or ""),
        "outcome": license_outcome(style.license for style in styles if style.slug in chosen),
        "own_form": OwnStyleForm(auto_id="own-%s") if request.user.is_authenticated else None,
        **_upload_limits(),
        "may_send": maker.is_authenticated or may_try(request),
        **context_of(request, maker),
        **storage_used(mine),
        **control_bounds(),
    }
    return render(request, "inference/studio.html", context, status=status)


def _upload_limits() -> dict[str, int]:
    """Return the limits that the page tells and checks before it sends photos."""
    number, seconds = settings.API_LIMITS["upload"]
    return {
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "upload_limit": number,
        "upload_minutes": seconds // 60,
    }


def _library(chosen: Sequence[str]) -> list[Style]:
    """Return the first styles of the library, and those that are chosen.

    A page with thousands would be too large. The others are found on the page of the library.
    """
    published = Style.objects.published().select_related("artist")
    first = list(published.in_display_order()[:STYLES_SHOWN])
    if len(first) < STYLES_SHOWN:
        return first
    others = published.filter(slug__in=chosen).exclude(pk__in=[style.pk for style in first])
    return [*others.in_display_order(), *first]


def _left_out(library: Sequence[Style]) -> int:
    """Count the styles of the library that the page does not show."""
    is_whole = len(library) < STYLES_SHOWN
    return 0 if is_whole else Style.objects.published().count() - len(library)


def _own_styles(user: object, chosen: Sequence[str]) -> StyleQuerySet:
    """Return the newest own styles of `user` and those that are chosen, the newest first."""
    mine = Style.objects.owned_by(user).filter(state__in=Style.OWN_USABLE)
    newest = mine.order_by("-created_at").values("pk")[:OWN_STYLES]
    shown = mine.filter(Q(pk__in=newest) | Q(slug__in=chosen))
    return shown.order_by("-created_at", "slug").select_related("artist")


@require_safe
def studio_license(request: HttpRequest) -> HttpResponse:
    """Say in one sentence what the user may do with a picture in the styles of the query."""
    asked = {slug for slug in request.GET.getlist("style") if slug_re.fullmatch(slug)}
    styles = styles_in_studio(request.user).filter(slug__in=asked)
    outcome = license_outcome(styles.values_list("license", flat=True))
    return render(request, "inference/_outcome.html", {"outcome": outcome})


def license_outcome(licenses: Iterable[str]) -> str:
    """Return the sentence for a result of these licenses; empty when there are none."""
    inputs = list(licenses)
    return outcome_sentence(allowed_outputs(inputs)) if inputs else ""
