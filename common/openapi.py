"""What the OpenAPI document says of every operation alike: its errors and its headline."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.conditional import answers_conditionally
from common.problems import CONTENT_TYPE

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable and for programs, `detail` is for people.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["about:blank"]},
        "title": {"type": "string", "examples": ["Unprocessable Entity"]},
        "status": {"type": "integer", "examples": [422]},
        "code": {"type": "string", "examples": ["unknown_photo"]},
        "detail": {"type": "string", "examples": ["Choose one of your own photos."]},
        "errors": {
            "type": "array",
            "description": "The fields to correct.",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "examples": ["styles.0.weight"]},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "reasons": {"type": "array", "items": {"type": "string"}},
    },
}
METHODS = ("get", "post", "put", "patch", "delete")
MEANINGS = {
    "401": "Nobody is signed in, or the token is not a good one.",
    "403": "The token lacks the scope, or this is not yours to change.",
    "404": "There is nothing here that you may see.",
    "422": "The request was understood and cannot be carried out; see `code` and `errors`.",
    "429": "Too often or too many; `Retry-After` says when to come back.",
}


def document_problems(
    result: dict[str, Any], generator: object, request: object, public: object
) -> dict[str, Any]:
    """Add the problem answers to every operation of the document `result`."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    for path, operation in _operations(result):
        _add_problems(operation, path)
    return result


def summarize(
    result: dict[str, Any], generator: object, request: object, public: object
) -> dict[str, Any]:
    """Give every operation the first sentence of its description as its line in lists."""
    for _path, operation in _operations(result):
        sentence = operation.get("description", "").split(". ")[0].split("\n")[0]
        operation.setdefault("summary", sentence.rstrip("."))
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every operation of the document with its path."""
    for path, operations in result["paths"].items():
        for method in METHODS:
            if method in operations:
                yield path, operations[method]


def _add_problems(operation: dict[str, Any], path: str) -> None:
    """Add to one operation the failures that it can answer."""
    statuses = {"401", "429"}
    if {"token": []} in operation.get("security", []):
        statuses |= {"403"}
    if "{" in path:
        statuses |= {"404"}
    if "requestBody" in operation or "parameters" in operation:
        statuses |= {"422"}
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted(statuses):
        answer = {"description": MEANINGS[status], "content": content}
        operation["responses"].setdefault(status, answer)


@cache
def whole_document() -> dict[str, Any]:
    """Return the document; drawing it up takes a second, so each process does it once."""
    generator: Any = SchemaGenerator
    document: dict[str, Any] = generator().get_schema(request=None, public=True)
    return document


@answers_conditionally
class DocumentView(APIView):
    """Where the document is served."""

    renderer_classes = (OpenApiJsonRenderer2,)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Answer with the whole document as JSON."""
        return Response(whole_document())
