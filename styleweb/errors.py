"""The answers to requests that fail before a view: a problem for the API, a page for the rest."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from common.problems import request_problem

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be read, or that asks for another host."""
    if request.path_info.startswith(API):
        return request_problem(exception).response()
    return defaults.bad_request(request, exception)
