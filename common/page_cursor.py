"""Lists of pages by cursor: `?cursor=` in the address of a page names its place in the list."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from common.keyset import CursorInvalid, Page, keyset_page

Row = TypeVar("Row", bound=Model)


def page_at(
    request: HttpRequest, rows: "QuerySet[Row]", ordering: Sequence[str], *, size: int
) -> Page[Row]:
    """Return the page that the request asks for; the first one for a cursor that is not valid."""
    try:
        return keyset_page(rows, ordering, cursor=request.GET.get("cursor", ""), size=size)
    except CursorInvalid:
        return keyset_page(rows, ordering, cursor="", size=size)
