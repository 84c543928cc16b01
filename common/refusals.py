"""Pages for requests that the server cannot serve now, such as work that must wait for other work.

The page is made of the same problem that the API answers (common/problems.py). A page that can show
the reason in a form does so; this is for all the others.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from common.problems import Problem, request_problem

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
        del request
        if getattr(error, "status", None) not in NOT_NOW:
            return None
        return page_of(request_problem(error))


def page_of(problem: Problem) -> HttpResponse:
    """Return the page with the sentence, status and headers of `problem`.

    It is made without the database and the session, which may be what failed.
    """
    page = render_to_string("refused.html", {"words": problem.detail})
    return HttpResponse(page, status=problem.status_code, headers=problem.headers)
