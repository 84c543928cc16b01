"""Pages of the style library."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from library.forms import SearchForm
from library.licenses import LICENSES
from library.models import Style
from library.plain_words import license_meaning, license_name, terms

ARTWORKS_SHOWN = 12


@require_safe
def styles(request: HttpRequest) -> HttpResponse:
    """Show the styles of the library, filtered by words and technique."""
    published = Style.objects.published()
    search = SearchForm(request.GET)
    search.is_valid()
    # A value that is not valid, such as one that is too long, is left out of the search.
    query, technique = (search.cleaned_data.get(name, "") for name in ("q", "technique"))
    shown = published.matching(query).in_display_order().select_related("artist")
    if technique:
        shown = shown.filter(technique=technique)
    techniques = published.exclude(technique="").order_by("technique")
    context = {
        "styles": shown,
        "query": query,
        "technique": technique,
        "techniques": techniques.values_list("technique", flat=True).distinct(),
    }
    return render(request, "library/styles.html", context)


@require_safe
def style(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one style, its record, and the artworks that were made with it."""
    visible = Style.objects.visible_to(request.user).select_related("artist")
    found = get_object_or_404(visible, slug=slug)
    license_ = LICENSES.get(found.license)
    context = {
        "style": found,
        "license": license_,
        "rights": license_name(found.license),
        "meaning": license_meaning(found.license),
        "terms": terms(license_) if license_ else [],
        "usable": found.is_published or (found.is_own_usable and found.owner == request.user),
        "evidence": found.evidence.order_by("recorded_at", "pk"),
        "artworks": found.artworks.in_public_gallery()
        .with_parts()
        .order_by("-published_at")[:ARTWORKS_SHOWN],
    }
    return render(request, "library/style.html", context)
