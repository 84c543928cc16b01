"""Pages by number, for lists of one user that turn to any page."""

from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)


def numbered_page(
    request: HttpRequest, rows: "QuerySet[Row]", whole: "QuerySet[Row]", size: int
) -> "Page[Row]":
    """Return the page of `rows` that `?page=` asks for, the nearest one if there is none.

    Of the rows on pages before it, the database reads only the keys. `whole` fetches those that are
    shown, with all their parts.
    """
    keys = Paginator(rows.values_list("pk", flat=True), size)
    page = keys.get_page(request.GET.get("page"))
    shown = list(page.object_list)
    found = whole.in_bulk(shown)
    # A row may have been deleted since.
    return Page([found[key] for key in shown if key in found], page.number, keys)
