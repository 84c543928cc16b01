"""The public gallery: the pictures and galleries that everybody sees."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common.page_cursor import page_at
from gallery.filter_forms import FilterForm, techniques
from gallery.gallery_views import GALLERIES_A_PAGE, tiles_of
from gallery.models import Gallery
from gallery.search import COLORS, NEWEST, ORDER_NAMES, ORDERS, USE_NAMES, find_artworks
from gallery.views import ARTWORKS_A_PAGE
from library.models import Style


@require_safe
def public_gallery(request: HttpRequest) -> HttpResponse:
    """Show what users published: all of it, or what a search finds."""
    wish = FilterForm(request.GET).wish
    order = wish.get("sort", NEWEST)
    found = find_artworks(wish).with_labels()
    context = {
        "page": page_at(request, found, ORDERS[order], size=ARTWORKS_A_PAGE),
        "wish": wish,
        "order": order,
        "orders": ORDER_NAMES,
        "uses": USE_NAMES,
        "colors": COLORS,
        "techniques": techniques(),
        "chips": _chips(request, wish),
        "is_filtered": bool(wish.keys() - {"sort"}),
    }
    return render(request, "gallery/public_gallery.html", context)


@dataclass(frozen=True)
class Chip:
    """A filter that has no field on the page: its value, what to call it, the page without it."""

    name: str
    value: str
    words: str
    without: str


def _chips(request: HttpRequest, wish: Mapping[str, str]) -> list[Chip]:
    """Return the filters that come from links on other pages."""
    chips = []
    for name, words_of in _WORDS.items():
        if value := wish.get(name):
            rest = request.GET.copy()
            for each in (name, "cursor"):
                rest.pop(each, None)
            chips.append(Chip(name, value, words_of(value), f"{request.path}?{rest.urlencode()}"))
    return chips


def _title_of(slug: str) -> str:
    style = Style.objects.published().filter(slug=slug).first()
    return style.title if style else slug


_WORDS: Final[Mapping[str, Callable[[str], str]]] = {
    "style": _title_of,
    # The name as it was asked for, which does not tell whether there is such an account.
    "person": str,
    "tag": lambda tag: f"#{tag.lstrip('# ')}",
}


@require_safe
def public_galleries(request: HttpRequest) -> HttpResponse:
    """Show the galleries that users published, newest first."""
    rows = Gallery.objects.public().with_summary(public_only=True).not_empty()
    page = page_at(request, rows.select_related("owner"), ORDERS[NEWEST], size=GALLERIES_A_PAGE)
    context = {"page": page, "tiles": tiles_of(page.rows)}
    return render(request, "gallery/public_galleries.html", context)
