"""Pages for requests that the server cannot serve now, such as work that must wait for other work.

The API has the problem table for this (common/problems.py). A page that can show the reason in a
form does so; this is for all the others.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from common.sandbox.client import ServerBusy
from common.storage import StorageFull


class RefusalPages:
    """Middleware that answers `ServerBusy` and `StorageFull` with a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page for `error`; None if another handler must answer it."""
        if not isinstance(error, ServerBusy | StorageFull):
            return None
        response = render(request, "refused.html", {"words": str(error)}, status=error.status)
        if isinstance(error, ServerBusy):
            response["Retry-After"] = str(error.retry_after)
        return response
