"""The answers to requests that fail outside a view, or in a way that the view did not expect."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults

from common.problems import RETRY_SOON, is_disk_full, request_problem
from common.storage import StorageFull

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be read, or that asks for another host."""
    if request.path_info.startswith(API):
        return request_problem(exception).response()
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer with what the user can do, without the database: that may be what failed."""
    error = sys.exception()
    if not isinstance(error, OperationalError | InterfaceError):
        return defaults.server_error(request)
    if request.path_info.startswith(API):
        return request_problem(error).response()
    if is_disk_full(error):
        return _page(str(StorageFull()), StorageFull.status)
    page = _page(_("The server cannot reach its database. Try again in a moment."), 503)
    page["Retry-After"] = str(RETRY_SOON)
    return page


def _page(words: str, status: int) -> HttpResponse:
    return HttpResponse(render_to_string("refused.html", {"words": words}), status=status)
