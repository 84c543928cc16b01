"""Pages by cursor (`?cursor=&limit=`), newest first. New rows do not shift the pages."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.utils.urls import replace_query_param

from common.keyset import CursorInvalid, keyset_page
from common.problems import Problem

if TYPE_CHECKING:
    from rest_framework.request import Request

PAGE_SIZE = 24
MAX_PAGE_SIZE = 100


class NewestFirstPagination(CursorPagination):
    """Pages through rows by `created_at`, and by id where that is equal."""

    ordering: str | tuple[str, ...] = ("-created_at", "-id")
    page_size = PAGE_SIZE
    max_page_size = MAX_PAGE_SIZE
    page_size_query_param = "limit"
    page_size_query_description = f"How many entries a page has, at most {MAX_PAGE_SIZE}."
    cursor_query_description = "Where the page begins; taken from `next` or `previous`."

    def decode_cursor(self, request: "Request") -> Any:
        """Return the place in the order that the cursor names; None without a cursor."""
        cursor = super().decode_cursor(request)
        if cursor is not None and "\0" in str(cursor.position):
            # No text in the database contains it, and PostgreSQL cannot compare with it.
            raise NotFound
        return cursor

    def paginate_queryset(
        self, queryset: Any, request: "Request", view: Any = None
    ) -> list[Any] | None:
        """Return one page. Raises a 400 problem for a cursor that this server did not write."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValidationError, ValueError) as error:
            detail = _("This cursor is not valid. Start again without a cursor.")
            raise Problem("cursor_invalid", detail, status=400) from error

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of a page. The last page has no `next`, and the first no `previous`."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }


class NewestPublishedPagination(NewestFirstPagination):
    """Pages through public artworks by the time of their publication."""

    ordering = ("-published_at", "-id")


class KeysetPagination(NewestFirstPagination):
    """Pages through rows whose first sorting column has the same value in many of them."""

    def paginate_queryset(
        self, queryset: Any, request: "Request", view: Any = None
    ) -> list[Any] | None:
        """Return one page. Raises a 400 problem for a cursor that this server did not write."""
        self.request = request
        cursor = request.query_params.get(self.cursor_query_param, "")
        ordering = self.get_ordering(request, queryset, view)
        size = self.get_page_size(request) or PAGE_SIZE
        try:
            self._found = keyset_page(queryset, ordering, cursor=cursor, size=size)
        except CursorInvalid as error:
            detail = _("This cursor is not valid. Start again without a cursor.")
            raise Problem("cursor_invalid", detail, status=400) from error
        return list(self._found.rows)

    def get_next_link(self) -> str | None:
        """Return the address of the next page."""
        return self._link(self._found.next)

    def get_previous_link(self) -> str | None:
        """Return the address of the page before this one."""
        return self._link(self._found.previous)

    def _link(self, cursor: str) -> str | None:
        if not cursor:
            return None
        here = self.request.build_absolute_uri()
        return replace_query_param(here, self.cursor_query_param, cursor)
