"""Artworks on other sites: the oEmbed endpoint, and the page that it lets others frame."""

from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from csp.decorators import csp_replace
from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from common.derivatives import PREVIEW_SIDE, fitted_size
from common.problems import Problem, not_found
from gallery.access import NOBODY, Action, can
from gallery.embeds import frame_of
from gallery.models import Artwork

LARGEST: Final = 10_000
# For so long others may show it without asking again, as browsers may keep the files.
CACHE_SECONDS: Final = 300


class OembedForm(forms.Form):
    """The query of https://oembed.com/."""

    url = forms.CharField(max_length=2000)
    maxwidth = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    maxheight = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    format = forms.CharField(required=False, max_length=20)


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """Answer with what another site needs to show the artwork at `url`."""
    form = OembedForm(request.GET)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        return Problem.of_field(name, "invalid", str(errors[0])).response()
    if form.cleaned_data["format"] not in {"", "json"}:
        detail = _("This address answers JSON only.")
        return Problem("format_unsupported", detail, status=501).response()
    artwork = _artwork_at(request, form.cleaned_data["url"])
    if artwork is None:
        return not_found().response()
    body = _described(request, artwork, form.cleaned_data)
    # It says nothing that the page does not say to everybody, so scripts of all sites may read it.
    headers = {"Access-Control-Allow-Origin": "*"}
    return JsonResponse(body, headers=headers)


def _artwork_at(request: HttpRequest, url: str) -> Artwork | None:
    """Return the public artwork whose page has the address `url`."""
    try:
        parts = urlsplit(url)
        found = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    here = parts.scheme in {"http", "https"} and parts.netloc == request.get_host()
    if not here or found.url_name not in {"artwork", "artwork-embed"}:
        return None
    artwork = Artwork.objects.select_related("owner").filter(pk=found.kwargs["pk"]).first()
    return artwork if artwork and can(NOBODY, Action.VIEW, artwork) else None


def _described(request: HttpRequest, artwork: Artwork, wish: dict[str, Any]) -> dict[str, Any]:
    small = fitted_size(artwork.width, artwork.height, PREVIEW_SIDE)
    there = request.build_absolute_uri
    return {
        "version": "1.0",
        "type": "rich",
        "title": str(artwork),
        "author_name": artwork.owner.public_name,
        "author_url": there(reverse("person", args=[artwork.owner.username])),
        "provider_name": "Styleweb",
        "provider_url": there(reverse("home")),
        "cache_age": CACHE_SECONDS,
        "thumbnail_url": there(reverse("artwork-file", args=[artwork.pk, "link-preview"])),
        "thumbnail_width": small[0],
        "thumbnail_height": small[1],
        **frame_of(request, artwork, wish["maxwidth"], wish["maxheight"]),
    }


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # the address has a part
def artwork_embed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a public artwork in the frame of another site. There is nothing to press on this page.

    It is the same for everybody, also for the owner of an artwork that is not public.
    """
    artwork = get_object_or_404(Artwork.objects.with_parts(), pk=pk)
    if not can(NOBODY, Action.VIEW, artwork):
        raise Http404
    return render(request, "gallery/embed.html", {"artwork": artwork})
