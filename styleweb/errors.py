"""The answers to requests that fail outside a view, or in a way that the view did not expect."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from common.problems import request_problem
from common.refusals import page_of

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
    problem = request_problem(error)
    return problem.response() if request.path_info.startswith(API) else page_of(problem)
