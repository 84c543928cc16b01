"""Pages of the style library."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from common.page_cursor import page_at
from library.favorites import TooManyFavorites, favor_style, unfavor_style
from library.forms import SearchForm
from library.licenses import LICENSES
from library.models import Style
from library.plain_words import license_meaning, license_name, terms
from library.search import find_styles

ARTWORKS_SHOWN = 12
STYLES_A_PAGE = 96
# The display order, and a column that is different in each row.
STYLE_ORDER = ("position", "title", "slug")


@require_safe
def styles(request: HttpRequest) -> HttpResponse:
    """Show the styles of the library, filtered by words and technique."""
    published = Style.objects.published()
    search = SearchForm(request.GET)
    search.is_valid()
    # A value that is not valid, such as one that is too long, is left out of the search.
    query, technique = (search.cleaned_data.get(name, "") for name in ("q", "technique"))
    # Filtered before the search, which takes close words where no style here has the words.
    among = published.filter(technique=technique) if technique else published
    shown = find_styles(among, query).select_related("artist")
    techniques = published.exclude(technique="").order_by("technique")
    context = {
        "page": page_at(request, shown, STYLE_ORDER, size=STYLES_A_PAGE),
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
        "favorite": isinstance(request.user, User)
        and found.favorites.filter(owner=request.user).exists(),
        "evidence": found.evidence.order_by("recorded_at", "pk"),
        "artworks": found.artworks.in_public_gallery()
        .with_parts()
        .order_by("-published_at")[:ARTWORKS_SHOWN],
    }
    return render(request, "library/style.html", context)


@require_POST
def style_favorite(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a style among the favorites of the user, or take it out with `on=0`."""
    page = reverse("style", kwargs={"slug": slug})
    if not isinstance(request.user, User):
        # The sign-in leads back to the style, because this address has no page.
        return redirect_to_login(page, login_url="account_login")
    visible = Style.objects.visible_to(request.user).filter(slug=slug)
    if request.POST.get("on") == "0":
        # This tells nothing of a style that the user does not see.
        unfavor_style(person=request.user, slug=slug)
        return redirect(page if visible.exists() else f"{reverse('favorites')}?show=styles")
    found = get_object_or_404(visible)
    try:
        favor_style(person=request.user, style=found)
    except TooManyFavorites as refusal:
        messages.error(request, str(refusal))
    return redirect(page)
