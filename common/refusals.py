"""Pages for requests that the server cannot serve now, such as work that must wait for other work.

The API has the problem table for this (common/problems.py). A page that can show the reason in a
form does so; this is for all the others.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

NOT_NOW = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INSUFFICIENT_STORAGE}


class RefusalPages:
    """Middleware that answers the refusals of services, such as `ServerBusy`, with a page.

    The only link of such an exception to HTTP is its attribute `status`, as in the problem table.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page for `error`; None if another handler must answer it."""
        status = getattr(error, "status", None)
        if status not in NOT_NOW:
            return None
        response = render(request, "refused.html", {"words": str(error)}, status=status)
        retry_after = getattr(error, "retry_after", None)
        if retry_after is not None:
            response["Retry-After"] = str(retry_after)
        return response
