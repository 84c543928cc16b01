"""The answers to requests that fail outside a view, or in a way that the view did not expect."""

import sys

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from django.views.csrf import csrf_failure as defaults_of_csrf

from common.problems import Problem, request_problem
from common.refusals import page_of

API = "/api/"
ENTRANCES = {"account_login", "account_signup"}
EXPIRED = _("This page has expired. Reload it and try again.")
EXPIRED_ENTRANCE = _("The page was open for too long. Enter your details again.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be read, or that asks for another host."""
    if request.path_info.startswith(API):
        return request_problem(exception).response()
    return defaults.bad_request(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token was replaced, for example by a sign-in in another tab.

    The pages of sign-in and sign-up are shown again. If the user is signed in by now, they lead on
    to where the user wanted to go.
    """
    problem = Problem("csrf_failed", EXPIRED, status=403)
    if "application/json" in request.headers.get("Accept", ""):
        return problem.response()
    match = request.resolver_match
    if match is None or match.url_name not in ENTRANCES:
        return defaults_of_csrf(request, reason=reason)
    if not request.user.is_authenticated:
        messages.info(request, EXPIRED_ENTRANCE)
    target = request.POST.get(REDIRECT_FIELD_NAME, "")
    query = f"?{urlencode({REDIRECT_FIELD_NAME: target})}" if target else ""
    return HttpResponseRedirect(f"{request.path}{query}")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer with what the user can do, without the database: that may be what failed."""
    error = sys.exception()
    if not isinstance(error, OperationalError | InterfaceError):
        return defaults.server_error(request)
    problem = request_problem(error)
    return problem.response() if request.path_info.startswith(API) else page_of(problem)
