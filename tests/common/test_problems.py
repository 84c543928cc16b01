"""Failures of the API: one form, a stable code, and a sentence that says what to do."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest
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
from django.db import OperationalError
from django.http import Http404, UnreadablePostError
from django.test import Client, override_settings
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from common.problems import Problem, field_errors, no_such_address, not_found
from tests.support.clients import assert_problem


class Refused(Exception):
    """An exception of a service: it has a code, a status, and details."""

    code = "license_refused"
    status = 422
    reasons: ClassVar = ("share-alike",)
    retry_after = 7


class Raise(APIView):
    """A view that raises the exception of the test."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = (JSONParser,)
    failure: ClassVar[Exception] = Http404()

    def get(self, request: Request) -> Response:
        """Raise the exception."""
        raise self.failure

    def post(self, request: Request) -> Response:
        """Read the body, which may fail."""
        return Response(request.data)


urlpatterns = [path("", Raise.as_view()), path("nowhere/", no_such_address)]


@pytest.fixture(autouse=True)
def _addresses() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def ask(failure: Exception) -> Any:
    """Return the answer of a view that raises `failure`."""
    Raise.failure = failure
    return APIClient(raise_request_exception=False).get("/")


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (exceptions.NotFound(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (exceptions.PermissionDenied(), 403, "permission_denied"),
        (exceptions.PermissionDenied("CSRF Failed: no token"), 403, "csrf_failed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (RequestDataTooBig(), 413, "body_too_large"),
        (TooManyFieldsSent(), 413, "body_too_large"),
        (TooManyFilesSent(), 413, "body_too_large"),
        (SuspiciousOperation("secret"), 400, "malformed"),
        (DisallowedHost("evil.example"), 400, "unknown_host"),
        (BadRequest("Ask again."), 400, "malformed"),
        (BadRequest(), 400, "malformed"),
        (UnreadablePostError("gone"), 400, "malformed"),
        (RequestAborted(), 400, "malformed"),
        (exceptions.ParseError("no"), 400, "malformed"),
        (exceptions.ValidationError({"a": ["no"]}), 422, "invalid"),
        (OperationalError("down"), 503, "unavailable"),
        (Refused("Choose another license."), 422, "license_refused"),
        (Problem("unknown_photo", "Choose another."), 422, "unknown_photo"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_answers_a_failure_as_a_problem(failure: Exception, status: int, code: str) -> None:
    assert_problem(ask(failure), status, code)


def locked_out(folder: Path) -> OperationalError:
    """Return the error of a transaction that found the database locked, as Django raises it."""
    with closing(sqlite3.connect(folder / "busy")) as one:
        one.execute("BEGIN IMMEDIATE")
        with closing(sqlite3.connect(folder / "busy", timeout=0)) as two:
            try:
                two.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as cause:
                error = OperationalError(*cause.args)
                error.__cause__ = cause
                return error
    pytest.fail("Both transactions began.")


def test_tells_a_busy_database_from_a_missing_one(tmp_path: Path) -> None:
    response = ask(locked_out(tmp_path))
    assert_problem(response, 503, "busy")
    assert int(response["Retry-After"]) > 0


def test_gives_the_same_404_for_every_reason() -> None:
    assert ask(Http404("photo 12")).content == ask(not_found()).content


def test_passes_on_the_details_of_a_refusal() -> None:
    response = ask(Refused("Choose another license."))
    assert response["Retry-After"] == "7"
    assert response.json()["reasons"] == ["share-alike"]
    assert response.json()["detail"] == "Choose another license."


def test_says_when_to_try_again() -> None:
    response = ask(exceptions.Throttled(41.6))
    assert_problem(response, 429, "throttled")
    assert response["Retry-After"] == "42"
    assert "42 seconds" in response.json()["detail"]


@pytest.mark.parametrize(
    ("wait", "words"),
    [(0.2, "in 1 second."), (119, "in 119 seconds."), (120, "in 2 minutes."), (1155, "20 minutes")],
)
def test_gives_a_long_wait_in_minutes(wait: float, words: str) -> None:
    assert words in ask(exceptions.Throttled(wait)).json()["detail"]


def test_names_the_methods_that_an_address_accepts() -> None:
    response = APIClient().delete("/")
    body = assert_problem(response, 405, "method_not_allowed")
    assert "GET, POST" in body["detail"]
    assert response["Allow"].startswith("GET, POST")


def test_names_the_content_types_that_an_address_accepts() -> None:
    response = APIClient().post("/", "a=b", content_type="text/plain")
    assert "application/json" in assert_problem(response, 415, "unsupported_media_type")["detail"]


def test_refuses_a_body_that_is_not_json() -> None:
    response = APIClient().post("/", "{", content_type="application/json")
    assert_problem(response, 400, "malformed")


def test_refuses_a_body_that_is_nested_too_deeply() -> None:
    response = APIClient().post("/", "[" * 200_000, content_type="application/json")
    assert_problem(response, 400, "malformed")


def test_refuses_a_body_that_is_too_large() -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10):
        response = APIClient().post("/", json.dumps("x" * 100), content_type="application/json")
    assert_problem(response, 413, "body_too_large")


def test_shows_only_an_id_of_a_defect(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = ask(ValueError("the canary sings"))
    body = assert_problem(response, 500, "internal")
    assert "canary" not in response.content.decode()
    incident = body["detail"].rsplit(" ", 1)[-1].rstrip(".")
    assert incident in caplog.text
    assert "canary" in caplog.text


def test_does_not_treat_an_error_with_another_code_as_a_refusal() -> None:
    failure = OSError("disk")
    failure.code = 5  # type: ignore[attr-defined]
    assert_problem(ask(failure), 500, "internal")


def test_answers_every_method_for_an_unknown_address() -> None:
    client = Client(enforce_csrf_checks=True)
    assert_problem(client.get("/nowhere/"), 404, "not_found")
    assert_problem(client.post("/nowhere/"), 404, "not_found")


def test_flattens_nested_errors_to_paths() -> None:
    class Part(serializers.Serializer[Any]):
        weight = serializers.FloatField()

    class Whole(serializers.Serializer[Any]):
        parts = serializers.ListField(child=Part())
        name = serializers.CharField()

    whole = Whole(data={"parts": [{"weight": 1}, {"weight": "much"}]})
    assert not whole.is_valid()
    found = {(each["field"], each["code"]) for each in field_errors(whole.errors)}
    assert found == {("parts.1.weight", "invalid"), ("name", "required")}


def test_names_no_field_for_an_error_of_all_fields() -> None:
    (error,) = field_errors({"non_field_errors": [exceptions.ErrorDetail("no", "odd")]})
    assert error == {"field": "", "code": "odd", "message": "no"}


def test_lists_the_indexes_of_a_list_of_serializers() -> None:
    (error,) = field_errors([{}, {"weight": ["no"]}], "styles")
    assert error["field"] == "styles.1.weight"


def test_uses_the_code_of_a_single_field_for_the_answer() -> None:
    response = ask(Problem.of_field("photo", "unknown_photo", "Choose another photo."))
    body = assert_problem(response, 422, "unknown_photo")
    assert body["errors"] == [
        {"field": "photo", "code": "unknown_photo", "message": "Choose another photo."}
    ]
