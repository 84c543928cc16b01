"""Completes the OpenAPI document: the failures and headers of each operation, and its summary.

A view declares only what is special to it. A failure that it declares with a description alone gets
its body here.
"""

from collections.abc import Iterator
from typing import Any, Final

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
        "detail": {"type": "string", "examples": ["This photo is not yours."]},
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
METHODS: Final = ("get", "post", "put", "patch", "delete")
# A problem is JSON, whatever the operation sends when it succeeds.
PROBLEM_CONTENT: Final = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
MEANINGS: Final = {
    "304": "Nothing changed since the answer with the ETag in `If-None-Match`.",
    "400": "The request cannot be read, or its `cursor` is not one of ours.",
    "401": "Nobody is signed in, or the token is not a good one.",
    "403": "The token lacks the scope, or this is not yours to change.",
    "404": "There is nothing here that you may see.",
    "406": "The address does not return what `Accept` wants.",
    "413": "The body is too large.",
    "415": "The content type of the body is not supported.",
    "422": "The request was understood and cannot be carried out; see `code` and `errors`.",
    "429": "Too often or too many; `Retry-After` says when to come back.",
    "503": "The server is busy or has no database; `Retry-After` says when to come back.",
}
TEXT: Final = {"schema": {"type": "string"}}
SECONDS: Final = {"schema": {"type": "integer", "minimum": 0}}
HEADERS: Final = {
    "Location": {"description": "The address of the object.", **TEXT},
    "ETag": {"description": "Send it as `If-None-Match` in the next request.", **TEXT},
    "Retry-After": {"description": "Seconds until the request may succeed.", **SECONDS},
    "WWW-Authenticate": {"description": "How to sign in.", **TEXT},
    "Preference-Applied": {"description": "The wait that was used, if you preferred one.", **TEXT},
    "Content-Disposition": {"description": "The name of the file of a download.", **TEXT},
}


def document_problems(
    result: dict[str, Any], generator: object, request: object, public: object
) -> dict[str, Any]:
    """Add the failures and the headers to every operation of the document `result`."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM_SCHEMA
    for path, method, operation in _operations(result):
        _add_problems(operation, path, method)
        for status, answer in operation["responses"].items():
            _add_headers(answer, status, path, method)
    return result


def tidy_schemas(
    result: dict[str, Any], generator: object, request: object, public: object
) -> dict[str, Any]:
    """Adapt the components to what generators of clients make of them."""
    schemas = result["components"]["schemas"]
    for name, schema in schemas.items():
        if name.endswith("Request"):
            _put_defaults_in_words(schema)
        # My own artwork also has the fields of a public one, so it matches both.
        if "oneOf" in schema:
            schema["anyOf"] = schema.pop("oneOf")
    return result


def summarize(
    result: dict[str, Any], generator: object, request: object, public: object
) -> dict[str, Any]:
    """Use the first sentence of each description as the summary that lists show."""
    for _path, _method, operation in _operations(result):
        sentence = operation.get("description", "").split(". ")[0].split("\n")[0]
        operation.setdefault("summary", sentence.rstrip("."))
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every operation of the document with its path and method."""
    for path, operations in result["paths"].items():
        for method in METHODS:
            if method in operations:
                yield path, method, operations[method]


def _add_problems(operation: dict[str, Any], path: str, method: str) -> None:
    """Add the failures that one operation can answer with, and the answer without a body."""
    responses = operation["responses"]
    for status in sorted(_failures(operation, path)):
        responses.setdefault(status, {"description": MEANINGS[status]})
    for status, answer in responses.items():
        if status >= "400":
            answer["content"] = PROBLEM_CONTENT
    if method == "get":
        responses.setdefault("304", {"description": MEANINGS["304"]})


def _failures(operation: dict[str, Any], path: str) -> set[str]:
    """Return the statuses of the failures that follow from the form of an operation."""
    statuses = {"400", "401", "406", "429", "503"}
    # Only an operation that accepts tokens can fail because the token lacks a scope.
    if {"token": []} in operation.get("security", []):
        statuses |= {"403"}
    if "{" in path:
        statuses |= {"404"}
    if "requestBody" in operation or "parameters" in operation:
        statuses |= {"422"}
    if "requestBody" in operation:
        statuses |= {"413", "415"}
    return statuses


def _add_headers(answer: dict[str, Any], status: str, path: str, method: str) -> None:
    """Add the headers that an answer may have."""
    names = {"401": ["WWW-Authenticate"], "429": ["Retry-After"], "503": ["Retry-After"]}
    found = names.get(status, [])
    if method == "get" and status in {"200", "304"}:
        found = ["ETag", "Content-Disposition"] if path.endswith("/file/") else ["ETag"]
    if method in {"post", "put"} and status in {"200", "201", "202"}:
        found = ["Location", "Preference-Applied"] if "/jobs/" in path else ["Location"]
    if found:
        answer["headers"] = {name: HEADERS[name] for name in found} | answer.get("headers", {})


def _put_defaults_in_words(schema: Any) -> None:
    """Say in the descriptions of a request what its defaults are, in place of `default`.

    Several generators take a property with a default as one that the client must send.
    """
    if isinstance(schema, list):
        for each in schema:
            _put_defaults_in_words(each)
    elif isinstance(schema, dict):
        for name, each in schema.items():
            if name == "properties":
                for field in each.values():
                    _say_default(field)
            _put_defaults_in_words(each)


def _say_default(field: dict[str, Any]) -> None:
    if "default" not in field:
        return
    default = field.pop("default")
    if default not in (None, "", {}):
        words = str(default).lower() if isinstance(default, bool) else default
        said = field.get("description", "").rstrip()
        field["description"] = f"{said} `{words}` if left out.".strip()
