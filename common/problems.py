"""Errors of the API as `application/problem+json` (RFC 9457), each with a stable code.

Every failure under `/api/` has the same fields: `type title status code detail`, and also `errors`
if the client should correct fields of the request. `code` is for programs and never changes.
`detail` is a sentence for people.
"""

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    PermissionDenied,
    RequestAborted,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions

from common.limits import time_in_words
from common.locks import was_busy
from common.storage import StorageFull

CONTENT_TYPE = "application/problem+json"
UNPROCESSABLE = 422
RETRY_SOON = 5
OWNER_ONLY = _("You can view this, but only its owner can change it.")

logger = logging.getLogger(__name__)


class FieldError(TypedDict):
    """What is wrong with one field; `field` is a path such as `styles.0.weight`."""

    field: str
    code: str
    message: str


class ProblemBody(TypedDict):
    """The JSON body of every failed request."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: NotRequired[list[FieldError]]
    reasons: NotRequired[list[str]]


class Problem(exceptions.APIException):
    """An expected failure with its status, its stable code and a sentence for people."""

    def __init__(
        self,
        code: str,
        detail: str | Promise,
        *,
        status: int = UNPROCESSABLE,
        headers: Mapping[str, str] | None = None,
        errors: list[FieldError] | None = None,
        reasons: list[str] | None = None,
    ) -> None:
        super().__init__(str(detail), code)
        self.code = code
        self.status_code = status
        self.headers = dict(headers or {})
        self.errors = errors
        self.reasons = reasons

    @classmethod
    def of_field(cls, field: str, code: str, detail: str | Promise) -> "Problem":
        """Build the problem of one wrong field. Its code is also the code of the answer."""
        return cls(code, detail, errors=[{"field": field, "code": code, "message": str(detail)}])

    def body(self) -> ProblemBody:
        """Return the answer's JSON."""
        body: ProblemBody = {
            "type": "about:blank",
            "title": HTTPStatus(self.status_code).phrase,
            "status": self.status_code,
            "code": self.code,
            "detail": str(self.detail),
        }
        if self.errors is not None:
            body["errors"] = self.errors
        if self.reasons is not None:
            body["reasons"] = self.reasons
        return body

    def response(self) -> JsonResponse:
        """Return the answer. It is JSON, even if the view that failed renders something else."""
        return JsonResponse(
            self.body(), status=self.status_code, headers=self.headers, content_type=CONTENT_TYPE
        )


def problem_handler(exc: Exception, context: Mapping[str, Any]) -> JsonResponse:
    """Answer any exception of an API view. An unexpected one is logged; the user sees an id."""
    problem = _translate(exc, context) or _unexpected(exc, context)
    return problem.response()


def _translate(exc: Exception, context: Mapping[str, Any]) -> Problem | None:
    """Return the problem for an expected exception, or None for an unexpected one."""
    if isinstance(exc, Problem):
        return exc
    for kind, translate in _TRANSLATIONS.items():
        if isinstance(exc, kind):
            return translate(exc, context)
    # Services raise exceptions of their own. Their only link to HTTP is the attribute `status`.
    return _refusal(exc)


def _refusal(exc: Exception) -> Problem | None:
    """Translate a refusal of a service: an exception with a `code` and a `status`.

    Its `field`, if it has one, is the field of the request that is wrong.
    """
    code, status = getattr(exc, "code", None), getattr(exc, "status", None)
    if not isinstance(code, str) or not isinstance(status, int):
        return None
    retry_after = getattr(exc, "retry_after", None)
    reasons = getattr(exc, "reasons", None)
    field = getattr(exc, "field", None)
    errors: list[FieldError] = (
        [{"field": field, "code": code, "message": str(exc)}] if field else []
    )
    return Problem(
        code,
        str(exc),
        status=status,
        headers={} if retry_after is None else {"Retry-After": str(retry_after)},
        errors=errors or None,
        reasons=None if reasons is None else [str(each) for each in reasons],
    )


def _unexpected(exc: Exception, context: Mapping[str, Any]) -> Problem:
    """Log a defect with a new id, and return a problem that shows only this id."""
    incident = uuid.uuid4()
    request = context.get("request")
    logger.error("API failure %s", incident, exc_info=exc)
    # Django sends this signal only for a view without an exception handler, so it is sent here.
    # Error reporters and the test client need it.
    got_request_exception.send(sender=None, request=getattr(request, "_request", request))
    detail = _(
        "Something went wrong. Try again. If it happens again, report this id to the "
        "administrator: %(id)s."
    )
    return Problem("internal", detail % {"id": incident}, status=500)


def field_errors(detail: object, path: str = "") -> Iterator[FieldError]:
    """Yield one entry for each message in the nested error lists of DRF."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            own = "" if key == "non_field_errors" else str(key)
            yield from field_errors(value, ".".join(filter(None, (path, own))))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            nested = f"{path}.{index}".lstrip(".") if isinstance(value, Mapping) else path
            yield from field_errors(value, nested)
    else:
        code = str(getattr(detail, "code", None) or "invalid")
        yield {"field": path, "code": code, "message": str(detail)}


def _validation(exc: exceptions.ValidationError, _context: Mapping[str, Any]) -> Problem:
    return Problem(
        "invalid",
        _("Some fields are not valid. See the list of errors."),
        errors=[*field_errors(exc.detail)],
    )


def _unauthorized(exc: exceptions.APIException, _context: Mapping[str, Any]) -> Problem:
    """Keep the status and the WWW-Authenticate header that DRF chose."""
    challenge = getattr(exc, "auth_header", None)
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    if isinstance(exc, exceptions.NotAuthenticated):
        detail = _("Sign in, or send a token in the Authorization header.")
        return Problem("not_authenticated", detail, status=exc.status_code, headers=headers)
    code = str(exc.get_codes())
    return Problem(code, str(exc.detail), status=exc.status_code, headers=headers)


def _forbidden(exc: Exception, _context: Mapping[str, Any]) -> Problem:
    if str(exc).startswith("CSRF Failed"):
        detail = _("This page has expired. Reload it and try again.")
        return Problem("csrf_failed", detail, status=403)
    return Problem("permission_denied", OWNER_ONLY, status=403)


def not_found() -> Problem:
    """Build the answer for a missing object, and for an object that the user may not see."""
    detail = _("This page does not exist, or you do not have access.")
    return Problem("not_found", detail, status=404)


def _not_found(_exc: Exception, _context: Mapping[str, Any]) -> Problem:
    return not_found()


def _method(_exc: Exception, context: Mapping[str, Any]) -> Problem:
    allowed = ", ".join(context["view"].allowed_methods)
    detail = _("This HTTP method is not allowed here. Use one of: %(methods)s.") % {
        "methods": allowed
    }
    return Problem("method_not_allowed", detail, status=405)


def _not_acceptable(_exc: Exception, _context: Mapping[str, Any]) -> Problem:
    detail = _("This address only returns application/json. Change the Accept header.")
    return Problem("not_acceptable", detail, status=406)


def _media_type(_exc: Exception, context: Mapping[str, Any]) -> Problem:
    kinds = ", ".join(parser.media_type for parser in context["view"].parser_classes)
    detail = _("This content type is not supported. Use one of: %(kinds)s.") % {"kinds": kinds}
    return Problem("unsupported_media_type", detail, status=415)


def _throttled(exc: exceptions.Throttled, _context: Mapping[str, Any]) -> Problem:
    seconds = max(1, round(getattr(exc, "wait", None) or 1))
    detail = _("Too many requests. Try again in %(time)s.")
    return Problem(
        "throttled",
        detail % {"time": time_in_words(seconds)},
        status=429,
        headers={"Retry-After": str(seconds)},
    )


def _malformed(exc: exceptions.ParseError, _context: Mapping[str, Any]) -> Problem:
    detail = _("The request body cannot be read: %(reason)s.")
    return Problem("malformed", detail % {"reason": str(exc.detail).rstrip(".")}, status=400)


def _too_deep(_exc: Exception, _context: Mapping[str, Any]) -> Problem:
    detail = _("The request body is nested too deeply.")
    return Problem("malformed", detail, status=400)


def too_large() -> Problem:
    """Build the answer for a request body that is too large."""
    detail = _("The request is too large. Send less data at once.")
    return Problem("body_too_large", detail, status=413)


def _too_large(_exc: Exception, _context: Mapping[str, Any]) -> Problem:
    return too_large()


def _bad_request(exc: Exception, _context: Mapping[str, Any]) -> Problem:
    # The text of a BadRequest is written for users; Django writes those of the others for its log.
    reason = str(exc) if isinstance(exc, BadRequest) else ""
    return Problem("malformed", reason or _("The request cannot be read."), status=400)


def _unknown_host(_exc: Exception, _context: Mapping[str, Any]) -> Problem:
    detail = _("This server does not answer for the host name in the request.")
    return Problem("unknown_host", detail, status=400)


def request_problem(exc: Exception) -> Problem:
    """Build the answer for a request that Django refused before it reached a view."""
    return _translate(exc, {}) or _bad_request(exc, {})


def _is_disk_full(error: Exception) -> bool:
    """Return whether the database failed because its disk is full (SQLite, PostgreSQL)."""
    return any(words in str(error) for words in ("disk is full", "No space left on device"))


def _unavailable(exc: Exception, _context: Mapping[str, Any]) -> Problem:
    if isinstance(exc, OperationalError) and was_busy(exc):
        logger.warning("The database was too busy", exc_info=exc)
        detail = _("The server is busy. Try again in a few seconds.")
        return Problem("busy", detail, status=503, headers={"Retry-After": str(RETRY_SOON)})
    if _is_disk_full(exc):
        logger.error("The disk of the database is full", exc_info=exc)
        return Problem(StorageFull.code, str(StorageFull()), status=StorageFull.status)
    logger.error("The database does not answer", exc_info=exc)
    detail = _("The server cannot reach its database. Try again in a moment.")
    return Problem("unavailable", detail, status=503, headers={"Retry-After": str(RETRY_SOON)})


# The order matters: a subclass comes before its base class.
_TRANSLATIONS: Mapping[type[Exception], Callable[[Any, Mapping[str, Any]], Problem]] = {
    Http404: _not_found,
    exceptions.NotFound: _not_found,
    PermissionDenied: _forbidden,
    exceptions.PermissionDenied: _forbidden,
    exceptions.NotAuthenticated: _unauthorized,
    exceptions.AuthenticationFailed: _unauthorized,
    exceptions.MethodNotAllowed: _method,
    exceptions.NotAcceptable: _not_acceptable,
    exceptions.UnsupportedMediaType: _media_type,
    exceptions.Throttled: _throttled,
    exceptions.ParseError: _malformed,
    exceptions.ValidationError: _validation,
    RecursionError: _too_deep,
    RequestDataTooBig: _too_large,
    TooManyFieldsSent: _too_large,
    TooManyFilesSent: _too_large,
    DisallowedHost: _unknown_host,
    SuspiciousOperation: _bad_request,
    BadRequest: _bad_request,
    UnreadablePostError: _bad_request,
    RequestAborted: _bad_request,
    OperationalError: _unavailable,
    InterfaceError: _unavailable,
}


@csrf_exempt
def no_such_address(request: HttpRequest, **_rest: str) -> JsonResponse:
    """Answer a request for an address that the API does not have."""
    return not_found().response()
